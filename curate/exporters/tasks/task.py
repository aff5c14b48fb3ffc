"""What a training task is to the exporter: columns, pictures, rules and words.

A new task is one module that makes a ``Task`` and turns its records into samples, and a line in ``tasks``.
Staging, pictures, tables, manifest.json, verification and the dataset card are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.exporters.pixels import MediaFile
from curate.exporters.tasks.tally import Tally

Row = Mapping[str, Any]
"""One row of a split's table, by column."""
SizeOf = Callable[[str], tuple[int, int]]
"""Width and height of a picture by its path below the split folder."""
PixelsOf = Callable[[str], NDArray[np.uint8]]
"""Pixels of a picture by its path below the split folder: [height, width] if grey, else RGB."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of metadata.parquet. The loader makes pictures of ``*_file_name`` and ``*_file_names``."""

    name: str
    kind: pa.DataType
    meaning: str
    """For the dataset card."""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a row stands for."""

    things: tuple[tuple[str, str], ...]
    """Kind and id of all that may be in one split only, such as ``("photo", sha256)``. The manifest counts
    them by kind."""
    licences: Mapping[str, str | None]
    """By the sha256 of each source photo."""
    only_in: str | None = None
    """The one split the row may be in, if its task says so."""

    @property
    def photos(self) -> frozenset[str]:
        """sha256 of all photos of the row."""
        return frozenset(name for kind, name in self.things if kind == "photo")


@dataclass(frozen=True, slots=True)
class CardWords:
    """What the dataset card says about a task; Markdown."""

    category: str
    """The hub's name for what the set is good for."""
    tag: str
    facts: Callable[[Row], Iterable[tuple[str, Hashable]]]
    """What of a row ``summary`` has to know, for ``Tally.add``."""
    summary: Callable[[Tally], str]
    """What the records are, given the facts of all."""
    counts: str
    """Format string over the manifest's counts."""
    loaded: str
    """What ``load_dataset`` gives."""
    rights: str
    making: str
    """How pixels came to be as they are."""
    limits: str
    """What a trainer must not take for granted."""


def _no_pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    yield from ()


def _no_rule_faults(row: Row, parameters: Mapping[str, Any]) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of training record. Every table starts with ``sample_id`` and has ``decision_ids``."""

    name: str
    columns: tuple[Column, ...]
    holdings: Callable[[Row], Holdings]
    row_faults: Callable[[Row, SizeOf], Iterator[str]]
    """Phrases such as ``has a box outside of its picture``; all its pictures are there when it is asked."""
    card: CardWords
    nothing: str
    """The sentence for an export without records."""
    pixel_faults: Callable[[Row, PixelsOf], Iterator[str]] = _no_pixel_faults
    """Like ``row_faults``, for rules that only decoded pixels can tell; called from several threads."""
    rule_faults: Callable[[Row, Mapping[str, Any]], Iterator[str]] = _no_rule_faults
    """Like ``row_faults``, for limits that stand in the manifest's parameters."""
    masks: Mapping[str, str] = field(default_factory=dict)
    """What the grey values of each mask column mean."""

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(each.name, each.kind, nullable=each.nullable) for each in self.columns])


@dataclass(frozen=True, slots=True)
class Made:
    """What making the pictures of a sample gives."""

    files: Mapping[str, MediaFile]
    """By part."""
    values: Row = field(default_factory=dict)
    """Columns that are known only now, such as a size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that has to be made. Those of one split with equal keys are made together, once."""

    key: str
    part: str
    """Which of the files that ``make`` gives."""
    make: Callable[[], Made]
    """Called from several threads."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A record of any task on its way to disk."""

    split: str
    values: Row
    """All columns but those that name pictures and those that making the pictures tells."""
    pictures: Mapping[str, Picture | Sequence[Picture]]
    """By column."""


def listed(kind: pa.DataType) -> pa.DataType:
    """A list column whose elements are never null."""
    return pa.list_(pa.field("element", kind, nullable=False))


def file_names(row: Row) -> list[str]:
    """The paths of a row's pictures below its split folder; columns may be without one."""
    names: list[str] = []
    for column in _picture_columns(tuple(row)):
        value = row[column]
        if isinstance(value, str):
            names.append(value)
        elif value is not None:
            names += value
    return names


@cache
def _picture_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if name.endswith(("_file_name", "_file_names")))
