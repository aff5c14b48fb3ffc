"""Counts in words."""

from __future__ import annotations


def count(number: int, singular: str, plural: str | None = None) -> str:
    """``1 photo``, ``2 photos``, ``1,234 photos``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
