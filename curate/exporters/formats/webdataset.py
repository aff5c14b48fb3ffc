"""WebDataset: tar files of at most 1 GB, read from front to back."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache, partial
from itertools import takewhile
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from curate.errors import PhotoError, VerificationError
from curate.exporters.file_structure import picture_size
from curate.exporters.formats.files import Own
from curate.exporters.formats.format import Format
from curate.exporters.formats.shards import Shards, members, parts_of, row_bytes, shard_names
from curate.exporters.layout import Read, RecordFolder
from curate.exporters.manifest_file import AGAIN
from curate.exporters.own_bytes import NOT_EXPORTED, exported_suffix
from curate.exporters.pixels import decoded
from curate.exporters.tasks.task import Row, Task

SHARD_BYTES = 1_000_000_000


def write_shards(records: RecordFolder, task: Task, tree: Path, largest: int = SHARD_BYTES) -> None:
    """``train-000000.tar`` and so on, of at most ``largest`` bytes unless one sample is larger."""
    for split in records.splits():
        with closing(Shards(tree, split, largest)) as shards:
            for row in records.rows(split):
                parts = parts_of(row).items()
                shards.add({_member(row, part): _content(records, split, row, name) for part, name in parts})


def _member(row: Row, part: str) -> str:
    return f"{row['sample_id']}.{part}"


def _content(records: RecordFolder, split: str, row: Row, name: str | None) -> bytes:
    return row_bytes(row) if name is None else records.picture(split, name).read_bytes()


def _faults(records: RecordFolder, task: Task, own: Own) -> Iterator[str]:
    for split in records.splits():
        shards = list(takewhile(own.__contains__, shard_names(split)))
        for shard in shards:
            del own[shard]
        found = (member for shard in shards for member in members(records.directory / shard))
        try:
            yield from _split_faults(records, task, split, found)
        except tarfile.TarError as error:
            yield f"a shard of {split} is not a readable tar file ({error})"


def _pictures(records: RecordFolder, task: Task, split: str) -> Iterator[tuple[str, Read]]:
    shards = takewhile(Path.is_file, (records.directory / name for name in shard_names(split)))
    found = (member for shard in shards for member in members(shard))
    try:
        for row in records.rows(split):
            for part, name in parts_of(row).items():
                member, data = next(found, ("nothing", b""))
                if member != _member(row, part):
                    raise tarfile.ReadError(f"{member} stands where {_member(row, part)} should be")
                if name is not None:
                    yield name, partial(bytes, data)
    except tarfile.TarError as error:
        raise VerificationError(
            f"The shards of {split} in {records.directory} are damaged ({error}): {AGAIN}"
        ) from error


def _split_faults(
    records: RecordFolder, task: Task, split: str, found: Iterator[tuple[str, bytes]]
) -> Iterator[str]:
    """Rows and shards side by side: what stands in one and not in the other shifts all that follows."""
    for row in records.rows(split):
        pictures: dict[str, bytes] = {}
        for part, name in parts_of(row).items():
            wanted = _member(row, part)
            member, data = next(found, ("nothing", b""))
            if member != wanted:
                yield f"the shards of {split} have {member} where {wanted} should be"
                return
            right = data == row_bytes(row) if name is None else _sha256(data) == PurePosixPath(name).stem
            if not right:
                yield f"the shards of {split} have {wanted} with another content than its row says"
                return
            if name is not None:
                pictures[name] = data
        for fault in _picture_faults(task, row, pictures, records.max_pixels):
            yield f"the shards of {split} have {row['sample_id']}, which {fault}"
    for member, _ in found:
        yield f"the shards of {split} have {member}, which no row names"


def _picture_faults(task: Task, row: Row, pictures: Mapping[str, bytes], max_pixels: int) -> Iterator[str]:
    """The task's own rules about the pictures of a row."""
    sizes = {name: picture_size(data) for name, data in pictures.items()}
    yield from (f"has {name}, which is not a picture" for name, size in sizes.items() if size is None)
    forms = {name: exported_suffix(data) for name, data in pictures.items()}
    yield from (f"has {name}, which {NOT_EXPORTED}" for name, form in forms.items() if form != name[-4:])
    if None in sizes.values():
        return

    @cache
    def pixels(name: str) -> NDArray[np.uint8]:
        return decoded(pictures[name], max_pixels)

    yield from task.row_faults(row, lambda name: sizes[name] or (0, 0))
    try:
        yield from task.pixel_faults(row, pixels)
    except PhotoError as error:
        yield f"has a picture that cannot be decoded ({str(error).rstrip('.')})"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _masks(task: Task) -> Mapping[str, str]:
    return {name.removesuffix("_file_name") + ".png": meaning for name, meaning in task.masks.items()}


def _loading(task: Task) -> str:
    always = [each.name for each in task.columns if each.name.endswith("_file_name") and not each.nullable]
    parts = (name.removesuffix("_file_name") for name in always)
    renamed = ", ".join(f'{part}="{part}.jpg;{part}.png"' for part in parts)
    return "\n".join(
        [
            "Tar files that [webdataset](https://github.com/webdataset/webdataset) streams:",
            "```python",
            "import glob",
            "",
            "import webdataset",
            "",
            'shards = sorted(glob.glob("path/to/this/folder/train-*.tar"))',
            'samples = webdataset.WebDataset(shards, shardshuffle=False).decode("pil")',
            *([f"samples = samples.rename({renamed})"] if renamed else ()),
            "```",
            "`json` has all columns that are no pictures. Pictures are called like their column, references",
            "`ref0`, `ref1` and so on, each `.jpg` or `.png`. `pil` makes masks RGB too.",
        ]
    )


WEBDATASET = Format(
    name="webdataset",
    masks=_masks,
    loading=_loading,
    write=write_shards,
    faults=_faults,
    pictures=_pictures,
    keeps_pictures=False,
)
