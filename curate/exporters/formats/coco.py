"""COCO: one json per split with the boxes and masks of the objects, beside the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from curate.exporters.file_structure import picture_size
from curate.exporters.formats.edits import EDITABLE, thing_in
from curate.exporters.formats.files import Own, in_threads, json_bytes, piece_faults, write_pieces
from curate.exporters.formats.format import Format
from curate.exporters.layout import RecordFolder
from curate.exporters.staging import make_folder
from curate.exporters.tasks import removal
from curate.exporters.tasks.task import Row, Task

_FOLDER = "annotations"
_KEPT = ("sample_id", "group_id", "object_id", "pair_id")
"""Columns that annotations have too, where a task has them."""


def _write(records: RecordFolder, task: Task, tree: Path) -> None:
    make_folder(tree / _FOLDER)
    for path, pieces in _files(records, task):
        write_pieces(tree / path, pieces)


def _faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    for path, pieces in _files(records, task):
        yield from piece_faults(own, path, pieces)


def _files(records: RecordFolder, task: Task) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Path and content of each; a number means the same category and licence in all of them."""
    rows = [records.rows(split) for split in records.splits()]
    named = {(thing_in(row), _licence(row)) for row in chain.from_iterable(rows)}
    categories, licences = (_numbered(set(names)) for names in zip(*named, strict=True))
    for split in records.splits():
        yield f"{_FOLDER}/{split}.json", _pieces(records, task, split, categories, licences)


def _pieces(
    records: RecordFolder,
    task: Task,
    split: str,
    categories: Mapping[str, int],
    licences: Mapping[str, int],
) -> Iterator[bytes]:
    """The file of one split. In memory are its photos' names and licences, and a hundred annotations."""
    column = "input_file_name" if task.name == removal.TASK else "target_file_name"
    licence_of = {row[column]: _licence(row) for row in records.rows(split)}
    photos = {name: number for number, name in enumerate(licence_of, start=1)}

    def image(name: str) -> dict[str, Any]:
        width, height = picture_size(records.picture(split, name).read_bytes()) or (0, 0)
        return {
            "id": photos[name],
            "file_name": f"{split}/{name}",
            "width": width,
            "height": height,
            "license": licences[licence_of[name]],
        }

    def annotation(numbered: tuple[int, Row]) -> dict[str, Any]:
        number, row = numbered
        return {
            "id": number,
            "image_id": photos[row[column]],
            "category_id": categories[thing_in(row)],
            "iscrowd": 0,
            **_outline(records, split, row),
            **{name: row[name] for name in _KEPT if name in row},
        }

    yield b'{"info": ' + json_bytes({"description": f"{task.name}, {split}"})
    named = ({"id": number, "name": name, "url": ""} for name, number in licences.items())
    yield from _listed("licenses", named)
    yield from _listed("categories", ({"id": n, "name": name} for name, n in categories.items()))
    yield from _listed("images", in_threads(image, photos))
    yield from _listed("annotations", in_threads(annotation, enumerate(records.rows(split), start=1)))
    yield b"}\n"


def _outline(records: RecordFolder, split: str, row: Row) -> dict[str, Any]:
    """Box, area and outline. Readers take the box for the bounds of the outline, so that it is just that."""
    if "mask_file_name" not in row:
        x, y, width, height = box = row["box"]
        # An empty list, or none, is more than pycocotools and loaders of masks bear.
        corners = [x, y, x + width, y, x + width, y + height, x, y + height]
        return {"bbox": box, "area": width * height, "segmentation": [corners]}
    from pycocotools import mask as coder

    inside = records.pixels(split, row["mask_file_name"]) == 255  # [height, width]
    coded = coder.encode(np.asfortranarray(inside, dtype=np.uint8))
    return {
        "bbox": coder.toBbox(coded).tolist(),
        "area": int(coder.area(coded)),
        "segmentation": {"size": coded["size"], "counts": coded["counts"].decode()},
    }


def _licence(row: Row) -> str:
    return row["licence"] or "unknown"


def _numbered(names: set[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(names), start=1)}


def _listed(name: str, values: Iterable[object]) -> Iterator[bytes]:
    """A field of the file, one line per value."""
    yield b",\n" + json_bytes(name) + b": ["
    between = b"\n"
    for value in values:
        yield between + json_bytes(value)
        between = b",\n"
    yield b"]"


def _masks(task: Task) -> Mapping[str, str]:
    if not task.masks:
        return {}
    return {"segmentation": "run lengths; 1 is the object, 0 everything else", **task.masks}


def _loading(task: Task) -> str:
    whose = "the target" if task.name != removal.TASK else "the input"
    outline = (
        "`bbox` is the bounds of the mask; the detector's `box` stands in records/."
        if task.masks
        else "There are no masks: `segmentation` is the box."
    )
    return "\n".join(
        [
            "```python",
            "from pycocotools.coco import COCO",
            "",
            'coco = COCO("path/to/this/folder/annotations/train.json")',
            "```",
            f"Each record is one annotation, on {whose}; `file_name` starts at this folder. Boxes are x, y,",
            f"width, height in pixels. {outline}",
            "References, backgrounds and all other columns stand in records/ alone.",
        ]
    )


COCO = Format(
    name="coco",
    masks=_masks,
    loading=_loading,
    tasks=EDITABLE,
    write=_write,
    faults=_faults,
)
