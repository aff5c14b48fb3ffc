"""In which order the queue serves its items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

UNCERTAIN, LIKELY = "uncertain", "likely"
ORDERINGS = (UNCERTAIN, LIKELY)
EVERY = 4  # one place in four goes by lot: any five cards in a row hold one at least, 20 %


def serve_order(
    weakest: NDArray[np.float64], ordering: str, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Which item takes which place, and which places the lot filled.

    The lot draws from all items alike and without replacement, so that what it serves first is a fair
    sample of them; the other places follow the ordering.

    Args:
        weakest: Lowest cosine of each of n items. All lie inside the band, so that the lowest are those
            next to its low end.
        ordering: ``uncertain`` serves these first, ``likely`` the highest.
        seed: 0 or more. Equal arguments give equal answers.

    Returns:
        Indices of the items, shape (n,), first place first; and whether the lot drew each, shape (n,).
    """
    by_lot = np.arange(len(weakest)) % EVERY == 0
    drawn = np.random.default_rng(seed).permutation(len(weakest))[: by_lot.sum()]
    ranked = np.argsort(weakest if ordering == UNCERTAIN else -weakest, kind="stable")
    order = np.empty(len(weakest), dtype=np.int64)
    order[by_lot] = drawn
    order[~by_lot] = ranked[~np.isin(ranked, drawn)]
    return order, by_lot
