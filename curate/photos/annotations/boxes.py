"""Boxes as people drew them, before they are tied to the pixels of an ingested photo."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from curate.records import Box, Detection

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """One box of an annotation file, in the unit of its ``AnnotatedPhoto``."""

    left: float
    top: float
    width: float
    height: float
    label: str
    where: str
    """File and line or annotation id, for messages."""
    score: float = 1.0
    """0..1; 1 for boxes drawn by people."""


@dataclass(frozen=True, slots=True)
class RejectedBox:
    """A box that cannot become an object."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnnotatedPhoto:
    """What an annotation file says about one photo; no boxes means that nothing is in it."""

    name: str
    """File name, perhaps with folders; without a suffix for YOLO (path) and Open Images (ImageID)."""
    boxes: tuple[DrawnBox, ...]
    rejected: tuple[RejectedBox, ...]
    normalised: bool
    """True: boxes are shares of the upright photo's width and height, 0..1. False: pixels."""
    declared_size: tuple[int, int] | None = None
    """Width and height, pixels, of what the boxes were drawn on, where the file says so."""


@dataclass(frozen=True, slots=True)
class PlacedBoxes:
    """The boxes of one photo as detections in pixels of the upright photo, clipped to it."""

    detections: tuple[Detection, ...]
    rejected: tuple[RejectedBox, ...]
    """Those rejected while reading included."""


def place(photo: AnnotatedPhoto, width: int, height: int, orientation: int) -> PlacedBoxes:
    """Tie the boxes to an ingested photo of ``width`` x ``height`` upright pixels.

    Some tools draw on the pixels as they are stored. If the declared size is that of the stored
    photo and ``orientation`` (EXIF, 1..8) turns it by a quarter, the boxes are turned with it. Half
    turns and mirrors leave no trace in a size: boxes are then taken as drawn on the upright photo,
    and so are normalised boxes. With any other declared size all boxes are rejected.
    """
    turned = False
    declared = photo.declared_size or (width, height)
    if declared != (width, height):
        turned = orientation >= 5 and declared == (height, width)
        if not turned:
            reason = f"drawn on {declared[0]} x {declared[1]} pixels, but the photo has {width} x {height}"
            wrong = tuple(RejectedBox(box.where, reason) for box in photo.boxes)
            return PlacedBoxes((), photo.rejected + wrong)
    detections, rejected = [], list(photo.rejected)
    for drawn in photo.boxes:
        box = _scaled(drawn, width, height) if photo.normalised else _as_drawn(drawn)
        clipped = (_turned(box, width, height, orientation) if turned else box).clipped(width, height)
        if clipped is None:
            rejected.append(RejectedBox(drawn.where, "outside the photo"))
        else:
            detections.append(Detection(clipped, drawn.score, drawn.label))
    return PlacedBoxes(tuple(detections), tuple(rejected))


def sort_out(drawn: list[DrawnBox]) -> tuple[tuple[DrawnBox, ...], tuple[RejectedBox, ...]]:
    """Boxes that have an area, and those that have none with the reason.

    Control characters in labels become blanks: Postgres takes no NUL and a terminal obeys an ESC.
    """
    good, bad = [], []
    for box in drawn:
        reason = _fault(box)
        if reason:
            bad.append(RejectedBox(box.where, reason))
        else:
            good.append(replace(box, label=_CONTROL.sub(" ", box.label).strip()))
    return tuple(good), tuple(bad)


def without_nul(name: str) -> str:
    """A photo's name that can be stored; no file's name has a NUL, so one that had finds no photo."""
    return name.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _fault(box: DrawnBox) -> str | None:
    if not all(map(math.isfinite, (box.left, box.top, box.width, box.height))):
        return "a coordinate is not a finite number"
    if box.width <= 0 or box.height <= 0:
        return f"no area: {box.width:g} wide and {box.height:g} high"
    return None


def _as_drawn(drawn: DrawnBox) -> Box:
    return Box(drawn.left, drawn.top, drawn.width, drawn.height)


def _scaled(drawn: DrawnBox, width: int, height: int) -> Box:
    return Box(drawn.left * width, drawn.top * height, drawn.width * width, drawn.height * height)


def _turned(box: Box, width: int, height: int, orientation: int) -> Box:
    """From the stored pixels (``height`` x ``width``) to the upright ones, orientations 5 to 8."""
    from_left = width - box.bottom if orientation in (6, 7) else box.y
    from_top = height - box.right if orientation in (7, 8) else box.x
    return Box(from_left, from_top, box.height, box.width)
