"""Which objects of different photos are as similar as a band asks: every pair, compared exactly.

The yardstick of the recurrence join: an edge is defined by ``cosines`` below and
not by how its pair was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from index.edges import Edges, Floats, Indices

__all__ = ["Edges", "cosines", "edges_in_band"]

NORM_TOLERANCE = 1e-3
"""How far from 1 the length of a row may be: float16 storage is off by up to 5e-4."""

PAIRS_AT_ONCE = 8192
"""Pairs multiplied out in float64 at once: 64 MB at 512 numbers."""


def edges_in_band(
    vectors: Floats,
    photo_keys: Indices,
    low: float,
    high: float,
    *,
    block: int = 2048,
    device: str = "auto",
    on_progress: Callable[[int, int], None] | None = None,
) -> Edges:
    """Compare every two objects of different photos and keep the pairs inside the band.

    Blocks are compared by matrix multiplication, whose last bits depend on the shapes, so it only
    proposes pairs, with a margin that covers its error; ``cosines`` decides. The result therefore
    depends neither on ``block`` nor on ``device``. Memory: about 10 bytes x block^2,
    two blocks of vectors, and the pairs found.

    Args:
        vectors: float32 [objects, dimension], rows of unit length or zero. May be memory-mapped.
        photo_keys: int64 [objects]; objects with equal keys are never an edge.
        low: lowest cosine kept, included.
        high: highest cosine kept, included.
        block: rows compared at once.
        device: ``auto`` (CUDA if there is one), or any torch device.
        on_progress: called with (blocks done, blocks in all) after each pair of blocks.

    Raises:
        ValueError: shapes do not fit, the band is upside down, or a row is neither of unit length nor zero.
    """
    _check(vectors, photo_keys, low, high, block)
    chosen = device_named(device)
    found = [_NOTHING]
    above = np.zeros(len(vectors), dtype=np.bool_)
    starts = range(0, len(vectors), block)
    total, done = len(starts) * (len(starts) + 1) // 2, 0
    margin = _matmul_error(vectors.shape[1])
    with full_precision():
        for first in starts:
            rows = _block(vectors, first, block, chosen)
            for second in range(first, len(vectors), block):
                columns = rows if second == first else _block(vectors, second, block, chosen)
                left, right = _proposed(rows @ columns.T, low - margin, first, second)
                kept = photo_keys[left] != photo_keys[right]
                left, right = left[kept], right[kept]
                similarity = cosines(vectors, left, right)
                over = similarity.astype(np.float64) > high
                above[left[over]] = above[right[over]] = True
                inside = ~over & (similarity.astype(np.float64) >= low)
                found.append((left[inside], right[inside], similarity[inside]))
                done += 1
                if on_progress is not None:
                    on_progress(done, total)
    left, right, similarity = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((right, left))
    return Edges(left[order], right[order], similarity[order], above)


def cosines(vectors: Floats, left: Indices, right: Indices) -> Floats:
    """The cosine of each pair of unit rows, float32 [pairs]: the value that counts as the similarity.

    Products of float32 are exact in float64 and are summed there, row by row, so that the rounded
    result is the same whichever pairs are asked for together.
    """
    result = np.empty(len(left), dtype=np.float32)
    for start in range(0, len(left), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        products = vectors[left[part]].astype(np.float64)
        products *= vectors[right[part]]  # [pairs, dimension]
        result[part] = products.sum(axis=1)
    return result


_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


def _proposed(similarity: torch.Tensor, least: float, first: int, second: int) -> tuple[Indices, Indices]:
    """Rows of the pairs at or above ``least``, the left one below the right one."""
    hopeful = torch.nonzero(similarity.amax(dim=1) >= least).squeeze(1)  # most rows have no pair at all
    row, column = torch.nonzero(similarity[hopeful] >= least, as_tuple=True)
    left = hopeful[row].cpu().numpy() + first
    right = column.cpu().numpy() + second
    once = left < right
    return left[once], right[once]


def _matmul_error(dimension: int) -> float:
    """Bound on the error of a float32 dot product of two unit rows, whatever the order of its sum.

    n u / (1 - n u) with u = 2^-24 (Higham, Accuracy and Stability of Numerical Algorithms, 3.1),
    for the product, and one n more for the rounding of the value it is compared with.
    """
    rounding = (dimension + 1) * 2.0**-24
    return (1 + NORM_TOLERANCE) ** 2 * rounding / (1 - rounding) + 2.0**-24


def _block(vectors: Floats, start: int, block: int, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.array(vectors[start : start + block])).to(device)  # copied: may be read-only


def device_named(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


@contextmanager
def full_precision() -> Iterator[None]:
    """Keep torch from multiplying in TF32 or bfloat16, which the margin does not cover."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _check(vectors: Floats, photo_keys: Indices, low: float, high: float, block: int) -> None:
    check_input(vectors, photo_keys, low, high)
    if block < 1:
        raise ValueError(f"a block of {block} rows compares nothing")
    for start in range(0, len(vectors), PAIRS_AT_ONCE):
        check_lengths(np.linalg.norm(vectors[start : start + PAIRS_AT_ONCE], axis=1), start)


def check_input(vectors: Floats, photo_keys: Indices, low: float, high: float) -> None:
    """Raise ``ValueError`` where shapes do not fit or the band is upside down."""
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ValueError(f"vectors must be float32 [objects, dimension], not {vectors.dtype} {vectors.shape}")
    if photo_keys.shape != (len(vectors),):
        raise ValueError(f"{len(vectors)} vectors need as many photo keys, not {photo_keys.shape}")
    if not low <= high:
        raise ValueError(f"the band {low} to {high} holds nothing")


def check_lengths(lengths: Floats, first: int) -> None:
    """Raise ``ValueError`` unless each row has length 1, or is zero and like nothing. float [rows].

    Args:
        lengths: of the rows.
        first: number of the first one, for the message.
    """
    wrong = np.flatnonzero(~((np.abs(lengths - 1) <= NORM_TOLERANCE) | (lengths == 0)))  # catches NaN, too
    if len(wrong):
        raise ValueError(
            f"row {first + wrong[0]} has length {lengths[wrong[0]]}, not 1: normalise the vectors"
        )
