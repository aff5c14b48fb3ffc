"""Columns, parameters and their values as people read them."""

from __future__ import annotations

from collections.abc import Mapping


def name_words(name: str) -> str:
    """``at least`` of ``at_least``."""
    return name.replace("_", " ")


def value_words(value: object) -> str:
    """``yes`` or ``none`` instead of ``True`` or ``None``, lists and mappings without brackets."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(value_words, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name_words(name)} {value_words(each)}" for name, each in value.items()) or "none"
    return str(value)
