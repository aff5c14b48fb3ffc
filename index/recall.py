"""How much of what is in the band a join finds: a random sample of vectors is compared with everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from index.cells import ALL, Cells, Closest
from index.comparison import Comparison, places_in_runs
from index.corpus import Corpus
from index.edges import Floats, Indices
from index.join_scratch import Arrays, JoinScratch
from index.threads import in_threads

CONFIDENCE = 0.95
MOST_SAMPLED = 1 << 16
"""Vectors compared with everything at most; where recurrences are rare the interval stays wide."""
_AT_ONCE = 4096
_ROWS_AT_ONCE = 1 << 14
_USUAL_MARGIN = 0.12
"""Where the sample has too few pairs to tell (ours)."""


@dataclass(frozen=True, slots=True, eq=False)
class PairSample:
    """All pairs in the band of vectors chosen at random; of each vector the ``top_k`` nearest."""

    chosen: Indices
    """int64 [pairs]: the vector that was chosen."""
    other: Indices
    """int64 [pairs]."""
    vectors: int
    """How many were chosen."""

    def __len__(self) -> int:
        return len(self.chosen)


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of the pairs in the band that was found."""

    found: int
    pairs: int
    design_effect: float
    """Pairs of one vector are found or missed together: this many count as one."""

    @property
    def missed(self) -> int:
        return self.pairs - self.found

    @property
    def share(self) -> float:
        return self.found / self.pairs if self.pairs else 1.0

    def interval(self) -> tuple[float, float]:
        """95 %, Clopper-Pearson, of as many pairs as independent ones would tell as much."""
        pairs, found = self.pairs / self.design_effect, self.found / self.design_effect
        missed, tail = pairs - found, (1 - CONFIDENCE) / 2
        low = beta.ppf(tail, found, missed + 1) if found else 0.0
        high = beta.ppf(1 - tail, found + 1, missed) if missed else 1.0
        return float(low), float(high)


def sample_pairs(
    corpus: Corpus,
    recall: float,
    seed: int,
    scratch: JoinScratch,
    on_progress: Callable[[str, int, int], None],
) -> PairSample:
    """Compare vectors chosen at random with everything, until there are pairs enough to tell ``recall``."""
    count = len(corpus.table)
    order = np.random.default_rng(seed + 1).permutation(count)[:MOST_SAMPLED]
    wanted = 1.1 * pairs_to_tell(recall)
    parts: list[Arrays] = []
    pairs = 0
    for start in range(0, len(order), _AT_ONCE):
        chosen = np.sort(order[start : start + _AT_ONCE])
        name = f"sample-{start:06d}"
        parts.append(scratch.part(name, lambda chosen=chosen: _compared(corpus, chosen)))  # type: ignore[misc]
        pairs += len(parts[-1]["chosen"])
        on_progress("sample", min(pairs, int(wanted)), int(wanted))
        if pairs >= wanted:
            break
    one, other = (np.concatenate([part[name] for part in parts]) for name in ("chosen", "other"))
    return PairSample(one, other, min(len(order), start + _AT_ONCE))


def pairs_to_tell(recall: float) -> int:
    """Fewest pairs that, all found, put the lower end of the interval at ``recall``."""
    return int(np.ceil(log((1 - CONFIDENCE) / 2) / log(recall))) if 0 < recall < 1 else 1


def _compared(corpus: Corpus, chosen: Indices) -> Arrays:
    """Pairs of the chosen vectors with any other."""
    count = len(corpus.table)
    is_chosen = np.zeros(count, np.bool_)
    is_chosen[chosen] = True
    blocks = (np.arange(n, min(n + _ROWS_AT_ONCE, count)) for n in range(0, count, _ROWS_AT_ONCE))

    def worker() -> Callable[[Indices], Arrays]:
        comparison = Comparison(corpus)

        def compare(rows: Indices) -> Arrays:
            comparison.compare(rows, chosen)
            found = comparison.decided()
            left, right, similarity = found["left"], found["right"], found["similarity"]
            of_left, of_right = is_chosen[left], is_chosen[right]
            one = np.concatenate([left[of_left], right[of_right]])
            other = np.concatenate([right[of_left], left[of_right]])
            return _nearest(corpus, one, other, np.concatenate([similarity[of_left], similarity[of_right]]))

        return compare

    parts = list(in_threads(blocks, worker))
    one, other, similarity = (np.concatenate([part[name] for part in parts]) for name in parts[0])
    return _nearest(corpus, one, other, similarity)


