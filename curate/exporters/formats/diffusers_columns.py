"""The columns that diffusers' training scripts for editing models read by default, as an image folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, zip_longest
from pathlib import Path

import pyarrow as pa

from curate.exporters.formats.edits import EDITABLE, edit_of, unsaid
from curate.exporters.formats.files import Own
from curate.exporters.formats.format import Format
from curate.exporters.formats.image_folder import MOVED, table_and_picture
from curate.exporters.layout import ROWS_PER_GROUP, TABLE, RecordFolder, has_schema, table_rows, table_writer
from curate.exporters.tasks.task import Row, Task

_MASK = "mask_image_file_name"
_COLUMNS = ("sample_id", "input_image_file_name", "edited_image_file_name", "edit_prompt")


def _schema(task: Task) -> pa.Schema:
    names = (*_COLUMNS, _MASK) if task.masks else _COLUMNS
    return pa.schema([pa.field(name, pa.string(), nullable=False) for name in names])


def _rows(records: RecordFolder, task: Task, split: str) -> Iterator[Row]:
    for row in records.rows(split):
        edit = edit_of(task, row)
        shown = {
            "sample_id": row["sample_id"],
            "input_image_file_name": edit.controls()[0],
            "edited_image_file_name": edit.target,
            "edit_prompt": edit.prompt,
        }
        yield {**shown, _MASK: edit.mask} if task.masks else shown


def _path(split: str) -> str:
    return f"{split}/{TABLE}"


def _write(records: RecordFolder, task: Task, tree: Path) -> None:
    schema = _schema(task)
    for split in records.splits():
        rows = _rows(records, task, split)
        with table_writer(tree / _path(split), schema) as writer:
            while group := list(islice(rows, ROWS_PER_GROUP)):
                writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    """Parquet files of equal rows may differ from release to release: rows are compared, not bytes."""
    for split in records.splits():
        path = _path(split)
        if own.pop(path, None) is None:
            yield f"{path} is missing"
            continue
        try:
            yield from (f"{path} {fault}" for fault in _table_faults(records, task, split))
        except (pa.ArrowException, OSError) as error:
            yield f"{path} is not a readable parquet file ({error})"


def _table_faults(records: RecordFolder, task: Task, split: str) -> Iterator[str]:
    path = records.directory / _path(split)
    if not has_schema(path, _schema(task)):
        yield "has other columns than this schema version"
        return
    for wanted, found in zip_longest(_rows(records, task, split), table_rows(path)):
        if wanted != found:
            where = (wanted or found or {}).get("sample_id")
            yield f"does not follow from records/{split}.parquet, first at {where}"
            return


def _masks(task: Task) -> Mapping[str, str]:
    meaning = task.masks.get("mask_file_name")
    return {_MASK: f"{meaning}; diffusers' inpainting paints what is white anew"} if meaning else {}


def _loading(task: Task) -> str:
    return "\n".join(
        [
            "```python",
            "from datasets import load_dataset",
            "",
            'samples = load_dataset("path/to/this/folder")',
            "```",
            "`train_instruct_pix2pix.py` of diffusers reads `input_image`, `edited_image` and `edit_prompt`.",
            "Scripts that call them otherwise are told with `--cond_image_column input_image`,",
            "`--image_column edited_image` and `--caption_column edit_prompt`.",
            *_dropped(task),
            MOVED,
            "All columns stand in records/, and all pictures they name lie here.",
        ]
    )


def _dropped(task: Task) -> Iterator[str]:
    references = any(each.name == "reference_file_names" for each in task.columns)
    others = [f"`{name.removesuffix('_file_name')}`" for name in task.masks if name != "mask_file_name"]
    if references and not task.masks:
        yield "`input_image` is the most similar reference; the others have no column, for such a script"
        yield "shows its model one picture."
    elif references:
        yield "The references have no column, for such a script shows its model one picture."
    if others:
        yield f"{' and '.join(others)} have no column."


DIFFUSERS = Format(
    name="diffusers",
    masks=_masks,
    loading=_loading,
    tasks=EDITABLE,
    write=_write,
    faults=_faults,
    data_files=table_and_picture,
    unsaid=unsaid,
)
