"""What a layout of another program is to the exporter.

A new format is one module that makes a ``Format``, and a line in ``formats``. Records are staged in the
canonical layout first, so a format is a function from that folder to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from curate.exporters.formats.files import Own
from curate.exporters.layout import Read, RecordFolder
from curate.exporters.tasks.task import Task, file_names


def _nothing(records: RecordFolder, task: Task, tree: Path) -> None:
    """The canonical layout needs no other files."""


def _no_faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    yield from ()


def _in_files(records: RecordFolder, task: Task, split: str) -> Iterator[tuple[str, Read]]:
    for row in records.rows(split):
        for name in file_names(row):
            yield name, records.picture(split, name).read_bytes


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
    image_folder: bool = False
    """Whether a metadata.parquet beside the pictures of each split makes it one for ``load_dataset``."""

    def holds(self, task: str) -> bool:
        return self.tasks is None or task in self.tasks
