"""Names that were mistyped."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that was most likely meant; None if nothing is like it."""
    spelled = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), spelled, n=1)
    return spelled[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'sscd'?``, or nothing."""
    meant = nearest(name, known)
    return f" Did you mean {meant!r}?" if meant else ""
