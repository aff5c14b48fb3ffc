"""What dataset cards count, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Any


class Tally:
    """How many records have a value, by what it is a value of; grows with the number of different values."""

    def __init__(self) -> None:
        self.records = 0
        self._counts: dict[str, Counter[Any]] = {}

    def add(self, facts: Iterable[tuple[str, Hashable]]) -> None:
        """Note one record by what and value, such as ``("remover", "telea")``."""
        self.records += 1
        for what, value in facts:
            self._counts.setdefault(what, Counter())[value] += 1

    def of(self, what: str) -> Counter[Any]:
        """Number of records by value; empty if no record has one."""
        return self._counts.get(what, Counter())