def _nearest(corpus: Corpus, one: Indices, other: Indices, similarity: Floats) -> Arrays:
    """Pairs once each, of each vector in ``one`` the nearest that count."""
    order = np.lexsort((other, -similarity, one))
    one, other, similarity = one[order], other[order], similarity[order]
    # A pair of two that were chosen is met in the blocks of both.
    kept = np.append(True, (one[1:] != one[:-1]) | (other[1:] != other[:-1]))[: len(one)]
    one, other, similarity = one[kept], other[kept], similarity[kept]
    if corpus.top_k is not None:
        near = places_in_runs(one) < corpus.top_k
        one, other, similarity = one[near], other[near], similarity[near]
    return {"chosen": one, "other": other, "similarity": similarity}


def margins_needed(sample: PairSample, cells: Cells) -> NDArray[np.float32]:
    """The margin at which each pair of the sample is found, from one side at least. float32 [pairs]."""
    names, where = np.unique(np.concatenate([sample.chosen, sample.other]), return_inverse=True)
    best, home = np.empty(len(names), np.float32), np.empty(len(names), np.int32)
    starts = range(0, len(names), _AT_ONCE)

    def worker() -> Callable[[int], int]:
        closest = Closest(cells)

        def place(start: int) -> int:
            part = slice(start, start + _AT_ONCE)
            best[part], home[part] = closest.of(names[part])
            return start

        return place

    for _ in in_threads(starts, worker):
        pass
    one, other = where[: len(sample)], where[len(sample) :]
    needed: Floats = np.minimum(
        best[one] - _to_pivot(cells, names[one], home[other]),
        best[other] - _to_pivot(cells, names[other], home[one]),
    )
    return needed


def _to_pivot(cells: Cells, names: Indices, pivots: NDArray[np.int32]) -> NDArray[np.float32]:
    numbers = cells.arithmetic.numbers
    result = np.empty(len(names), np.float32)
    for start in range(0, len(names), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rows, others = numbers(cells.table[names[part]]), numbers(cells.pivots[pivots[part]])
        result[part] = np.einsum("nd,nd->n", rows, others)
    return result


def suitable_margin(sample: PairSample, needed: NDArray[np.float32], recall: float) -> float:
    """The smallest margin at which the lower end of the interval reaches ``recall``.

    With too few pairs for that: the largest that any of them needs, and a usual one at least.
    """
    effect = design_effect(sample, needed)
    for missed in range(len(needed) // 100, -1, -1):
        if Recall(len(needed) - missed, len(needed), effect).interval()[0] >= recall:
            return float(max(0.0, np.sort(needed)[len(needed) - missed - 1]))
    return float(min(ALL, max([_USUAL_MARGIN, *needed.tolist()])))


def design_effect(sample: PairSample, needed: NDArray[np.float32]) -> float:
    """How much less the pairs tell than independent ones would: Kish's ratio of variances, 1 or more.

    Measured where one pair in a hundred is missed, because of those that count there are too few.
    """
    if len(needed) < 100:
        return 1.0
    missed = needed > np.quantile(needed, 0.99)
    share = missed.mean()
    _, vector = np.unique(sample.chosen, return_inverse=True)
    excess = np.bincount(vector, weights=missed - share)
    independent = len(needed) * share * (1 - share)
    return float(max(1.0, (excess**2).sum() / independent)) if independent else 1.0
