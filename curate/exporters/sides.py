"""Catch what must not happen: a photo or a group in two splits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Sides:
    """Remembers the first split of every photo and group, and what showed up in a second one."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}
        self._crossing: dict[tuple[str, str], set[str]] = {}

    def add(self, split: str, group_id: str, photos: Iterable[str]) -> None:
        """Note a record of ``split`` with its group and the sha256 of its photos."""
        for thing in (("group", group_id), *(("photo", photo) for photo in photos)):
            first = self._first.setdefault(thing, split)
            if first != split:
                self._crossing.setdefault(thing, {first}).add(split)

    def crossing(self) -> Iterator[str]:
        """One phrase per photo or group that stands in more than one split, sorted."""
        for (kind, name), splits in sorted(self._crossing.items()):
            yield f"{kind} {name} is in {' and '.join(sorted(splits))}"
