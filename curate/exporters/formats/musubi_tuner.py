"""musubi-tuner: one jsonl per split, and a dataset config that reads it.

Written from its docs/dataset_config.md and data sources (autumn 2026): a line has ``image_path``,
``caption`` and ``control_path_0``, ``control_path_1`` and so on. Paths of pictures are taken from the working
directory. Caches are called by the stem of ``image_path`` alone, so each record has a target of its own that
is called by its id: two objects of one photo would overwrite each other's caches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from curate.exporters.formats.edits import EDITABLE, edit_of, unsaid
from curate.exporters.formats.files import Own, copy_faults, json_bytes, piece_faults, write_pieces
from curate.exporters.formats.format import Format
from curate.exporters.layout import RecordFolder
from curate.exporters.staging import make_folder
from curate.exporters.tasks.task import Row, Task

_TARGETS = "targets"


def _target_path(split: str, row: Row) -> str:
    return f"{_TARGETS}/{split}/{row['sample_id']}{PurePosixPath(row['target_file_name']).suffix}"


def _lines(records: RecordFolder, task: Task, split: str) -> Iterator[bytes]:
    for row in records.rows(split):
        edit = edit_of(task, row)
        controls = {f"control_path_{n}": f"{split}/{name}" for n, name in enumerate(edit.controls())}
        line = {"image_path": _target_path(split, row), **controls, "caption": edit.prompt}
        yield json_bytes(line) + b"\n"


def _config(split: str, digest: str) -> bytes:
    """The trainer deletes caches that are not its dataset's: no two datasets may share a folder for them."""
    return f"""\
[general]
resolution = [1024, 1024]
batch_size = 1
enable_bucket = true
bucket_no_upscale = true

[[datasets]]
image_jsonl_file = "{split}.jsonl"
cache_directory = "../musubi-cache-{digest[:12]}"
""".encode()


def _write(records: RecordFolder, task: Task, tree: Path) -> None:
    for split in records.splits():
        digest = write_pieces(tree / f"{split}.jsonl", _lines(records, task, split))
        write_pieces(tree / f"{split}.toml", [_config(split, digest)])
        make_folder(tree / _TARGETS)
        make_folder(tree / _TARGETS / split)
        for row in records.rows(split):
            source = records.picture(split, row["target_file_name"])
            records.place(source, tree / _target_path(split, row))


def _faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    for split in records.splits():
        digest = own.get(f"{split}.jsonl", "")
        yield from piece_faults(own, f"{split}.jsonl", _lines(records, task, split))
        yield from piece_faults(own, f"{split}.toml", [_config(split, digest)])
        for row in records.rows(split):
            yield from copy_faults(own, _target_path(split, row), row["target_file_name"])


def _masks(task: Task) -> Mapping[str, str]:
    meaning = task.masks.get("mask_file_name")
    return {"control_path_1": f"{meaning}; a picture like the other controls"} if meaning else {}


def _loading(task: Task) -> str:
    columns = {each.name for each in task.columns}
    shown = ["the picture to change", "its mask"] if task.masks else []
    shown += ["the references, most similar first"] if "reference_file_names" in columns else []
    return "\n".join(
        [
            "For [musubi-tuner](https://github.com/kohya-ss/musubi-tuner), which takes paths from the",
            "working directory:",
            "```bash",
            "cd path/to/this/folder",
            "python path/to/musubi-tuner/src/musubi_tuner/qwen_image_cache_latents.py \\",
            "  --dataset_config train.toml --vae path/to/vae.safetensors --model_version edit-2511",
            "```",
            f"`control_path_0` and so on are, in this order: {', '.join(shown)}. Models that take one",
            "control picture take the first. Controls are resized to the target unless the config says",
            "`no_resize_control = true`. Caches go beside this folder. All columns stand in records/.",
        ]
    )


MUSUBI_TUNER = Format(
    name="musubi-tuner",
    masks=_masks,
    loading=_loading,
    tasks=EDITABLE,
    write=_write,
    faults=_faults,
    unsaid=unsaid,
)
