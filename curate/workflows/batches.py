"""Cutting streams into lists (``itertools.batched`` is not in Python 3.11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` items, the last one shorter."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch


def batched_by_weight(
    items: Iterable[Item], weight: Callable[[Item], int], enough: int
) -> Iterator[list[Item]]:
    """Lists whose weights add up to at least ``enough``, the last one perhaps to less."""
    batch: list[Item] = []
    load = 0
    for item in items:
        batch.append(item)
        load += weight(item)
        if load >= enough:
            yield batch
            batch, load = [], 0
    if batch:
        yield batch
