"""Pairs per second of the exact join, against nothing but its matrix multiplications.

python tests/benchmarks/join_throughput.py [--objects 20000] [--dimension 512] [--rounds 3]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from index.exact import edges_in_band

BLOCK = 2048
BAND = (0.93, 0.975)  # objectmate


def rows_with_recurrences(objects: int, dimension: int) -> NDArray[np.float32]:
    """Unit rows of which a tenth lie around common centres, so that the band is not empty."""
    random = np.random.default_rng(0)
    rows = random.standard_normal((objects, dimension), dtype=np.float32)
    recurring = objects // 10
    centres = random.standard_normal((max(1, recurring // 4), dimension), dtype=np.float32)
    rows[:recurring] = centres[random.integers(0, len(centres), recurring)] + 0.23 * rows[:recurring]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def bare_products(rows: NDArray[np.float32]) -> None:
    tensor = torch.from_numpy(rows)
    for first in range(0, len(rows), BLOCK):
        for second in range(first, len(rows), BLOCK):
            tensor[first : first + BLOCK] @ tensor[second : second + BLOCK].T


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest round: others share the machine."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = rows_with_recurrences(options.objects, options.dimension)
    photos = np.arange(options.objects)
    pairs = options.objects * (options.objects - 1) // 2

    def join() -> int:
        return len(edges_in_band(rows, photos, *BAND, block=BLOCK, device="cpu"))

    bare, joined = best_of(options.rounds, lambda: bare_products(rows)), best_of(options.rounds, join)
    print(f"{len(rows)} objects of {rows.shape[1]} numbers, {pairs / 1e6:.0f} M pairs, {join()} edges")
    print(f"matrix products alone  {bare:6.2f} s  {pairs / bare / 1e6:6.1f} M pairs/s")
    print(f"edges_in_band          {joined:6.2f} s  {pairs / joined / 1e6:6.1f} M pairs/s")
    print(f"ratio                  {bare / joined:6.2f}")


if __name__ == "__main__":
    main()
