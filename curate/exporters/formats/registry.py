"""Every layout that an export may have on disk."""

from __future__ import annotations

from collections.abc import Mapping

from curate.errors import ExportError
from curate.exporters.formats.ai_toolkit import AI_TOOLKIT
from curate.exporters.formats.coco import COCO
from curate.exporters.formats.diffusers_columns import DIFFUSERS
from curate.exporters.formats.format import Format
from curate.exporters.formats.image_folder import IMAGE_FOLDER
from curate.exporters.formats.musubi_tuner import MUSUBI_TUNER
from curate.exporters.formats.webdataset import WEBDATASET

FORMATS: Mapping[str, Format] = {
    each.name: each for each in (IMAGE_FOLDER, WEBDATASET, COCO, DIFFUSERS, MUSUBI_TUNER, AI_TOOLKIT)
}


def format_for(name: str, task: str) -> Format:
    """The format called ``name``, which must be able to hold ``task``.

    Raises:
        ExportError: There is none of that name, or it cannot.
    """
    if name not in FORMATS:
        raise ExportError(f"The format {name!r} is unknown: use {', '.join(FORMATS)}.")
    if not FORMATS[name].holds(task):
        able = ", ".join(each.name for each in FORMATS.values() if each.holds(task))
        raise ExportError(f"The format {name} has no place for records of {task}: use {able}.")
    return FORMATS[name]
