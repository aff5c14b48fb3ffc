"""Boxes drawn by people, from the files of the tools they used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curate.errors import AnnotationError
from curate.photos.annotations.boxes import (
    AnnotatedPhoto,
    DrawnBox,
    PlacedBoxes,
    RejectedBox,
    place,
)
from curate.photos.annotations.matching import PhotoNames

__all__ = [
    "AnnotatedPhoto",
    "DrawnBox",
    "PhotoNames",
    "PlacedBoxes",
    "RejectedBox",
    "place",
    "read_annotations",
]


def read_annotations(path: Path, classes: Path | None = None) -> Iterator[AnnotatedPhoto]:
    """Read COCO (``.json``), Open Images (``.csv``) or YOLO labels (a folder of ``.txt``).

    Args:
        path: The file or folder.
        classes: Names of the classes for YOLO and Open Images, see their readers.

    Raises:
        AnnotationError: the file is missing, of another kind, or broken; it names file and line.
    """
    if not path.exists():
        raise AnnotationError(f"{path} does not exist: type the path of a COCO, YOLO or Open Images export.")
    if path.is_dir():
        from curate.photos.annotations.yolo import read_yolo

        return read_yolo(path, classes)
    if path.suffix.lower() == ".csv":
        from curate.photos.annotations.open_images import read_open_images

        return read_open_images(path, classes)
    if path.suffix.lower() == ".json":
        from curate.photos.annotations.coco import read_coco

        return read_coco(path)
    raise AnnotationError(f"{path} is no .json, .csv or folder: give COCO, Open Images or YOLO labels.")
