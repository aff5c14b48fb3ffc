"""Which records of two manifests of one task differ, told from their tables."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from curate.errors import VerificationError
from curate.exporters.layout import table_rows
from curate.exporters.open_manifest import OpenManifest
from curate.exporters.row_spool import RowSpool
from curate.exporters.splits import SPLITS
from curate.exporters.tasks import (
    benchmark,
    bootstrap_records,
    insertion_pairs,
    insertion_records,
    removal,
    subject_records,
)
from curate.exporters.verify_records import ListedRecord

WENT, CAME, CHANGED = KINDS = ("went", "came", "changed")
SPLIT = "split"
"""Told among the columns that differ, though it is none."""

_KEYS = {
    subject_records.TASK: "object_id",
    insertion_records.TASK: "object_id",
    benchmark.TASK: "object_id",
    bootstrap_records.TASK: "object_id",
    removal.TASK: "pair_id",
    insertion_pairs.TASK: "pair_id",
}
"""The column that stays when a record gets other references, another mask or background, by task. Of tasks
that are not named it is the sample id."""
_HEX = re.compile(r"[0-9a-f]{2}[0-9a-f-]*")

_Key = Callable[[ListedRecord], str]
_Joined = tuple[str, ListedRecord | None, ListedRecord | None]
"""Key, and the record on each side that has one."""


@dataclass(frozen=True, slots=True)
class Change:
    """A record that is in one of two manifests only, or that differs."""

    key: str
    """Target object, pair or vote: what both records are about."""
    before: ListedRecord | None
    after: ListedRecord | None

    @property
    def kind(self) -> str:
        if self.after is None:
            return WENT
        return CAME if self.before is None else CHANGED

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that differ, but for the sample id, which follows from others; empty unless it changed."""
        if self.before is None or self.after is None:
            return ()
        one, other = self.before.row, self.after.row
        moved = (SPLIT,) if self.before.split != self.after.split else ()
        return (*moved, *(name for name in one if name != "sample_id" and one[name] != other[name]))


def key_column(task: str) -> str:
    """The column whose values say what records of ``task`` are about."""
    return _KEYS.get(task, "sample_id")


def differing_parameters(
    before: OpenManifest, after: OpenManifest
) -> dict[str, tuple[object | None, object | None]]:
    """What the two were asked for differently, by name."""
    one, other = _asked(before), _asked(after)
    return {
        name: (one.get(name), other.get(name))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    }


def changes(before: OpenManifest, after: OpenManifest, scratch: Path) -> Iterator[Change]:
    """Records that went, came or differ.

    Memory does not grow with the number of records: those whose sample ids are equal are met while both
    sorted tables are read side by side, and the others are sorted on disk by what they are about.

    Args:
        before: The older manifest, usually.
        after: Of the same task; the format may be another one.
        scratch: An empty folder, which is to be removed afterwards.

    Raises:
        VerificationError: They are of different tasks, or hold ids that no export writes.
    """
    if before.task.name != after.task.name:
        raise VerificationError(
            f"{before.called} holds records of {before.task.name} and {after.called} of {after.task.name}: "
            "compare manifests of one task."
        )
    same = {split for split, sha256 in before.tables.items() if after.tables.get(split) == sha256}
    key = key_column(before.task.name)
    single = _Spooled(before, scratch, key)
    for _, one, other in _joined(_by_sample(before, same), _by_sample(after, same), _sample_id):
        if one is None or other is None:
            single.add(one, other)
        elif one != other:
            yield Change(str(one.row[key]), one, other)
    for about, one, other in _joined(single.rows("before"), single.rows("after"), single.key_of):
        yield Change(about, one, other)


class _Spooled:
    """Records without one of equal sample id on the other side, sorted by what they are about."""

    def __init__(self, manifest: OpenManifest, scratch: Path, key: str) -> None:
        self._spool = RowSpool(manifest.task, scratch, key)
        self._scratch = scratch
        self._key = key
        self._held: set[tuple[str, str]] = set()

    def add(self, before: ListedRecord | None, after: ListedRecord | None) -> None:
        for side, record in (("before", before), ("after", after)):
            if record is None:
                continue
            if not _HEX.fullmatch(self.key_of(record)):  # it becomes part of a file name
                raise VerificationError(f"Record {record.sample_id} has a {self._key} that no export writes.")
            self._spool.add(f"{side}-{record.split}", record.row)
            self._held.add((side, record.split))

    def rows(self, side: str) -> Iterator[ListedRecord]:
        held = [split for split in SPLITS if (side, split) in self._held]
        return heapq.merge(
            *(self._sorted(f"{side}-{split}", split) for split in held),
            key=self.key_of,
        )

    def key_of(self, record: ListedRecord) -> str:
        return str(record.row[self._key])

    def _sorted(self, name: str, split: str) -> Iterator[ListedRecord]:
        path = self._scratch / f"{name}.parquet"
        self._spool.write(name, path)
        yield from (ListedRecord(split, row) for row in table_rows(path))


def _by_sample(manifest: OpenManifest, without: Iterable[str]) -> Iterator[ListedRecord]:
    splits = [split for split in manifest.tables if split not in without]
    return heapq.merge(*map(manifest.rows, splits), key=_sample_id)


def _sample_id(record: ListedRecord) -> str:
    return record.sample_id


def _joined(left: Iterator[ListedRecord], right: Iterator[ListedRecord], key: _Key) -> Iterator[_Joined]:
    """Both sides, each sorted by ``key``, with equal keys together."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        found = min(key(each) for each in (one, other) if each is not None)
        in_left = one is not None and key(one) == found
        in_right = other is not None and key(other) == found
        yield found, one if in_left else None, other if in_right else None
        one = next(left, None) if in_left else one
        other = next(right, None) if in_right else other


def _asked(manifest: OpenManifest) -> Mapping[str, object]:
    return {**manifest.manifest.parameters, "picture": manifest.manifest.picture}
