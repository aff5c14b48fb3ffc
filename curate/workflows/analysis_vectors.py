"""What the vectors of a run say: how similar the nearest objects are, and how right people found pairs."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.records import Band
from curate.verdicts import DIFFERENT, SAME, VARIANT, Consensus
from curate.workflows.analysis_corpus import Corpus
from curate.workflows.analysis_edges import KS, share
from curate.workflows.approval import Facts
from curate.workflows.settled import RELATIONS, Numbers, settled
from index.exact import cosines
from index.nearest import nearest_of

BIN = 0.005
"""Width of the bins of similarity."""
_STEPS = (0.0025, 0.005, 0.01, 0.02, 0.05)
_MOST_THRESHOLDS = 40
Vectors = NDArray[np.float32]


def nearest(
    corpus: Corpus,
    vectors: Vectors,
    sample: int,
    seed: int,
    device: str,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Similarity of the 3 nearest objects in other photos, of all objects or of a random sample."""
    chosen = np.arange(len(corpus))
    if len(corpus) > sample:
        chosen = np.sort(np.random.default_rng(seed).choice(len(corpus), sample, replace=False))
    found = nearest_of(
        vectors, corpus.photo_keys, chosen, max(KS), device=device, on_progress=on_progress
    ).similarity
    band = corpus.band
    inside = (found >= band.low) & (found <= band.high)
    return {
        "objects": len(chosen),
        "of": len(corpus),
        "seed": seed,
        "bin": BIN,
        "bins": _binned(found),
        "all": _where(found.ravel(), band),
        "ranks": [_where(column, band) for column in found.T],
        **{f"nearest_{k}_in_band": share(int(inside[:, :k].all(axis=1).sum()), len(chosen)) for k in KS},
    }


def _where(similarity: NDArray[np.float64], band: Band) -> dict[str, int]:
    """How many lie below, inside and above the band; objects without another photo are in none."""
    below, above = int((similarity < band.low).sum()), int((similarity > band.high).sum())
    there = int((~np.isnan(similarity)).sum())
    return {"below": below, "inside": there - below - above, "above": above}


def _binned(similarity: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Bins that hold something, with how many of the 1st, 2nd and 3rd nearest each holds."""
    last = round(1 / BIN) - 1
    number = np.minimum(np.floor(similarity / BIN + 1e-6), last)  # 1.0 goes into the last
    return [
        {"low": round(int(n) * BIN, 6), "ranks": (number == n).sum(axis=0).tolist()}
        for n in np.unique(number[~np.isnan(number)])
    ]


def precision(corpus: Corpus, vectors: Vectors, facts: Facts, consensus: Consensus) -> dict[str, Any]:
    """How many pairs of at least so much similarity people found to be the same thing.

    Every pair of objects of the run in different photos counts on which people agree, whether mining found
    it or not. Another variant is not the same thing; near-duplicates and what is disputed are left out.
    """
    similarity, relation = _judged(corpus, vectors, facts, consensus)
    same = relation == RELATIONS.index(SAME)
    inside = similarity <= corpus.band.high
    points = [
        {
            "threshold": threshold,
            **_precision(same[similarity >= threshold]),
            "in_band": _precision(same[(similarity >= threshold) & inside]),
        }
        for threshold in _thresholds(similarity)
    ]
    words = {word: int((relation == RELATIONS.index(word)).sum()) for word in (SAME, DIFFERENT, VARIANT)}
    whole = _precision(same[inside & (similarity >= corpus.band.low)])
    return {"pairs": len(same), **words, "band": whole, "points": points}


def _judged(
    corpus: Corpus, vectors: Vectors, facts: Facts, consensus: Consensus
) -> tuple[NDArray[np.float64], Numbers]:
    """Similarity and relation of the pairs that people settled."""
    relation = settled(facts.columns, consensus, with_automatic=False)
    wanted = np.isin(relation, [RELATIONS.index(word) for word in (SAME, DIFFERENT, VARIANT)])
    one, other = (facts.things.keys[side[wanted]] for side in (facts.columns.one, facts.columns.other))
    here = np.isin(one, corpus.things.keys) & np.isin(other, corpus.things.keys)
    left, right = (corpus.things.numbers_of_keys(side[here]) for side in (one, other))
    apart = corpus.photo_keys[left] != corpus.photo_keys[right]
    similarity = cosines(vectors, left[apart], right[apart]).astype(np.float64)
    return similarity, relation[wanted][here][apart]


def _precision(same: NDArray[np.bool_]) -> dict[str, Any]:
    return dict(share(int(same.sum()), len(same)))


def _thresholds(similarity: NDArray[np.float64]) -> list[float]:
    """Round numbers from below the lowest similarity to below the highest, some 40 at most."""
    if not len(similarity):
        return []
    low, high = float(similarity.min()), float(similarity.max())
    step = next((each for each in _STEPS if (high - low) / each < _MOST_THRESHOLDS), _STEPS[-1])
    first, last = floor(low / step + 1e-6), max(ceil(high / step - 1e-6) - 1, floor(low / step + 1e-6))
    return [round(n * step, 6) for n in range(first, last + 1)]
