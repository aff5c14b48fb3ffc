"""Vectors as a join needs them: the equal ones once, and in the arithmetic that proposes pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray

from index.comparing.equal_rows import DistinctRows
from index.comparing.options import TooLittleMemory
from index.comparing.products import Arithmetic
from index.edges import Floats, Indices
from index.exact import cosines


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Distinct vectors, and what makes two of them an edge."""

    vectors: Floats
    """float32 [objects, dimension]: what decides; or [distinct, dimension] where they are laid out."""
    laid_out: bool
    """Whether the vectors are copied into the order of the distinct ones."""
    distinct: DistinctRows
    table: NDArray[Any]
    """[distinct, width] as the arithmetic stores them: what proposes. Of as many numbers as the vectors, or
    projected."""
    error: float
    """How far a product of two of its rows can lie below the cosine."""
    beside: Floats | None
    """float32 [distinct]: the last numbers of projected rows. A product lies above the cosine by less than
    twice the product of these, beside the error."""
    arithmetic: Arithmetic
    device: torch.device
    low: float
    high: float
    top_k: int | None
    most_pairs: int
    """Pairs in the band that the memory has room for."""

    def __len__(self) -> int:
        return len(self.distinct)

    def check_room(self, pairs: int) -> None:
        """Raise ``TooLittleMemory`` where so many are more than the memory has room for."""
        if pairs > self.most_pairs:
            raise TooLittleMemory(
                f"more than {self.most_pairs} pairs lie in the band or next to it: there is no room for them"
            )

    def rows_of(self, names: Indices) -> Indices:
        """Where in ``vectors`` these distinct ones are."""
        return names if self.laid_out else self.distinct.rows[names]

    def similarity(self, left: Indices, right: Indices) -> Floats:
        """The cosine that counts, of pairs of distinct vectors."""
        return cosines(self.vectors, self.rows_of(left), self.rows_of(right))
