"""ai-toolkit: folders of pictures with equal stems, the id of their record.

Written from its README and dataset options (autumn 2026). ``<split>/target`` has the pictures to generate and
their captions, ``control_0`` what is to be changed or the first reference, ``control_1`` and so on the
(further) references, ``mask`` the object, and ``inpaint`` the picture to be changed with the object's pixels
transparent, for records whose object is to be painted anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from curate.errors import PhotoError
from curate.exporters.formats.edits import EDITABLE, Edit, edit_of, unsaid
from curate.exporters.formats.files import Own, copy_faults, in_threads, piece_faults, write_pieces
from curate.exporters.formats.format import Format
from curate.exporters.layout import Read, RecordFolder
from curate.exporters.pixels import QUICK, png
from curate.exporters.staging import make_folder
from curate.exporters.tasks import insertion_records, removal
from curate.exporters.tasks.task import Row, Task
from curate.photos.opening import open_photo


def _copies(row: Row, edit: Edit) -> Iterator[tuple[str, str]]:
    """Where pictures of a row lie below the split folder, and what the row calls them."""
    named = {"target": edit.target, "mask": edit.mask}
    shown = [name for name in (edit.source, *edit.references) if name]
    named |= {f"control_{number}": name for number, name in enumerate(shown)}
    for folder, name in named.items():
        if name:
            yield _path(folder, row, PurePosixPath(name).suffix), name


def _path(folder: str, row: Row, suffix: str) -> str:
    return f"{folder}/{row['sample_id']}{suffix}"


def _write(records: RecordFolder, task: Task, tree: Path) -> None:
    for split in records.splits():
        make_folder(tree / split)
        for _ in in_threads(partial(_write_row, records, task, tree, split), records.rows(split)):
            pass  # files are all there is to it


def _write_row(records: RecordFolder, task: Task, tree: Path, split: str, row: Row) -> None:
    edit = edit_of(task, row)
    for path, name in _copies(row, edit):
        make_folder((tree / split / path).parent)
        records.place(records.picture(split, name), tree / split / path)
    write_pieces(tree / split / _path("target", row, ".txt"), [edit.prompt.encode()])
    if edit.hole:
        path = _path("inpaint", row, ".png")
        make_folder((tree / split / path).parent)
        source, mask = (records.pixels(split, name) for name in edit.hole)
        write_pieces(tree / split / path, [png(_with_hole(source, mask), QUICK).data])


def _with_hole(source: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[height, width, 4]: transparent where the mask is 255."""
    return np.dstack([source, 255 - mask])


def _faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    for split in records.splits():
        found = [fault for row in records.rows(split) for fault in _row_faults(task, own, split, row)]
        yield from found
        if not found:
            for faults in in_threads(partial(_hole_faults, records, task, split), records.rows(split)):
                yield from faults


def _row_faults(task: Task, own: Own, split: str, row: Row) -> Iterator[str]:
    edit = edit_of(task, row)
    for path, name in _copies(row, edit):
        yield from copy_faults(own, f"{split}/{path}", name)
    caption = f"{split}/{_path('target', row, '.txt')}"
    yield from piece_faults(own, caption, [edit.prompt.encode()])
    inpaint = f"{split}/{_path('inpaint', row, '.png')}"
    if edit.hole and own.pop(inpaint, None) is None:
        yield f"{inpaint} is missing"


def _hole_faults(records: RecordFolder, task: Task, split: str, row: Row) -> list[str]:
    """Encoders differ from release to release: pixels are compared, not bytes."""
    edit = edit_of(task, row)
    if not edit.hole:
        return []
    lying = {name: path for path, name in _copies(row, edit)}
    path = _path("inpaint", row, ".png")
    try:
        photo = open_photo(records.picture(split, path).read_bytes(), records.max_pixels)
        source, mask = (records.pixels(split, lying[name]) for name in edit.hole)
        same = photo.mode == "RGBA" and np.array_equal(np.array(photo.image), _with_hole(source, mask))
    except PhotoError as error:
        return [f"{split}/{path} cannot be compared with its row ({str(error).rstrip('.')})"]
    return [] if same else [f"{split}/{path} is not the picture of its row with a hole where its mask is"]


def _pictures(records: RecordFolder, task: Task, split: str) -> Iterator[tuple[str, Read]]:
    for row in records.rows(split):
        for path, name in _copies(row, edit_of(task, row)):
            yield name, records.picture(split, path).read_bytes


def _masks(task: Task) -> Mapping[str, str]:
    meaning = task.masks.get("mask_file_name")
    if not meaning:
        return {}
    masks = {"mask": f"{meaning}; not for `mask_path`, which weighs the loss: white in full, black hardly"}
    if task.name in (insertion_records.TASK, removal.TASK):
        masks["inpaint"] = "alpha: 0 is the object, to be painted anew, 255 everything else, to be kept"
    return masks


def _loading(task: Task) -> str:
    columns = {each.name for each in task.columns}
    folder = "path/to/this/folder/train"
    lines = [
        "For the `datasets` of a job of [ai-toolkit](https://github.com/ostris/ai-toolkit):",
        "```yaml",
        "datasets:",
        f"  - folder_path: {folder}/target",
        "    caption_ext: txt",
        "    control_path:",
        f"      - {folder}/control_0",
        "```",
    ]
    if "inpaint" in _masks(task):
        lines.insert(-1, f"    inpaint_path: {folder}/inpaint")
    if "reference_file_names" in columns:
        what = (
            "`control_0` is the background, the others"
            if task.masks
            else "`control_0`, `control_1` and so on"
        )
        lines.append(f"{what} are the references, most similar first: list the folders that you want.")
    if task.masks:
        lines.append(
            "`mask` shows the object. Leave `mask_path` out, or raise `mask_min_value`: with it only what "
            "lies under the mask is learned, and the object's shadow and reflections lie around it."
        )
    dropped = [name.removesuffix("_file_name") for name in task.masks if name != "mask_file_name"]
    dropped += ["background"] if "background_file_name" in columns and "input_file_name" in columns else []
    if dropped:
        lines.append(f"{' and '.join(f'`{name}`' for name in dropped)} have no folder here.")
    lines.append(
        "The trainer puts caches beside the targets: `curate verify` then names them, so verify before."
    )
    return "\n".join([*lines, "All columns stand in records/."])


AI_TOOLKIT = Format(
    name="ai-toolkit",
    masks=_masks,
    loading=_loading,
    tasks=EDITABLE,
    write=_write,
    faults=_faults,
    pictures=_pictures,
    keeps_pictures=False,
    unsaid=unsaid,
)
