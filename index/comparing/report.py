"""What a join did, and how long that took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with a phase, what is done of it and how much there is."""


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What a join did."""

    objects: int
    vectors: int
    """Different ones."""
    arithmetic: str
    width: int
    """Numbers of the rows that proposed pairs."""
    cells: int
    margin: float
    compared_pairs: int
    """Products of two vectors within cells."""
    recall: float | None
    """Of the pairs sampled; None where none were."""
    recall_low: float
    """Lower end of its 95 % interval; 1 where everything was compared."""
    recall_high: float
    sampled_vectors: int
    sampled_pairs: int
    design_effect: float
    reached: bool
    """Whether the lower end is as high as was asked."""
    edges: int
    edges_dropped: int
    """In the band, but beyond ``top_k`` and ``max_degree``. About, where an object has more than ``top_k``:
    pairs of equal vectors count as one there."""
    hubs: int
    """Objects that are among the nearest of more than ``max_degree``."""
    taken_up: int
    """Parts that an earlier, interrupted join had finished."""
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Clock:
    """Seconds of each phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
