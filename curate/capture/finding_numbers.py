"""The numbers of findings as people read them: rounded, with the side of the limit on which they pass."""

from __future__ import annotations

_AT_LEAST = frozenset({"scene", "change", "mask", "order"})
"""Findings that pass from their limit on; the others pass up to it."""
_EITHER_WAY = frozenset({"exposure", "white_balance"})
"""Their numbers have a sign, which the limit holds for in both directions."""
_RATIO = "focus"
"""Passes from its limit to one over it."""


def number_words(number: float, unit: str) -> str:
    """``4.25 px``, ``0.12 stops``, ``3.10%``."""
    if unit == "share":
        return f"{number:.2%}"
    digits = {"px": 2, "stops": 2, "degrees": 3}.get(unit)
    if digits is None:
        return f"{number:.3g} {unit}".rstrip()
    return f"{round(number, digits) + 0.0:.{digits}f} {unit}"  # + 0.0: no -0.00


def limit_words(check: str, threshold: float, unit: str) -> str:
    """Where a number of this check passes, without its unit: ``at most 0.35``, ``at least 60.00%``.

    Args:
        check: ``Finding.check``.
    """
    limit = number_words(threshold, unit).removesuffix(f" {unit}")
    if check == _RATIO:
        return f"{limit} to {number_words(1 / threshold, '')}"
    if check in _EITHER_WAY:
        return f"-{limit} to {limit}"
    return f"{'at least' if check in _AT_LEAST else 'at most'} {limit}"
