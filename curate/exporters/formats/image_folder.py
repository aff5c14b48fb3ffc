"""The canonical layout, an image folder that Hugging Face's ``datasets`` loads."""

from __future__ import annotations

from curate.exporters.contents import Contents
from curate.exporters.formats.format import Format
from curate.exporters.layout import TABLE
from curate.exporters.tasks.task import Task

MOVED = (
    "`datasets` keeps in its cache where each picture lay: load a folder that was moved, or a copy of one, "
    'with `download_mode="force_redownload"`.'
)


def _loading(task: Task) -> str:
    return "\n".join(
        [
            "```python",
            "from datasets import load_dataset",
            "",
            'samples = load_dataset("path/to/this/folder")',
            "```",
            MOVED,
            task.card.loaded,
        ]
    )


def table_and_picture(contents: Contents, split: str) -> list[str]:
    """The table beside the pictures; ``load_dataset`` takes it for one only if a picture is named with it."""
    shown = min((path for path in contents.pictures if path.startswith(f"{split}/")), default=None)
    return [f"{split}/{TABLE}", *([shown] if shown else [])]


IMAGE_FOLDER = Format(
    name="imagefolder",
    masks=lambda task: task.masks,
    loading=_loading,
    canonical=True,
    data_files=table_and_picture,
)
