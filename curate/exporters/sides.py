"""Catch what must not happen: a photo or a thing in two splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator


class Sides:
    """Remembers the first split of everything that may have only one, and what showed up in a second."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}
        self._crossing: dict[tuple[str, str], set[str]] = {}

    def add(self, split: str, things: Iterable[tuple[str, str]]) -> None:
        """Note what a record of ``split`` holds: kind and id, such as ``("photo", sha256)``."""
        for thing in things:
            first = self._first.setdefault(thing, split)
            if first != split:
                self._crossing.setdefault(thing, {first}).add(split)

    def counted(self) -> dict[str, int]:
        """How many things there are, by the plural of their kind."""
        return {f"{kind}s": count for kind, count in Counter(kind for kind, _ in self._first).items()}

    def crossing(self) -> Iterator[str]:
        """One phrase per thing that stands in more than one split, sorted."""
        for (kind, name), splits in sorted(self._crossing.items()):
            yield f"{kind} {name} is in {' and '.join(sorted(splits))}"
