"""YOLO labels: a folder of text files, one per photo, with shares of the photo's width and height."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curate.errors import AnnotationError
from curate.photos.annotations.boxes import AnnotatedPhoto, DrawnBox, sort_out
from curate.photos.annotations.files import read_lines, read_numbers

_CLASS_FILE = "classes.txt"


def read_yolo(folder: Path, classes: Path | None = None) -> Iterator[AnnotatedPhoto]:
    """One photo per text file below ``folder``, sorted; its name is the file's path without ``.txt``.

    A line is ``class x y width height`` (centre and size), the same with a score at the end, or
    ``class x1 y1 x2 y2 x3 y3 ...`` (an outline, whose bounding box is taken).

    Args:
        folder: Searched recursively.
        classes: Text file, one class name per line; ``classes.txt`` in the folder if None, and
            without one the labels are ``class 0``, ``class 1``, ...

    Raises:
        AnnotationError: there are no labels, or a line cannot be understood.
    """
    own = folder / _CLASS_FILE
    names_file = classes or (own if own.is_file() else None)
    names = [name for _, name in read_lines(names_file)] if names_file else None
    files = sorted(path for path in folder.rglob("*.txt") if path.name != _CLASS_FILE and path != classes)
    if not files:
        raise AnnotationError(f"{folder} holds no .txt files: name the folder with the YOLO labels.")
    for path in files:
        good, bad = sort_out([_box(where, line, names) for where, line in read_lines(path)])
        yield AnnotatedPhoto(path.relative_to(folder).with_suffix("").as_posix(), good, bad, normalised=True)


def _box(where: str, line: str, names: list[str] | None) -> DrawnBox:
    number, *fields = line.split()
    values = read_numbers(where, fields)
    label = _label(where, number, names)
    if not all(-0.01 <= value <= 1.01 for value in values):  # rounding reaches over the border
        raise AnnotationError(
            f"{where}: values must be shares of the photo, 0 to 1; divide pixels by its size."
        )
    if len(values) in (4, 5):
        x, y, width, height = values[:4]
        score = values[4] if len(values) == 5 else 1.0
        return DrawnBox(x - width / 2, y - height / 2, width, height, label, where, score)
    if len(values) >= 6 and len(values) % 2 == 0:
        xs, ys = values[::2], values[1::2]
        return DrawnBox(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys), label, where)
    raise AnnotationError(f"{where}: {len(values) + 1} values, but a box has 5; mend or remove the line.")


def _label(where: str, number: str, names: list[str] | None) -> str:
    if not number.isdecimal():
        raise AnnotationError(f"{where}: {number!r} is not a class number; mend or remove the line.")
    if names is None:
        return f"class {int(number)}"
    if int(number) >= len(names):
        raise AnnotationError(
            f"{where}: class {number} is not among {len(names)} names; give --classes FILE."
        )
    return names[int(number)]
