"""How a join works, and what it may take."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_MEMORY = 8_000_000_000
_BYTES_AT_LEAST = 1 << 30
_BYTES_PER_OBJECT = 100
"""Columns held in memory."""
BYTES_PER_PAIR = 150
"""Of all pairs found, while they are merged and become edges."""


class TooLittleMemory(ValueError):
    """What has to be held is more than the join may take."""

    def __init__(self, sentence: str, needed: int | None = None) -> None:
        """Needed: bytes that do; None if nobody knows."""
        super().__init__(sentence)
        self.needed = needed


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """How a join works; all but ``memory`` can change its result."""

    recall: float = 0.999
    """Share of the pairs in the band to be found: the lower end of its 95 % interval. 1 compares all."""
    top_k: int | None = 100
    """Nearest objects of each that stay; an edge stays if it is one from either side. None: all."""
    max_degree: int | None = 1000
    """Most edges of one object, its nearest. None: any number."""
    exact_below: int = 20_000
    """Up to so many different vectors every two are compared."""
    cells: int | None = None
    """How many; None chooses."""
    margin: float | None = None
    """How much less similar than the closest one a pivot may be; None reads it off the sample."""
    width: int | None = None
    """Of how many numbers the rows are that propose pairs; fewer than the vectors have are projected. None:
    as few as propose hardly more pairs."""
    laid_out_from: int = 1 << 32
    """Bytes of vectors from which on they are copied into the scratch, those that are alike next to each
    other: where they are read from disk again and again that is many times as quick."""
    arithmetic: str = "auto"
    """float32, bfloat16, or auto: bfloat16 where the processor has it. Exact values decide in any case."""
    device: str = "auto"
    memory: int = DEFAULT_MEMORY
    """Bytes this may take beside files mapped into memory, which the system lets go when others need room."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.recall <= 1:
            raise ValueError(f"a recall of {self.recall} is no share above 0")
        if self.margin is not None and not self.margin >= 0:
            raise ValueError(f"a margin of {self.margin} is not 0 or more")
        if not self.laid_out_from >= 0:
            raise ValueError(f"laid_out_from is {self.laid_out_from}, which is no number of bytes")
        for name, least in {"top_k": 1, "max_degree": 1, "cells": 1, "width": 2}.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} is {value}, where {least} is the least")

    def pairs_that_fit(self, objects: int) -> int:
        """How many pairs may be found, beside what is needed for so many objects.

        Raises:
            TooLittleMemory: there is no room for the objects.
        """
        needed = _BYTES_AT_LEAST + _BYTES_PER_OBJECT * objects
        if self.memory < needed:
            raise TooLittleMemory(
                f"{objects} objects need {needed / 2**30:.1f} GiB of memory, not {self.memory / 2**30:.1f}",
                needed,
            )
        # At the least some are left of the room that is for small joins.
        return max(self.memory - needed, _BYTES_AT_LEAST // 4) // BYTES_PER_PAIR
