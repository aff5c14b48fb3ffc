"""What tests mine with, and edges as ``mining.record_run`` takes them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from curate.database.mining import EdgeRows
from curate.records import Band, MiningFilter
from curate.workflows.mining_options import MiningOptions

EVERYTHING = MiningOptions(
    Band(-1, 1, "tests"), MiningFilter(min_confidence=0, min_share=0, max_share=1, min_side=1), min_views=1
)


def edge_rows(triples: Iterable[tuple[int, int, float]] = ()) -> EdgeRows:
    """From two object keys and a cosine each."""
    left, right, similarity = np.array(list(triples), np.float64).reshape(-1, 3).T
    return EdgeRows(left.astype(np.int64), right.astype(np.int64), similarity)
