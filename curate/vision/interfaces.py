"""What the pipeline asks of a model, and nothing more.

Raised by every implementation: ``curate.errors.ModelError`` when a library or weights are missing; by a
remover ``curate.errors.RemovalError`` when it fails at one object, by a captioner
``curate.errors.CaptionError`` at one picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from curate.records import Box, Detection

RGB = NDArray[np.uint8]
"""Upright photo or crop: uint8 [height, width, 3], sRGB."""

Mask = NDArray[np.bool_]
"""bool [height, width], as large as the photo it lies on; True is the object."""


class Detector(Protocol):
    """Finds things in photos."""

    name: str
    fingerprint: str
    """Hash over weights, preprocessing and what changes the output; hex, 64 characters."""
    batch_size: int
    """How many photos a call should get."""

    def detect(self, photos: Sequence[RGB]) -> list[list[Detection]]:
        """Boxes of every photo, in pixels of that photo, clipped to it, doubled boxes suppressed.

        The result for one photo does not depend on the other photos of the call, so that a
        resumed run gives the same objects as an undisturbed one.
        """
        ...


class Embedder(Protocol):
    """Turns crops into vectors whose cosine says how alike two things are."""

    name: str
    fingerprint: str
    batch_size: int
    dimension: int

    def prepare(self, crop: RGB) -> RGB:
        """The crop at the size the model looks at: uint8 [side, side, 3].

        For threads that read ahead of the model: what waits is small, whatever the photo's size.
        ``embed`` gives the same row for a crop with and without it.
        """
        ...

    def embed(self, crops: Sequence[RGB]) -> NDArray[np.float32]:
        """float32 [len(crops), dimension], rows of unit length, one per crop in order.

        As with detectors, a row does not depend on the other crops of the call.
        """
        ...


class Segmenter(Protocol):
    """Tells which pixels of a box are the object."""

    name: str
    fingerprint: str

    def segment(self, photo: RGB, boxes: Sequence[Box]) -> list[Mask]:
        """One mask per box, in order, as large as the photo; without a True where no object was found.

        A mask may reach over its box: what sticks out of a detector's box is part of the object. It does
        not depend on the other boxes of the call.
        """
        ...


class Remover(Protocol):
    """Repaints a photo as if an object had not been there."""

    name: str
    fingerprint: str
    largest_side: int | None
    """Longest side of what it can be shown, pixels; None if it takes anything."""
    padding: float
    """What it wants to see around the mask: share of the mask's width and height, on each side."""

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        """The photo without the object, at the same size.

        Pixels outside the mask may come back changed, because shadows and reflections go with their object.
        Callers go through :func:`curate.vision.working_region.remove_object`, which trusts no answer.

        Raises:
            RemovalError: this object could not be removed from this photo.
        """
        ...


class Captioner(Protocol):
    """Says in words what a picture shows."""

    name: str
    fingerprint: str
    crops: bool
    """Whether it is shown an object's crop; its whole photo otherwise."""

    def prepare(self, picture: RGB) -> RGB:
        """The picture at the size the model is shown, for threads that read ahead of it."""
        ...

    def caption(self, picture: RGB) -> str:
        """One line of 1 to 500 characters on a prepared picture; the same one for the same pixels.

        Raises:
            CaptionError: it found no words for this picture.
        """
        ...
