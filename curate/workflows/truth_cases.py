"""Photos of which it is known how they look without the object: accepted pairs, or a folder of renders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from curate.errors import NotFoundError, PhotoError
from curate.exporters.pixels import decoded
from curate.measures import thresholds
from curate.photos.locations import has_photo_suffix
from curate.photos.reading import decode
from curate.vision.interfaces import RGB, Mask
from curate.workflows.pair_approval import ApprovedPair, approved_pairs
from curate.workflows.pair_pixels import pair_files
from curate.workspace import Workspace

KINDS = ("input", "mask", "truth")
"""Ends of file names in a folder of renders: ``vase_input.png``, ``vase_mask.png``, ``vase_truth.png``."""

HALF = 128
"""Grey value from which a file of a mask shows the object."""

_NOISE_BLUR = 3.0  # pixels: a hundred are averaged, so noise of 10 steps becomes one of 1


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A case in memory; everything is of one size."""

    photo: RGB
    """uint8 [height, width, 3], with the object."""
    truth: RGB
    """The same place without it."""
    mask: Mask
    """bool [height, width]: the object."""
    effect: Mask
    """Its shadow and reflections."""


@dataclass(frozen=True, slots=True)
class TruthCase:
    """One photo and its truth."""

    name: str
    read: Callable[[], Pixels]
    """Raises ``CurateError`` where a file is gone, damaged or does not fit."""


def pair_cases(workspace: Workspace, *, include_automatic: bool = False) -> list[TruthCase]:
    """Accepted counterfactual pairs, aligned as their checks say; ``name`` is a pair's id.

    Raises:
        NotFoundError: there is none.
    """
    with workspace.transaction() as session:
        found = approved_pairs(session, include_automatic=include_automatic)
    if not found:
        raise NotFoundError(
            "No counterfactual pair is accepted: type `curate pairs import FOLDER` and `curate review`, "
            "or give renders with --truth FOLDER."
        )
    return [TruthCase(str(pair.pair), partial(_read_pair, workspace, pair)) for pair in found]


def folder_cases(folder: Path, max_pixels: int) -> list[TruthCase]:
    """Renders or composed photos in a folder, by name; see ``KINDS``.

    Raises:
        NotFoundError: the folder has none.
    """
    photos = _pictures(folder, "*_input")
    if not photos:
        raise NotFoundError(
            f"{folder} holds no NAME_input file: put NAME_input, NAME_mask and NAME_truth there, "
            "such as vase_input.png."
        )
    return [_of_files(photo, max_pixels) for photo in photos]


def _read_pair(workspace: Workspace, pair: ApprovedPair) -> Pixels:
    files, max_pixels = pair_files(workspace, pair), workspace.settings.max_pixels
    photo, truth = (decoded(each.data, max_pixels) for each in (files.factual, files.counterfactual))
    return Pixels(photo, truth, files.mask > 0, files.effect > 0)


def _of_files(photo: Path, max_pixels: int) -> TruthCase:
    name = photo.stem.removesuffix("_input")
    return TruthCase(name, partial(_read_files, photo, name, max_pixels))


def _pictures(folder: Path, pattern: str) -> list[Path]:
    """Not sidecars (``vase_input.json``), nor what macOS puts beside a file (``._vase_input.png``)."""
    found = (path for path in folder.glob(f"{pattern}.*") if not path.name.startswith("."))
    return sorted(path for path in found if has_photo_suffix(path.name) and path.is_file())


def _one_picture(photo: Path, name: str, kind: str) -> Path:
    found = _pictures(photo.parent, f"{_literal(name)}_{kind}")
    if len(found) != 1:
        raise NotFoundError(
            f"{photo.parent} holds {len(found) or 'no'} pictures {name}_{kind}.*: one is needed beside "
            f"{photo.name}."
        )
    return found[0]


def _read_files(input_: Path, name: str, max_pixels: int) -> Pixels:
    files = [_one_picture(input_, name, kind) for kind in KINDS]
    pixels = [_decoded(path, max_pixels) for path in files]
    photo, mask, truth = pixels
    if not photo.shape == mask.shape == truth.shape:
        sizes = ", ".join(
            f"{path.name} {p.shape[1]} x {p.shape[0]}" for path, p in zip(files, pixels, strict=True)
        )
        raise PhotoError(f"The sizes differ ({sizes}): all three have to be as large as the input.")
    inside = mask.max(axis=2) >= HALF
    if inside.all() or not inside.any():
        raise PhotoError(
            f"{files[1].name} shows {'nothing but the' if inside.any() else 'no'} object: its pixels have "
            f"to be {HALF} or brighter on the object and darker elsewhere; an alpha channel is not looked at."
        )
    return Pixels(photo, truth, inside, _effect(photo, truth))


def _effect(photo: RGB, truth: RGB) -> Mask:
    """Where two renders differ by more than their noise, which the blur takes out: the object's doing."""
    difference = cv2.GaussianBlur(cv2.subtract(photo, truth, dtype=cv2.CV_32F), (0, 0), _NOISE_BLUR)
    effect: Mask = np.abs(difference).max(axis=2) >= thresholds.CHANGED_STEPS
    return effect


def _decoded(path: Path, max_pixels: int) -> RGB:
    try:
        return decode(path.read_bytes(), max_pixels)
    except (OSError, PhotoError) as error:
        raise PhotoError(f"{path.name} cannot be used ({str(error).rstrip('.')}).") from error


def _literal(name: str) -> str:
    """A name for ``glob`` that may hold brackets."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)
