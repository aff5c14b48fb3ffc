"""What a layout of another program is to the exporter.

A new format is one module that makes a ``Format``, and a line in ``formats``. Records are staged in the
canonical layout first, so a format is a function from that folder to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.exporters.contents import Contents
from curate.exporters.formats.files import Own
from curate.exporters.layout import Read, RecordFolder, table_name
from curate.exporters.tasks.task import Task, file_names

Feature = Mapping[str, Any]
"""Name and type of a column in the hub's YAML."""


def _nothing(records: RecordFolder, task: Task, tree: Path) -> None:
    """The canonical layout needs no other files."""


def _no_faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    yield from ()


def _in_files(records: RecordFolder, task: Task, split: str) -> Iterator[tuple[str, Read]]:
    for row in records.rows(split):
        for name in file_names(row):
            yield name, records.picture(split, name).read_bytes


def _all_said(task: Task, parameters: Mapping[str, Any]) -> None:
    """Rows lie beside the pictures, or are told with them."""


def _tables(contents: Contents, split: str) -> list[str]:
    return [table_name(split, canonical=False)]


def _told_by_files(task: Task, contents: Contents) -> list[Feature]:
    return []


@dataclass(frozen=True, slots=True)
class Format:
    """One layout. Each folder also holds manifest.json, SHA256SUMS, the dataset card and all rows."""

    name: str
    masks: Callable[[Task], Mapping[str, str]]
    """What the values of each mask mean in this layout, by what the mask is called there."""
    loading: Callable[[Task], str]
    """Markdown for the dataset card: how to load a folder of this layout, code included."""
    tasks: tuple[str, ...] | None = None
    """Tasks whose records have a place in it; all if None."""
    write: Callable[[RecordFolder, Task, Path], None] = _nothing
    """Called with the canonical folder; adds the layout's own files below another one, in which the tables
    lie already and, if it ``keeps_pictures``, the pictures too."""
    faults: Callable[[RecordFolder, Task, Own], Iterator[str]] = _no_faults
    """Phrases on what in a written folder does not follow from its rows. Takes out of ``own`` all that the
    layout adds to rows and pictures: what is left there belongs to no record."""
    pictures: Callable[[RecordFolder, Task, str], Iterator[tuple[str, Read]]] = _in_files
    """The pictures of a split that lie in a folder of this layout: what a row calls each, and how to get its
    bytes. Some come more than once."""
    keeps_pictures: bool = True
    """Whether pictures lie where the rows say, ``<split>/ab/<sha256>.png``."""
    canonical: bool = False
    """Whether the rows lie beside the pictures of their split, not in ``records``."""
    data_files: Callable[[Contents, str], Sequence[str]] = _tables
    """The files of a split that ``load_dataset`` reads, from the folder; ``*`` stands for any name."""
    features: Callable[[Task, Contents], Sequence[Feature]] = _told_by_files
    """Types of the columns that ``load_dataset`` gives, in the hub's YAML; none where the files tell."""
    unsaid: Callable[[Task, Mapping[str, Any]], str | None] = _all_said
    """What trainers that read this layout are not told of records, for an export with these parameters."""

    def holds(self, task: str) -> bool:
        return self.tasks is None or task in self.tasks
