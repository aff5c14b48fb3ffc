"""Pairs that blocks of vectors proposed, decided by their cosines.

All together and in the order of the vectors: each pair once, and of a file that is larger than the memory
each part is read once, where deciding each block's pairs at once reads from all over it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from index.comparing.corpus import Corpus
from index.comparing.kernels import products_of_pairs
from index.comparing.ranks import sorted_once
from index.comparing.report import Progress
from index.comparing.scratch import Arrays, JoinScratch
from index.comparing.threads import in_threads
from index.edges import Indices

_CLOSE = 1e-6
"""How near to a limit of the band the order of a sum in float64 could decide."""
_AT_ONCE = 1 << 16, 1 << 20
"""Pairs decided at once, fewest and most."""
_PARTS = 32
"""They are decided in so many parts unless these would be smaller or larger; a kill costs one per thread."""


def pair_names(one: Indices, other: Indices, count: int) -> Indices:
    """One number for each pair of names below ``count``: each pair once, ascending. int64."""
    return sorted_once(np.minimum(one, other) * count + np.maximum(one, other))


def named_pairs(names: Indices, count: int) -> tuple[Indices, Indices]:
    """The lower and the higher name of each pair."""
    left, right = np.divmod(names, count) if count else (names, names)
    return left, right


def decide_all(
    corpus: Corpus, pairs: Indices, name: str, scratch: JoinScratch, on_progress: Progress
) -> Arrays:
    """Those of the pairs that lie in the band, and what lies above it, as ``decided`` returns it.

    Args:
        corpus: all vectors.
        pairs: int64, names of pairs, ascending.
        name: what the parts are called in the scratch.
        scratch: keeps what is decided.
        on_progress: called with ``decide``, how many parts are and how many there are.
    """
    fewest, most = _AT_ONCE
    size = max(fewest, min(most, -(-len(pairs) // _PARTS)))
    starts = range(0, max(1, len(pairs)), size)

    def worker() -> Callable[[int], tuple[int, Arrays]]:
        def decide(start: int) -> Arrays:
            return decided(corpus, pairs[start : start + size])

        return lambda n: (n, scratch.part(f"{name}-{n:05d}", lambda: decide(starts[n])))

    parts: dict[int, Arrays] = {}
    held = 0
    for number, part in in_threads(range(len(starts)), worker):
        parts[number] = part
        held += len(part["left"])
        corpus.check_room(held)
        on_progress("decide", len(parts), len(starts))
    in_order = [parts[n] for n in range(len(starts))]
    return {field: np.concatenate([part[field] for part in in_order]) for field in in_order[0]}


def decided(corpus: Corpus, pairs: Indices) -> Arrays:
    """What the cosines of these pairs say.

    Returns:
        ``left`` < ``right`` int64 [pairs] and ``similarity`` float32 [pairs]: the pairs in the band.
        ``above``, ``above_left`` and ``above_right``: what lies above it, as ``Comparison.proposed`` says it.
    """
    left, right = named_pairs(pairs, len(corpus))
    _, inside, over = judged(corpus, left, right)
    mixed = of_several_and_one(corpus, left[over], right[over])
    above = left[over][~mixed], right[over][~mixed]
    return {
        "left": left[inside],
        "right": right[inside],
        "similarity": corpus.similarity(left[inside], right[inside]),
        "above": np.unique(np.concatenate(above)),
        "above_left": left[over][mixed],
        "above_right": right[over][mixed],
    }


def judged(
    corpus: Corpus, one: Indices, other: Indices
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Cosines of pairs, which lie in the band, and which above it.

    Where the order of a sum might decide, the cosine is that of ``cosines``; elsewhere within rounding.
    """
    similarity = np.empty(len(one))
    products_of_pairs(np.asarray(corpus.vectors), corpus.rows_of(one), corpus.rows_of(other), similarity)
    similarity = similarity.astype(np.float32).astype(np.float64)
    close = np.abs(similarity - corpus.low) < _CLOSE
    close |= np.abs(similarity - corpus.high) < _CLOSE
    similarity[close] = corpus.similarity(one[close], other[close])
    over = similarity > corpus.high
    return similarity, ~over & (similarity >= corpus.low), over


def of_several_and_one(corpus: Corpus, one: Indices, other: Indices) -> NDArray[np.bool_]:
    """Pairs of which one vector stands for several photos: not above for all of their objects."""
    photos = corpus.distinct.photos
    mixed: NDArray[np.bool_] = (photos[one] < 0) != (photos[other] < 0)
    return mixed


def joined(parts: list[tuple[Indices, Indices]]) -> tuple[Indices, Indices]:
    """All pairs of all parts."""
    nothing = np.empty(0, np.int64)
    one, other = (np.concatenate([nothing, *each]) for each in zip((nothing, nothing), *parts, strict=True))
    return one, other
