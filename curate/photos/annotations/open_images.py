"""Open Images boxes: a CSV file with one box per row, shares of the photo's width and height."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from curate.errors import AnnotationError
from curate.photos.annotations.boxes import AnnotatedPhoto, DrawnBox, RejectedBox, sort_out, without_nul
from curate.photos.annotations.files import read_numbers

_SIDES = ("XMin", "XMax", "YMin", "YMax")
_COLUMNS = ("ImageID", "LabelName", *_SIDES)
_Row = tuple[str, dict[str, str]]
"""``file:line`` and the values by column."""


def read_open_images(path: Path, classes: Path | None = None) -> Iterator[AnnotatedPhoto]:
    """One photo per run of rows with the same ``ImageID``, which is also its name. Streams.

    Args:
        path: The boxes, such as ``validation-annotations-bbox.csv``.
        classes: ``class-descriptions-boxable.csv``, which names the labels; without it a label is
            its ``LabelName`` (``/m/01g317``).

    Raises:
        AnnotationError: a column is missing, a value is no number, or rows of one photo lie apart.
    """
    names = dict(_pairs(classes)) if classes else {}
    seen: set[str] = set()
    for image_id, rows in groupby(_rows(path), key=lambda row: row[1]["ImageID"]):
        of_photo = list(rows)
        if image_id in seen:
            raise AnnotationError(f"{of_photo[0][0]}: {image_id!r} came before; sort the rows by ImageID.")
        seen.add(image_id)
        yield _photo(image_id, of_photo, names)


def _photo(image_id: str, rows: list[_Row], names: dict[str, str]) -> AnnotatedPhoto:
    drawn, rejected = [], []
    for where, row in rows:
        if row.get("IsGroupOf") == "1":
            rejected.append(RejectedBox(where, "a group: many things in one box"))
            continue
        left, right, top, bottom = read_numbers(where, [row[side] for side in _SIDES])
        label = names.get(row["LabelName"], row["LabelName"])
        drawn.append(DrawnBox(left, top, right - left, bottom - top, label, where))
    good, bad = sort_out(drawn)
    return AnnotatedPhoto(without_nul(image_id), good, (*rejected, *bad), normalised=True)


def _rows(path: Path) -> Iterator[_Row]:
    lines = _lines(path)
    _, header = next(lines, ("", []))
    missing = [column for column in _COLUMNS if column not in header]
    if missing:
        raise AnnotationError(f"{path}:1: no column {missing[0]}; give an Open Images file of boxes.")
    for where, values in lines:
        if len(values) != len(header):
            raise AnnotationError(f"{where}: {len(values)} values for {len(header)} columns; mend the row.")
        yield where, dict(zip(header, values, strict=True))


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for where, values in _lines(path):
        if len(values) != 2:
            raise AnnotationError(f"{where}: a label and its name are expected; give class-descriptions.csv.")
        yield values[0], values[1]


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for values in reader:
                if values:
                    yield f"{path}:{reader.line_num}", values
    except OSError as error:
        raise AnnotationError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise AnnotationError(f"{path} is no CSV text in UTF-8 ({error}): save it again.") from error
