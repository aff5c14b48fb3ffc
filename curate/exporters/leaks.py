"""What stands in more than one split, within one exported folder or across several."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from curate.exporters.open_manifest import OpenManifest
from curate.exporters.tasks.task import Row, Task, file_names
from curate.exporters.verify_records import ListedRecord

NEAR_DUPLICATE, PHOTO, OBJECT = "near-duplicate", "photo", "object"
MISPLACED = "misplaced"
_OBJECTS = ("object_id", "reference_object_ids", "object_ids")
"""Columns with the ids of objects, which are equal in every export that holds them."""

Side = tuple[str, str]
"""Folder of a manifest, and split."""
Thing = tuple[str, str]
"""Kind and id, such as ``("photo", sha256)``."""


@dataclass(frozen=True, slots=True)
class Place:
    """A record that holds something that leaks."""

    manifest: str
    split: str
    sample_id: str


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing on more than one side."""

    kind: str
    """``near-duplicate``, ``misplaced``, ``object``, or a kind of the task's: ``photo``, ``group`` ..."""
    name: str
    """The thing's id; of near-duplicates the smallest path of a picture among them."""
    splits: tuple[str, ...]
    places: tuple[Place, ...]
    """Every record that holds it."""


def things_of(task: Task, row: Row) -> Iterator[Thing]:
    """All of a record that may be in one split only, here and in other exports."""
    yield from task.holdings(row).things
    for column in _OBJECTS:
        value = row.get(column)
        yield from ((OBJECT, each) for each in ([value] if isinstance(value, str) else value or ()))


def thing_leaks(manifests: Sequence[OpenManifest]) -> list[Leak]:
    """What the records say stands in two splits, or in one that it may not be in.

    Memory grows with the number of different things.
    """
    first: dict[Thing, str] = {}
    crossing: set[Thing] = set()
    for manifest, record in _records(manifests):
        for thing in things_of(manifest.task, record.row):
            if first.setdefault(thing, record.split) != record.split:
                crossing.add(thing)
    return [*_leaks(manifests, crossing), *_misplaced(manifests)]


def pictures_of(manifest: OpenManifest) -> dict[str, set[str]]:
    """Paths below the split folder, by split, of all pictures but masks."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in manifest:
        found[record.split].update(shown(manifest.task, record.row))
    return found


def shown(task: Task, row: Row) -> list[str]:
    """Paths of the pictures of a record that show something, below the split folder."""
    return file_names({column: value for column, value in row.items() if column not in task.masks})


def picture_leaks(
    manifests: Sequence[OpenManifest], components: Iterable[Collection[tuple[int, str, str]]]
) -> list[Leak]:
    """Leaks from ``components`` of pictures that look the same: manifest's number, split and path of each."""
    leaking = [sorted(each) for each in components if len({split for _, split, _ in each}) > 1]
    number_of = {picture: number for number, each in enumerate(leaking) for picture in each}
    places: dict[int, list[Place]] = defaultdict(list)
    if number_of:
        for number, manifest in enumerate(manifests):
            for record in manifest:
                names = shown(manifest.task, record.row)
                found = {number_of.get((number, record.split, name)) for name in names} - {None}
                for each in found:
                    places[each or 0].append(_place(manifest, record))
    return [
        _leak((NEAR_DUPLICATE, min(path for _, _, path in each)), places[number])
        for number, each in enumerate(leaking)
    ]


def _leaks(manifests: Sequence[OpenManifest], crossing: set[Thing]) -> list[Leak]:
    places: dict[Thing, list[Place]] = defaultdict(list)
    if crossing:
        for manifest, record in _records(manifests):
            for thing in crossing.intersection(things_of(manifest.task, record.row)):
                places[thing].append(_place(manifest, record))
    return [_leak(thing, places[thing]) for thing in sorted(places)]


def _misplaced(manifests: Sequence[OpenManifest]) -> Iterator[Leak]:
    """Records in a split that their task keeps them out of, such as held-out pairs outside of ``test``."""
    for manifest, record in _records(manifests):
        only = manifest.task.holdings(record.row).only_in
        if only not in (None, record.split):
            yield _leak((MISPLACED, record.sample_id), [_place(manifest, record)])


def _records(manifests: Sequence[OpenManifest]) -> Iterator[tuple[OpenManifest, ListedRecord]]:
    for manifest in manifests:
        for record in manifest:
            yield manifest, record


def _place(manifest: OpenManifest, record: ListedRecord) -> Place:
    return Place(str(manifest.directory), record.split, record.sample_id)


def _leak(thing: Thing, places: Sequence[Place]) -> Leak:
    kind, name = thing
    return Leak(kind, name, tuple(sorted({each.split for each in places})), tuple(places))


def without_repeats(leaks: Iterable[Leak]) -> list[Leak]:
    """All but objects and near-duplicates that a photo tells of already: the same records hold it."""
    leaks = list(leaks)
    photos_at: dict[Place, set[str]] = defaultdict(set)
    for each in leaks:
        if each.kind == PHOTO:
            for place in each.places:
                photos_at[place].add(each.name)
    return [
        each
        for each in leaks
        if each.kind not in (OBJECT, NEAR_DUPLICATE)
        or not set.intersection(*(photos_at.get(place, set()) for place in each.places))
    ]


def counted(leaks: Iterable[Leak]) -> Mapping[str, int]:
    """How many things of each kind leak."""
    return dict(sorted(Counter(each.kind for each in leaks).items()))


def sides(leak: Leak) -> set[tuple[Side, Side]]:
    """Pairs of a folder's split and one of another split, or of the same, if it should not stand there."""
    there = sorted({(each.manifest, each.split) for each in leak.places})
    if leak.kind == MISPLACED:
        return {(side, side) for side in there}
    return {(one, other) for one, other in combinations(there, 2) if one[1] != other[1]}


def by_sides(leaks: Iterable[Leak]) -> dict[tuple[Side, Side], Counter[str]]:
    """How many things of each kind leak between two splits of folders."""
    found: dict[tuple[Side, Side], Counter[str]] = defaultdict(Counter)
    for each in leaks:
        for pair in sides(each):
            found[pair][each.kind] += 1
    return dict(sorted(found.items()))
