"""What the rows of all splits hold together: summed up when they are written and again when verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from curate.exporters.formats.files import PICTURES
from curate.exporters.formats.shards import parts_of
from curate.exporters.sides import Sides
from curate.exporters.splits import SPLITS
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import Row, Task, file_names


class Contents:
    """Grows with the number of different things, photos and pictures, not with that of rows."""

    def __init__(self, task: Task) -> None:
        self.pictures: set[str] = set()
        """Paths from the manifest's folder."""
        self.parts: set[str] = set()
        """What files of a sample are called in shards, such as ``target.jpg``."""
        self.tally = Tally()
        """What the dataset card sums up."""
        self._task = task
        self._sides = Sides()
        self._records: Counter[str] = Counter()
        self._licences: dict[str, str] = {}
        self._misplaced: list[str] = []
        self._shapes: set[tuple[object, ...]] = set()
        self._optional = [
            each.name for each in task.columns if each.nullable and each.name.endswith(PICTURES)
        ]

    def add(self, split: str, row: Row) -> None:
        """Note a row; its pictures may still be missing."""
        held = self._task.holdings(row)
        self._sides.add(split, held.things)
        if held.only_in not in (None, split):
            self._misplaced.append(f"sample {row['sample_id']} may be in {held.only_in} only, not in {split}")
        self._records[split] += 1
        self._licences.update((photo, licence or "unknown") for photo, licence in held.licences.items())
        names = file_names(row)
        self.pictures.update(f"{split}/{name}" for name in names)
        self._note_parts(row, names)
        self.tally.add(self._task.card.facts(row))

    def _note_parts(self, row: Row, names: Sequence[str]) -> None:
        """Only of rows unlike all before: to name the parts of a row takes longer than all else here."""
        shape = (*(name[-4:] for name in names), *(row.get(each) is None for each in self._optional))
        if shape not in self._shapes:
            self._shapes.add(shape)
            self.parts.update(parts_of(row))

    def splits(self) -> list[str]:
        """Those that have records."""
        return [split for split in SPLITS if self._records[split]]

    def counts(self) -> dict[str, int]:
        """Records per split that has any, and things by kind."""
        return {**self._records, **self._sides.counted()}

    def licences(self) -> dict[str, int]:
        """Photos per licence."""
        return dict(Counter(self._licences.values()))

    def leaks(self) -> Iterator[str]:
        """One phrase per thing that stands in more than one split, or in one that it may not be in."""
        yield from self._sides.crossing()
        yield from sorted(self._misplaced)
