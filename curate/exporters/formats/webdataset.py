"""WebDataset: tar files of at most 1 GB, read from front to back."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path, PurePosixPath

from curate.errors import VerificationError
from curate.exporters.contents import Contents
from curate.exporters.formats.files import PICTURES, Own
from curate.exporters.formats.format import Feature, Format
from curate.exporters.formats.hub_features import feature
from curate.exporters.formats.shards import (
    Filling,
    Shards,
    members,
    parts_of,
    row_bytes,
    shard_names,
)
from curate.exporters.layout import Read, RecordFolder
from curate.exporters.manifest_file import AGAIN
from curate.exporters.pixels import decoded
from curate.exporters.row_rules import pixel_faults, size_or_fault
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


class _Displaced(Exception):
    """What stands in a shard where something else should be."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A sample as it lies in the shards."""

    row: Row
    shard: int
    """Number of the shard that holds all of it."""
    files: Mapping[str, bytes]
    """By what stands behind the id in their names."""


def shard_faults(records: RecordFolder, task: Task, own: Own, largest: int = SHARD_BYTES) -> Iterator[str]:
    """What in the shards does not follow from the rows; as ``Format.faults``."""
    for split in records.splits():
        shards = _shards(records, split)
        for shard in shards:
            own.pop(shard.name, None)
        try:
            for fault in _split_faults(records, task, split, shards, largest):
                yield f"the shards of {split} have {fault}"
        except _Displaced as error:
            yield f"the shards of {split} have {error}"
        except tarfile.TarError as error:
            yield f"a shard of {split} is not a readable tar file ({error})"


def _pictures(records: RecordFolder, task: Task, split: str) -> Iterator[tuple[str, Read]]:
    try:
        for stored in _samples(records, split, _shards(records, split)):
            for part, name in parts_of(stored.row).items():
                if name is not None:
                    yield name, partial(bytes, stored.files[part])
    except (_Displaced, tarfile.TarError) as error:
        raise VerificationError(
            f"The shards of {split} in {records.directory} are damaged ({error}): {AGAIN}"
        ) from error


def _shards(records: RecordFolder, split: str) -> list[Path]:
    """Those that are there, up to the first that is not."""
    paths = (records.directory / name for name in shard_names(split))
    return list(takewhile(Path.is_file, paths))


def _samples(records: RecordFolder, split: str, shards: Sequence[Path]) -> Iterator[_Stored]:
    """Rows and shards side by side: what stands in one and not in the other shifts all that follows."""
    found = ((number, *member) for number, shard in enumerate(shards) for member in members(shard))
    for row in records.rows(split):
        files, inside = {}, set()
        for part in parts_of(row):
            shard, member, files[part] = next(found, (len(shards), "nothing", b""))
            inside.add(shard)
            if member != _member(row, part):
                raise _Displaced(f"{member} where {_member(row, part)} should be")
        if len(inside) > 1:
            raise _Displaced(f"{row['sample_id']} in several files")
        yield _Stored(row, inside.pop(), files)
    for _, member, _ in found:
        raise _Displaced(f"{member}, which no row names")


def _split_faults(
    records: RecordFolder, task: Task, split: str, shards: Sequence[Path], largest: int
) -> Iterator[str]:
    filling = Filling(largest)
    for stored in _samples(records, split, shards):
        row = stored.row
        for part, name in parts_of(row).items():
            data = stored.files[part]
            right = data == row_bytes(row) if name is None else _sha256(data) == PurePosixPath(name).stem
            if not right:
                yield f"{_member(row, part)} with another content than its row says"
                return
        if stored.shard != filling.add(map(len, stored.files.values())):
            yield f"{row['sample_id']} in {shards[stored.shard].name}, where no export puts it"
            return
        pictures = {name: stored.files[part] for part, name in parts_of(row).items() if name is not None}
        for fault in _picture_faults(task, row, pictures, records.max_pixels):
            yield f"{row['sample_id']}, which {fault}"
    yield from (f"{shard.name}, which is empty" for shard in shards[filling.number + 1 :])


def _picture_faults(task: Task, row: Row, pictures: Mapping[str, bytes], max_pixels: int) -> Iterator[str]:
    """The rules about the pictures of a row."""
    told = {name: size_or_fault(name, data) for name, data in pictures.items()}
    sizes = {name: size for name, size in told.items() if not isinstance(size, str)}
    if len(sizes) < len(told):
        yield from (f"has {name}, which {fault}" for name, fault in told.items() if isinstance(fault, str))
        return
    yield from task.row_faults(row, sizes.__getitem__)
    yield from pixel_faults(task, row, lambda name: decoded(pictures[name], max_pixels))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _features(task: Task, contents: Contents) -> list[Feature]:
    """The loader would infer them from the first samples, and gives up where only some have a PNG."""
    row = [feature(each) for each in task.columns if not each.name.endswith(PICTURES)]
    pictures = ({"name": part, "dtype": "image"} for part in sorted(contents.parts - {"json"}))
    keys = ({"name": name, "dtype": "string"} for name in ("__key__", "__url__"))
    return [{"name": "json", "struct": row}, *pictures, *keys]


def _masks(task: Task) -> Mapping[str, str]:
    return {name.removesuffix("_file_name") + ".png": meaning for name, meaning in task.masks.items()}


def _loading(task: Task) -> str:
    has_references = any(each.name == "reference_file_names" for each in task.columns)
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
            "`json` has all columns that are no pictures. Pictures are called like their column"
            f"{', references `ref0`, `ref1` and so on' if has_references else ''},",
            "each `.jpg` or `.png`. `pil` makes masks RGB too. `load_dataset` of datasets reads",
            "the folder as well; a picture that a record has in the other form, or not at all, is None.",
        ]
    )


WEBDATASET = Format(
    name="webdataset",
    masks=_masks,
    loading=_loading,
    write=write_shards,
    faults=shard_faults,
    pictures=_pictures,
    keeps_pictures=False,
    data_files=lambda contents, split: [f"{split}-*.tar"],
    features=_features,
)
