"""The most similar objects of other photos, for a sample of objects compared with all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from index.edges import Floats, Indices
from index.exact import cosines, device_named, full_precision

SPARE = 5
"""Photos kept beyond those asked for: ``cosines`` puts right what float32 ranks wrongly by its last bits."""

_AT_ONCE = 24
"""Objects of a block that are looked at first; more only near photos with very many objects."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """For each sampled object its most similar objects, at most one of a photo key."""

    objects: Indices
    """int64 [sample, k]: rows of them, most similar first; -1 where there is no further photo."""
    similarity: NDArray[np.float64]
    """float64 [sample, k]: cosines as ``cosines`` gives them; NaN where there is no object."""


def nearest_of(
    vectors: Floats,
    photo_keys: Indices,
    sample: Indices,
    k: int = 3,
    *,
    queries: int = 512,
    block: int = 32_768,
    device: str = "auto",
    on_progress: Callable[[int, int], None] | None = None,
) -> Nearest:
    """Compare some objects with all and find, for each, the ``k`` other photos with the most similar object.

    Boxes of one photo, and of photos that share a key, count once, by the most similar of them. Matrix
    products in float32 propose, ``cosines`` decides. Memory: 8 bytes x queries x block, and one block.

    Args:
        vectors: float32 [objects, dimension], rows of unit length. May be memory-mapped.
        photo_keys: int64 [objects].
        sample: int64 [sample]: rows whose nearest are wanted.
        k: how many photos.
        queries: sampled rows compared at once.
        block: rows that they are compared with at once.
        device: ``auto`` (CUDA if there is one), or any torch device.
        on_progress: called with (products of blocks done, of all) after each.
    """
    chosen = device_named(device)
    objects = np.full((len(sample), k), -1, dtype=np.int64)
    similarity = np.full((len(sample), k), np.nan)
    starts, blocks = range(0, len(sample), queries), range(0, len(vectors), block)
    for number, start in enumerate(starts):
        asked = sample[start : start + queries]
        best = _Best(photo_keys, photo_keys[asked], k + SPARE, chosen)
        wanted = _rows(vectors[asked], chosen)
        with full_precision():
            for done, first in enumerate(blocks, 1):
                best.see(wanted @ _rows(vectors[first : first + block], chosen).T, first)
                if on_progress is not None:
                    on_progress(number * len(blocks) + done, len(starts) * len(blocks))
        here = slice(start, start + len(asked))
        objects[here], similarity[here] = _decided(vectors, asked, best.objects.cpu().numpy(), k)
    return Nearest(objects, similarity)


class _Best:
    """The best object of each of the ``most`` best photo keys so far, for each of a few queries."""

    def __init__(self, photo_keys: Indices, own: Indices, most: int, device: torch.device) -> None:
        self.photo_keys = torch.from_numpy(np.ascontiguousarray(photo_keys)).to(device)
        self.own = torch.from_numpy(np.ascontiguousarray(own)).to(device)
        self.similarity = torch.full((len(own), most), -torch.inf, device=device)
        self.objects = torch.full((len(own), most), -1, dtype=torch.int64, device=device)

    def see(self, product: torch.Tensor, first: int) -> None:
        """Take in similarities [queries, rows] to the rows from ``first`` on."""
        # Most rows have nothing better in most blocks, and one look at the maximum tells.
        (hopeful,) = torch.nonzero(product.amax(dim=1) > self.similarity[:, -1], as_tuple=True)
        if not len(hopeful):
            return
        left = product[hopeful]
        value, at = left.topk(min(_AT_ONCE, left.shape[1]), dim=1)
        self._merge(hopeful, value, at + first)
        (crowded,) = torch.nonzero(value[:, -1] > self.similarity[hopeful, -1], as_tuple=True)
        if len(crowded) and left.shape[1] > _AT_ONCE:
            self._see_by_photo(left[crowded], hopeful[crowded], first)

    def _see_by_photo(self, left: torch.Tensor, rows: torch.Tensor, first: int) -> None:
        """One photo key after another, for queries near which a few photos have very many objects."""
        keys = self.photo_keys[first : first + left.shape[1]]
        left.masked_fill_(keys == self.own[rows, None], -torch.inf)
        values, found = [], []
        for _ in range(self.similarity.shape[1]):
            value, at = left.max(dim=1)
            values.append(value)
            found.append(at + first)
            left.masked_fill_(keys == keys[at][:, None], -torch.inf)
        self._merge(rows, torch.stack(values, dim=1), torch.stack(found, dim=1))

    def _merge(self, rows: torch.Tensor, similarity: torch.Tensor, objects: torch.Tensor) -> None:
        """Add candidates [rows, any number] to the best; of each key the best stays."""
        own = self.photo_keys[objects] == self.own[rows, None]
        similarity = torch.cat([self.similarity[rows], similarity.masked_fill(own, -torch.inf)], dim=1)
        similarity, order = similarity.sort(dim=1, descending=True, stable=True)
        objects = torch.cat([self.objects[rows], objects], dim=1).gather(1, order)
        keys = self.photo_keys[objects]  # of -1 any: what stands there has no similarity
        same = keys[:, :, None] == keys[:, None, :]  # [rows, candidates, candidates]
        similarity = similarity.masked_fill(same.tril(diagonal=-1).any(dim=2), -torch.inf)
        most = self.similarity.shape[1]
        similarity, order = similarity.sort(dim=1, descending=True, stable=True)
        self.similarity[rows] = similarity[:, :most]
        found = objects.gather(1, order)[:, :most]
        self.objects[rows] = torch.where(similarity[:, :most] > -torch.inf, found, -1)


def _decided(vectors: Floats, asked: Indices, found: Indices, k: int) -> tuple[Indices, NDArray[np.float64]]:
    """The ``k`` best of what was found by exact similarity; of equals the lower row comes first."""
    there = found >= 0
    similarity = np.full(found.shape, -np.inf)
    similarity[there] = cosines(vectors, np.repeat(asked, there.sum(axis=1)), found[there])
    order = np.lexsort((found, -similarity), axis=1)[:, :k]
    found, similarity = (np.take_along_axis(each, order, axis=1) for each in (found, similarity))
    return found, np.where(found >= 0, similarity, np.nan)


def _rows(vectors: Floats, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.array(vectors)).to(device)  # copied: may be read-only
