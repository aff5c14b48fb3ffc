"""What an engine should have found: the pairs in the band of a random sample of objects, compared exactly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import binomtest

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

BAND = (0.93, 0.975)  # objectmate
ROUNDING = 1e-5
"""More than float32 products of unit vectors are off by."""
SAMPLED_AT_ONCE, COMPARED_AT_ONCE = 1024, 8192


@dataclass(frozen=True)
class Recall:
    found: int
    pairs: int
    low: float
    """Clopper-Pearson, 95 %."""
    high: float

    @property
    def share(self) -> float:
        return self.found / self.pairs if self.pairs else 1.0

    def as_dict(self) -> dict[str, Any]:
        return {"share": self.share, **asdict(self)}

    def __str__(self) -> str:
        return f"{self.share:.4f} ({self.low:.4f}-{self.high:.4f})"


@dataclass(frozen=True)
class Truth:
    """Pairs with an end in the sample, left below right, no two alike."""

    left: Indices
    right: Indices
    objects: int

    @property
    def ends(self) -> Indices:
        """Every object that must be asked for an engine to have both its chances at each pair."""
        return np.unique(np.concatenate((self.left, self.right)))

    def recall(self, left: Indices, right: Indices) -> Recall:
        """How many of the pairs are among these; the order within a pair does not matter."""
        found = np.isin(
            pair_codes(self.left, self.right, self.objects), pair_codes(left, right, self.objects)
        )
        hits = int(found.sum())
        if not len(found):
            return Recall(0, 0, 0.0, 1.0)
        interval = binomtest(hits, len(found)).proportion_ci(0.95, method="exact")
        return Recall(hits, len(found), float(interval.low), float(interval.high))


def pair_codes(left: Indices, right: Indices, objects: int) -> Indices:
    """One ascending number for each pair, those of an object with itself left out."""
    apart = left != right
    left, right = left[apart], right[apart]
    return np.unique(np.minimum(left, right) * objects + np.maximum(left, right))


def sampled_truth(vectors: Floats, photo_keys: Indices, *, pairs: int = 3000, seed: int = 1) -> Truth:
    """Compare random objects with everything until there are so many pairs inside the band."""
    order = np.random.default_rng(seed).permutation(len(vectors))
    codes = np.empty(0, dtype=np.int64)
    for start in range(0, len(order), SAMPLED_AT_ONCE):
        sample = np.sort(order[start : start + SAMPLED_AT_ONCE])
        left, right = _pairs_of(vectors, photo_keys, sample)
        codes = np.union1d(codes, pair_codes(left, right, len(vectors)))
        if len(codes) >= pairs:
            break
    return Truth(codes // len(vectors), codes % len(vectors), len(vectors))


def _pairs_of(vectors: Floats, photo_keys: Indices, sample: Indices) -> tuple[Indices, Indices]:
    rows = torch.from_numpy(vectors[sample])
    near: list[tuple[Indices, Indices]] = []
    for start in range(0, len(vectors), COMPARED_AT_ONCE):
        columns = torch.from_numpy(np.array(vectors[start : start + COMPARED_AT_ONCE]))
        row, column = torch.nonzero(rows @ columns.T >= BAND[0] - ROUNDING, as_tuple=True)
        near.append((sample[row.numpy()], column.numpy() + start))
    left, right = (np.concatenate(part) for part in zip(*near, strict=True))
    return in_band(vectors, photo_keys, left, right)


def in_band(vectors: Floats, photo_keys: Indices, left: Indices, right: Indices) -> tuple[Indices, Indices]:
    """Those of the pairs that are edges."""
    other = photo_keys[left] != photo_keys[right]
    left, right = left[other], right[other]
    similarity = _cosines(vectors, left, right).astype(np.float64)
    kept = (similarity >= BAND[0]) & (similarity <= BAND[1])
    return left[kept], right[kept]


def _cosines(vectors: Floats, left: Indices, right: Indices) -> Floats:
    """Summed in float64 and rounded, as an edge's similarity is; not ``index``'s own, which is on trial."""
    result = np.empty(len(left), dtype=np.float32)
    for start in range(0, len(left), COMPARED_AT_ONCE):
        part = slice(start, start + COMPARED_AT_ONCE)
        ends = (vectors[of[part]].astype(np.float64) for of in (left, right))
        result[part] = np.einsum("ij,ij->i", *ends)
    return result
