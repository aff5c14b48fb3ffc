"""Read annotation files, with errors that name the file and the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curate.errors import AnnotationError


def read_file(path: Path) -> bytes:
    """Raises ``AnnotationError`` if the file cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AnnotationError(f"{path} cannot be read ({error.strerror}): check the path.") from error


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """``file:line`` and text of every line that is not blank.

    Raises:
        AnnotationError: the file cannot be read or is not UTF-8.
    """
    for number, line in enumerate(read_file(path).splitlines(), start=1):
        where = f"{path}:{number}"
        try:
            text = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError as error:
            raise AnnotationError(f"{where} is not UTF-8: save the file as UTF-8 text.") from error
        if text:
            yield where, text


def read_numbers(where: str, fields: list[str]) -> list[float]:
    """Raises ``AnnotationError`` for the first field that is no number."""
    numbers = []
    for field in fields:
        try:
            numbers.append(float(field))
        except ValueError as error:
            raise AnnotationError(f"{where}: {field!r} is not a number; mend or remove the line.") from error
    return numbers
