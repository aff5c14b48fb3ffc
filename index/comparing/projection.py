"""Fewer numbers for each vector, whose products are never below the cosines.

A vector is written in the directions in which a sample of the corpus is longest, and what is left of it,
in whatever directions, as one more number, its length. By the inequality of Cauchy and Schwarz the product
of two such rows is at least the product of the vectors, so that nothing in the band is missed; and rows of
unit length stay so. Learned features lie in few directions: at a narrow band a sixteenth of the numbers
proposes hardly more pairs than all of them, for a fraction of the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch
from numpy.typing import NDArray

from index.edges import Floats, Indices

_WIDTHS = 64, 96, 128, 192, 256, 384, 512, 768
_SHORTER = 0.76
"""Wider ones, as a share of the dimension, save too little."""
_LET_THROUGH = 4.0
"""Pairs outside the band that may be proposed for each vector: deciding one exactly costs as much as some
hundred products."""
_SAMPLED, _ASKING = 8192, 2048


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Directions of which only the lengths beside them are forgotten."""

    directions: Floats
    """float32 [width - 1, dimension], orthonormal but for rounding."""

    @property
    def width(self) -> int:
        """Numbers of a projected row."""
        return len(self.directions) + 1

    @property
    def error(self) -> float:
        """How far a product of two projected rows, made exactly, can lie below that of the vectors.

        The sums are made in float32: each of the ``width - 1`` numbers is off by n u / (1 - n u) at most
        (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), directions that are themselves
        rounded included.
        """
        rounding = (self.directions.shape[1] + 4) * 2.0**-24
        error: float = 3 * (sqrt(self.width) + 1) * rounding / (1 - rounding)
        return error

    def of(self, rows: Floats) -> Floats:
        """Projected rows.

        Args:
            rows: float32 [rows, dimension], of unit length or zero.

        Returns:
            float32 [rows, width], the last of each number the length of what is beside the directions.
        """
        result = np.empty((len(rows), self.width), np.float32)
        table, directions = torch.from_numpy(np.ascontiguousarray(rows)), torch.from_numpy(self.directions)
        torch.mm(table, directions.T, out=torch.from_numpy(result)[:, :-1])
        squared = np.einsum("nd,nd->n", rows, rows)
        beside = squared - np.einsum("nd,nd->n", result[:, :-1], result[:, :-1])
        result[:, -1] = np.where(squared > 0, np.sqrt(np.maximum(beside, 0) + self.error), 0)
        return result


def suitable_projection(vectors: Floats, rows: Indices, low: float, seed: int) -> Projection | None:
    """The shortest one that proposes few pairs below the band, or None where none is.

    Args:
        vectors: float32 [objects, dimension].
        rows: int64, those that are compared.
        low: lowest product that is proposed, the error of the arithmetic taken off.
    """
    dimension = vectors.shape[1]
    random = np.random.default_rng([seed, 7])
    sample = _unordered_sample(vectors, rows, random)
    every = _directions(sample)
    asking = sample[: min(_ASKING, len(sample))]
    there = _pairs_at_least(asking, sample, low)
    for width in _WIDTHS:
        if width > _SHORTER * dimension:
            return None
        projection = Projection(every[: width - 1])
        short = projection.of(sample)
        more = _pairs_at_least(short[: len(asking)], short, low - projection.error) - there
        if more / len(asking) * len(rows) / len(sample) <= _LET_THROUGH:
            return projection
    return None


def projection_to(width: int, vectors: Floats, rows: Indices, seed: int) -> Projection:
    """One of a given width, at most the dimension.

    Raises:
        ValueError: the width is none of 2 to the dimension.
    """
    if not 2 <= width <= vectors.shape[1]:
        raise ValueError(f"{width} numbers cannot stand for {vectors.shape[1]}")
    sample = _unordered_sample(vectors, rows, np.random.default_rng([seed, 7]))
    return Projection(_directions(sample)[: width - 1])


def _unordered_sample(vectors: Floats, rows: Indices, random: np.random.Generator) -> Floats:
    chosen = np.sort(random.choice(rows, min(len(rows), _SAMPLED), replace=False))
    return random.permutation(vectors[chosen])


def _directions(sample: Floats) -> Floats:
    """All directions, orthonormal, the one along which the sample is longest first."""
    table = sample.astype(np.float64)
    _, directions = np.linalg.eigh(table.T @ table)  # ascending
    return np.ascontiguousarray(directions[:, ::-1].T, dtype=np.float32)


def _pairs_at_least(some: Floats, others: Floats, least: float) -> int:
    products: NDArray[np.float32] = some @ others.T
    return int(np.count_nonzero(products >= least))
