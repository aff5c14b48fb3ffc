"""The recurrence join: which objects of different photos are as similar as a band asks, of millions.

Vectors are put into cells around random pivots. Each is compared with all vectors of its own cell and of
those that are nearly as close, block by block: matrix products in the quickest arithmetic propose pairs,
exact cosines decide. How far a vector has to look is read off a random sample that is compared with
everything, so that the share of pairs found is known for each corpus and reported with its interval.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.comparing.caps import Capped, capped
from index.comparing.cell_by_cell import Found
from index.comparing.cells import ALL
from index.comparing.corpus import Corpus
from index.comparing.equal_rows import (
    edges_of_equal,
    edges_of_objects,
    edges_stood_for,
    mark_above,
    mark_above_pairs,
)
from index.comparing.input import read_corpus
from index.comparing.known import Known
from index.comparing.measured import Measured, compare_asking, compare_measured
from index.comparing.options import JoinOptions
from index.comparing.report import Clock, JoinReport, Progress
from index.comparing.scratch import held
from index.edges import Edges, Floats, Indices, Pairs
from index.exact import check_input, full_precision


@dataclass(frozen=True, slots=True, eq=False)
class Join:
    """Edges, and how they were found."""

    edges: Edges
    report: JoinReport
    full: NDArray[np.bool_]
    """bool [objects]: had as many edges as the caps allow, or more; every edge that was dropped had one of
    these."""


def recurrence_join(
    vectors: Floats,
    photo_keys: Indices,
    low: float,
    high: float,
    *,
    options: JoinOptions | None = None,
    known: Known | None = None,
    scratch: Path | None = None,
    on_progress: Progress | None = None,
) -> Join:
    """Find the pairs of objects of different photos whose cosine lies inside the band.

    Args:
        vectors: float32 [objects, dimension], rows of unit length or zero. May be memory-mapped, and has
            to stay as it is while this runs.
        photo_keys: int64 [objects]; objects with equal keys are never an edge.
        low: lowest cosine kept, included.
        high: highest cosine kept, included.
        options: see there.
        known: Edges that need not be found again: only ``known.asking`` are compared, each with all others.
        scratch: A folder for what is finished: called again with the same input after a kill, only the
            rest is done. What other joins left there is removed. None: a temporary one.
        on_progress: called with a phase, what is done of it and how much there is.

    Raises:
        ValueError: shapes do not fit, the band is upside down, or a row is neither of unit length nor zero.
        TooLittleMemory: ``memory`` does not do.
        ScratchInUse: another process joins there.
        OSError: the scratch cannot be written.
    """
    check_input(vectors, photo_keys, low, high)
    options = options or JoinOptions()
    photo_keys = photo_keys.astype(np.int64, copy=False)
    clock = Clock()
    with _folder(scratch) as folder, full_precision():
        with clock.phase("read"):
            corpus, kept = read_corpus(vectors, photo_keys, (low, high), options, known, folder)
        if known is None:
            measured = compare_measured(corpus, options, kept, clock, on_progress or _silent)
        else:
            measured = compare_asking(corpus, known, kept, clock, on_progress or _silent)
        with clock.phase("edges"):
            edges, lost = _edges(corpus, measured.found, photo_keys, options, known)
        kept.empty()
    return Join(edges, _report(corpus, measured, edges, lost, options, kept.taken_up, clock), lost.full)


def _edges(
    corpus: Corpus, found: Found, photo_keys: Indices, options: JoinOptions, known: Known | None
) -> tuple[Edges, Capped]:
    """Of pairs of distinct vectors, and of those that are equal, edges of objects."""
    distinct = corpus.distinct
    several = np.array(list(distinct.members), dtype=np.int64)
    corpus.check_room(
        edges_stood_for(found.left, found.right, distinct, options.top_k)
        + edges_stood_for(several, several, distinct, options.top_k)
    )
    pairs = edges_of_objects((found.left, found.right, found.similarity), distinct, photo_keys, options.top_k)
    to_itself = corpus.similarity(several, several)
    inside = (to_itself.astype(np.float64) >= corpus.low) & (to_itself.astype(np.float64) <= corpus.high)
    equal = edges_of_equal(several[inside], to_itself[inside], distinct, photo_keys, options.top_k)
    above = np.zeros(len(photo_keys), np.bool_)
    over = several[to_itself.astype(np.float64) > corpus.high]
    mark_above(above, distinct, found.above)
    mark_above_pairs(
        above, distinct, photo_keys, np.append(found.above_left, over), np.append(found.above_right, over)
    )
    together: Pairs = (
        np.concatenate([pairs[0], equal[0]]),
        np.concatenate([pairs[1], equal[1]]),
        np.concatenate([pairs[2], equal[2]]),
    )
    if known is not None:
        above |= known.edges.above & ~known.asks()
        together = known.completed(together)
    return capped(together, len(photo_keys), above, options.top_k, options.max_degree)


def _report(
    corpus: Corpus,
    measured: Measured,
    edges: Edges,
    lost: Capped,
    options: JoinOptions,
    taken_up: int,
    clock: Clock,
) -> JoinReport:
    sample, recall = measured.sample, measured.recall
    complete = measured.margin >= ALL or measured.cells == 1
    low, high = (1.0, 1.0) if complete else recall.interval() if recall else (0.0, 1.0)
    return JoinReport(
        objects=len(edges.above),
        vectors=len(corpus),
        arithmetic=corpus.arithmetic.name,
        width=corpus.table.shape[1],
        cells=measured.cells,
        margin=measured.margin,
        compared_pairs=measured.found.compared,
        recall=recall.share if recall and recall.pairs else 1.0 if complete else None,
        recall_low=low,
        recall_high=high,
        sampled_vectors=sample.vectors if sample is not None else 0,
        sampled_pairs=len(sample) if sample is not None else 0,
        design_effect=sample.design_effect if sample is not None else 1.0,
        reached=low >= min(options.recall, 1.0),
        edges=len(edges),
        edges_dropped=lost.edges + measured.found.cut,
        hubs=lost.hubs,
        taken_up=taken_up,
        seconds=clock.seconds,
    )


@contextmanager
def _folder(scratch: Path | None) -> Iterator[Path]:
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
        with held(scratch):
            yield scratch
        return
    with tempfile.TemporaryDirectory(prefix="recurrence-join-") as folder:
        yield Path(folder)


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody wants to know."""
