"""The canonical layout, an image folder that Hugging Face's ``datasets`` loads."""

from __future__ import annotations

from curate.exporters.formats.format import Format
from curate.exporters.tasks.task import Task


def _loading(task: Task) -> str:
    return "\n".join(
        [
            "```python",
            "from datasets import load_dataset",
            "",
            'samples = load_dataset("path/to/this/folder")',
            "```",
            task.card.loaded,
        ]
    )


IMAGE_FOLDER = Format(
    name="imagefolder",
    masks=lambda task: task.masks,
    loading=_loading,
    canonical=True,
    image_folder=True,
)
