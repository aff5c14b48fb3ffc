"""From the canonical layout to another one."""

from __future__ import annotations

from pathlib import Path

from curate.exporters.contents import Contents
from curate.exporters.formats.format import Format
from curate.exporters.layout import RecordFolder
from curate.exporters.staging import make_folder
from curate.exporters.tasks.task import Task


def reformat(records: RecordFolder, contents: Contents, task: Task, layout: Format, tree: Path) -> Path:
    """Write the canonical ``records`` into the new folder ``tree`` in another layout; returns ``tree``."""
    make_folder(tree)
    formatted = RecordFolder(tree, canonical=False)
    make_folder(tree / "records")
    for split in records.splits():
        records.place(records.table(split), formatted.table(split))
    if layout.keeps_pictures:
        for path in sorted(contents.pictures):
            make_folder((tree / path).parent.parent)
            make_folder((tree / path).parent)
            records.place(records.directory / path, tree / path)
    layout.write(records, task, tree)
    return tree
