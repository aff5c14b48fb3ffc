"""How much of what is in the band a join finds: a random sample of vectors is compared with everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import log

import numpy as np
from scipy.stats import beta

from index.comparing.blocks import Comparison
from index.comparing.cell_by_cell import Placement
from index.comparing.cells import ALL
from index.comparing.corpus import Corpus
from index.comparing.deciding import decided
from index.comparing.ranks import nearest_first, places_in_runs
from index.comparing.reach import Reach
from index.comparing.report import Progress
from index.comparing.scratch import Arrays, JoinScratch
from index.comparing.threads import in_threads
from index.edges import Floats, Indices

CONFIDENCE = 0.95
MOST_SAMPLED = 1 << 16
"""Vectors compared with everything at most; where recurrences are rare the interval stays wide."""
_AT_ONCE = 12_288
_TABLE = 1 << 29
"""Bytes of similarities to all pivots held at once, twice."""
_PARTS, _CELLS_AT_LEAST = 32, 64
"""A sample is compared in so many parts unless these would have fewer cells; a kill costs one per thread."""
_FEW = 1000
_SPARE, _SPARE_OF_MANY, _MANY = 1.1, 2.0, 2_000_000
"""Pairs sampled, as a multiple of what tells the recall if none is missed. With twice as many two may be
missed: among so many vectors the margin that this saves costs more than the sample."""
_MORE = 3
"""Times as many pairs where so many ask for a wider margin than there is. Of 55 million synthetic vectors
these ask for .1205, and making cells anew for it takes four times as long as sampling more."""
USUAL_MARGIN = 0.12
"""Where the sample has too few pairs to tell (ours)."""


@dataclass(frozen=True, slots=True, eq=False)
class PairSample:
    """All pairs in the band of vectors chosen at random; of each vector the ``top_k`` nearest."""

    chosen: Indices
    """int64 [pairs]: the vector that was chosen."""
    other: Indices
    """int64 [pairs]."""
    needed: Floats
    """float32 [pairs]: the margin at which each is found."""
    design_effect: float
    """Pairs of one vector are found or missed together: so many tell as much as one by itself."""
    vectors: int
    """How many were chosen."""

    @property
    def worth(self) -> float:
        """How many independent pairs would tell as much."""
        return len(self) / self.design_effect

    def __len__(self) -> int:
        return len(self.chosen)


NO_PAIRS = PairSample(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32), design_effect=1.0, vectors=0
)


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


def suitable_sample(
    corpus: Corpus,
    placement: Placement,
    recall: float,
    seed: int,
    scratch: JoinScratch,
    on_progress: Progress,
) -> PairSample:
    """Compare vectors chosen at random with everything, until there are pairs enough to tell ``recall``.

    And more of them where these ask for a wider margin than vectors were placed with, and more would not: the
    more pairs, the more may be missed, and comparing them takes less than making cells anew.
    """
    spare = _SPARE if len(corpus) < _MANY else _SPARE_OF_MANY
    wanted = round(spare * pairs_to_tell(recall))
    sample = sample_pairs(corpus, placement, wanted, seed, scratch, on_progress, NO_PAIRS)
    as_many_more = np.repeat(sample.needed, _MORE)
    if suitable_margin(sample.needed, sample.design_effect, recall) <= placement.margin:
        return sample
    if suitable_margin(as_many_more, sample.design_effect, recall) > placement.margin:
        return sample
    wanted = _MORE * max(wanted, round(sample.worth))
    return sample_pairs(corpus, placement, wanted, seed, scratch, on_progress, sample)


def sample_pairs(
    corpus: Corpus,
    placement: Placement,
    wanted: int,
    seed: int,
    scratch: JoinScratch,
    on_progress: Progress,
    sample: PairSample,
) -> PairSample:
    """Add to a sample until it is worth so many pairs, or ``MOST_SAMPLED`` vectors are in it."""
    order = np.random.default_rng(seed + 1).permutation(len(corpus))[:MOST_SAMPLED]
    most = max(256, min(_AT_ONCE, _TABLE // (corpus.arithmetic.stored.itemsize * len(placement.cells))))
    count = most
    while sample.worth < wanted and sample.vectors < len(order):
        start = sample.vectors
        if start:  # some more than seem to be missing, so that there is no third time
            count = min(most, max(256, int(1.15 * (wanted / max(1.0, sample.worth) - 1) * start)))
        chosen = np.sort(order[start : start + count])
        found = _compared(corpus, placement, chosen, f"sample-{start:06d}", scratch)
        one = np.append(sample.chosen, found["chosen"])
        other = np.append(sample.other, found["other"])
        more = _margins_needed(placement, found["chosen"], found["other"])
        needed = np.append(sample.needed, more)
        sample = PairSample(one, other, needed, _design_effect(one, needed), start + len(chosen))
        on_progress("sample", min(wanted, round(sample.worth)), wanted)
    return sample


def pairs_to_tell(recall: float) -> int:
    """Fewest pairs that, all found, put the lower end of the interval at ``recall``."""
    return int(np.ceil(log((1 - CONFIDENCE) / 2) / log(recall))) if 0 < recall < 1 else 1


def _compared(
    corpus: Corpus, placement: Placement, chosen: Indices, name: str, scratch: JoinScratch
) -> Arrays:
    """Pairs of the chosen vectors with any other, all of them."""
    is_chosen = np.zeros(len(corpus), np.bool_)
    is_chosen[chosen] = True
    reach = Reach(corpus, placement, chosen)

    def worker() -> Callable[[range], Arrays]:
        comparison = Comparison(corpus)

        def compare(cells: range) -> Arrays:
            for cell in cells:
                comparison.compare(*reach.of(cell))
            found = decided(corpus, comparison.proposed()["pairs"])
            left, right, similarity = found["left"], found["right"], found["similarity"]
            of_left, of_right = is_chosen[left], is_chosen[right]
            one = np.concatenate([left[of_left], right[of_right]])
            other = np.concatenate([right[of_left], left[of_right]])
            return _nearest(corpus, one, other, np.concatenate([similarity[of_left], similarity[of_right]]))

        return lambda cells: scratch.part(f"{name}-{cells.start:06d}", partial(compare, cells))

    count = len(placement.cells)
    size = max(_CELLS_AT_LEAST, -(-count // _PARTS))
    parts = list(in_threads([range(at, min(at + size, count)) for at in range(0, count, size)], worker))
    fields = "chosen", "other", "similarity"  # a part comes back in any order
    one, other, similarity = (np.concatenate([part[field] for part in parts]) for field in fields)
    return _nearest(corpus, one, other, similarity)


def _nearest(corpus: Corpus, one: Indices, other: Indices, similarity: Floats) -> Arrays:
    """Pairs once each, of each vector in ``one`` the nearest that count."""
    order = nearest_first(one, similarity, corpus.distinct.rows[other])
    one, other, similarity = one[order], other[order], similarity[order]
    # A pair of two that were chosen is met from both sides.
    kept = np.append(True, (one[1:] != one[:-1]) | (other[1:] != other[:-1]))[: len(one)]
    one, other, similarity = one[kept], other[kept], similarity[kept]
    if corpus.top_k is not None:
        near = places_in_runs(one) < corpus.top_k
        one, other, similarity = one[near], other[near], similarity[near]
    return {"chosen": one, "other": other, "similarity": similarity}


def _margins_needed(placement: Placement, one: Indices, other: Indices) -> Floats:
    """The margin at which each pair is found, from one side at least. float32 [pairs]."""
    needed: Floats = np.minimum(_gap(placement, one, other), _gap(placement, other, one))
    return needed


def _gap(placement: Placement, asking: Indices, data: Indices) -> Floats:
    """How much less similar than its closest pivot that of the other's cell is, float32 [pairs]."""
    numbers, cells = placement.cells.arithmetic.numbers, placement.cells
    gap = np.empty(len(asking), np.float32)
    for start in range(0, len(asking), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rows, pivots = cells.table[asking[part]], cells.pivots[placement.home[data[part]]]
        gap[part] = placement.best[asking[part]] - np.einsum("nd,nd->n", numbers(rows), numbers(pivots))
    return gap


def suitable_margin(needed: Floats, design_effect: float, recall: float) -> float:
    """The smallest margin at which the lower end of the interval reaches ``recall``.

    With too few pairs for that: the largest that any of them needs, and a usual one at least.

    Args:
        needed: float32 [pairs]: the margin at which each is found.
        design_effect: of these pairs.
    """
    count = len(needed)
    for missed in range(int(count * (1 - recall)), -1, -1):
        if Recall(count - missed, count, design_effect).interval()[0] >= recall:
            return float(max(0.0, np.sort(needed)[count - missed - 1]))
    return float(min(ALL, max([USUAL_MARGIN, *needed.tolist()])))


def _design_effect(chosen: Indices, needed: Floats) -> float:
    """How much less the pairs tell than independent ones would: a ratio of variances (Kish), 1 or more.

    Measured where one pair in a hundred is missed, because of those that count there are too few. Of a few
    hundred pairs nothing can be measured: those of one vector then count as one.
    """
    _, vector, sizes = np.unique(chosen, return_inverse=True, return_counts=True)
    if len(needed) < _FEW:
        return float((sizes**2).sum() / len(needed)) if len(needed) else 1.0
    missed = needed > np.quantile(needed, 0.99)
    share = missed.mean()
    excess = np.bincount(vector, weights=missed - share)
    independent = len(needed) * share * (1 - share)
    return float(max(1.0, (excess**2).sum() / independent)) if independent else 1.0
