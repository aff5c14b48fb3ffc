"""What the benchmarks share: pairing two ways of doing one thing, and saying the ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """How many times as fast the first way is as the second, pair by pair in one run."""

    lowest: float
    median: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lowest:.2f}-{self.highest:.2f})"


def speed_ratio(ours: Callable[[int], None], plain: Callable[[int], None], rounds: int = 3) -> Ratio:
    """Run both in turn, ours and plain; above 1 ours is faster. Each gets the number of the round."""
    ratios = []
    for number in range(rounds):
        ours_seconds, plain_seconds = _seconds(ours, number), _seconds(plain, number)
        ratios.append(plain_seconds / ours_seconds)
    return Ratio(min(ratios), statistics.median(ratios), max(ratios))


def _seconds(run: Callable[[int], None], number: int) -> float:
    start = time.perf_counter()
    run(number)
    return time.perf_counter() - start
