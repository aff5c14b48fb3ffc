"""The recurrence join: which objects of different photos are as similar as a band asks, of millions.

Vectors are put into cells around random pivots. Each is compared with all vectors of its own cell and of
those that are nearly as close, block by block: matrix products in the quickest arithmetic propose pairs,
exact cosines decide. How far a vector has to look is read off a random sample that is compared with
everything, so that the share of pairs found is known for each corpus and reported with its interval.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.caps import Capped, capped
from index.cell_comparison import Found, compare_cells, place, place_asking
from index.cells import ALL, make_cells, suitable_count
from index.corpus import Corpus, distinct_vectors, row_hashes, stored_table
from index.edges import Edges, Floats, Indices, Pairs
from index.equal_rows import edges_of_equal, edges_of_objects, mark_above, mark_above_pairs
from index.exact import check_input, device_named, full_precision
from index.join_scratch import Arrays, JoinScratch, content_key, held
from index.known import Known
from index.products import Arithmetic, quickest
from index.projection import Projection, projection_to, suitable_projection
from index.recall import PairSample, Recall, sample_pairs, suitable_margin

Progress = Callable[[str, int, int], None]

_VERSION = 2
"""Raised when the same input gives other parts: those of an older program are not taken up."""
WIDE, WIDE_OF_MANY, MANY = 0.15, 0.12, 2_000_000
"""The margin at which vectors are put into cells at first: most corpora need less, and among many it takes
room on the disk (of ten million synthetic ones .15 took 2.6 GB, and .11 was enough)."""
_WIDENED = 0.02
"""What the margin grows by where the pairs found show that it was too small after all."""
DEFAULT_MEMORY = 8_000_000_000
_BYTES_PER_OBJECT = 100
"""Columns held in memory, beside the files that are mapped into it."""
_BYTES_AT_LEAST = 1 << 30


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """How a join works; all but ``memory`` can change its result."""

    recall: float = 0.999
    """Share of the pairs in the band to be found: the lower end of its 95 % interval. 1 compares all."""
    top_k: int | None = 100
    """Nearest objects of each that stay; an edge stays if it is one from either side. None: all."""
    max_degree: int | None = 1000
    """Most edges of one object, its nearest. None: any number."""
    exact_below: int = 20_000
    """Up to so many different vectors every two are compared."""
    cells: int | None = None
    """How many; None chooses."""
    margin: float | None = None
    """How much less similar than the closest one a pivot may be; None reads it off the sample."""
    width: int | None = None
    """Of how many numbers the rows are that propose pairs; fewer than the vectors have are projected. None:
    as few as propose hardly more pairs."""
    arithmetic: str = "auto"
    """float32, bfloat16, or auto: bfloat16 where the processor has it. Exact values decide in any case."""
    device: str = "auto"
    memory: int = DEFAULT_MEMORY
    """Bytes this may take beside files mapped into memory, which the system lets go when others need room.
    What is needed is estimated before it starts; edges come on top, and they are as many as recur."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.recall <= 1:
            raise ValueError(f"a recall of {self.recall} is no share above 0")
        for name in ("top_k", "max_degree", "cells", "width"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}, where 1 is the least")


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What a join did."""

    objects: int
    vectors: int
    """Different ones."""
    arithmetic: str
    width: int
    """Numbers of the rows that proposed pairs."""
    cells: int
    margin: float
    compared_pairs: int
    """Products of two vectors within cells."""
    recall: float | None
    """Of the pairs sampled; None where none were."""
    recall_low: float
    """Lower end of its 95 % interval; 1 where everything was compared."""
    recall_high: float
    sampled_vectors: int
    sampled_pairs: int
    design_effect: float
    reached: bool
    """Whether the lower end is as high as was asked."""
    edges: int
    edges_dropped: int
    """In the band, but beyond ``top_k`` and ``max_degree``. About, where an object has more than ``top_k``:
    pairs of equal vectors count as one there."""
    hubs: int
    """Objects that are among the nearest of more than ``max_degree``."""
    taken_up: int
    """Parts that an earlier, interrupted join had finished."""
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class Join:
    """Edges, and how they were found."""

    edges: Edges
    report: JoinReport
    full: NDArray[np.bool_]
    """bool [objects]: had as many edges as the caps allow, or more; every edge that was dropped had one of
    these."""


class TooLittleMemory(ValueError):
    """What has to be held is more than the join may take."""


def recurrence_join(
    vectors: Floats,
    photo_keys: Indices,
    low: float,
    high: float,
    *,
    options: JoinOptions = JoinOptions(),
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
    photo_keys = photo_keys.astype(np.int64, copy=False)
    _check_memory(len(vectors), options.memory)
    clock = _Clock()
    with _folder(scratch) as folder, full_precision():
        with clock.phase("read"):
            corpus, kept = _read(vectors, photo_keys, (low, high), options, known, folder)
        if known is None:
            measured = _measured(corpus, options, kept, clock, on_progress or _silent)
        else:
            measured = _asked(corpus, known, kept, clock, on_progress or _silent)
        with clock.phase("edges"):
            edges, lost = _edges(corpus, measured.found, photo_keys, options, known)
        kept.empty()
    return Join(edges, _report(corpus, measured, edges, lost, options, kept.taken_up, clock), lost.full)


def _read(
    vectors: Floats,
    photo_keys: Indices,
    band: tuple[float, float],
    options: JoinOptions,
    known: Known | None,
    folder: Path,
) -> tuple[Corpus, JoinScratch]:
    """The corpus, and the scratch of just this join."""
    hashes = row_hashes(vectors)
    bfloat16 = Arithmetic("bfloat16").error(vectors.shape[1])
    arithmetic = quickest(options.arithmetic, band[0] - bfloat16)
    asked = json.dumps([_VERSION, *band, vectors.shape, arithmetic.name, asdict(replace(options, memory=0))])
    content: list[bytes | memoryview] = [asked.encode(), hashes.data, np.ascontiguousarray(photo_keys).data]
    scratch = JoinScratch(folder, content_key([*content, *(known.content() if known else ())]))
    distinct = distinct_vectors(vectors, hashes, photo_keys)
    projection = _projection(vectors, distinct.rows, band[0], options, arithmetic, known, scratch)
    table, beside = stored_table(vectors, distinct, arithmetic, projection, scratch)
    error = arithmetic.error(table.shape[1]) + (projection.error if projection else 0)
    device = device_named(options.device)
    # Where only some ask, what is near to one of these may have nothing nearer itself.
    top_k = None if known else options.top_k
    return Corpus(vectors, distinct, table, error, beside, arithmetic, device, *band, top_k), scratch


def _projection(
    vectors: Floats,
    rows: Indices,
    low: float,
    options: JoinOptions,
    arithmetic: Arithmetic,
    known: Known | None,
    scratch: JoinScratch,
) -> Projection | None:
    """Kept in the scratch: another process would round it otherwise than the parts that are made of it."""
    if options.width == vectors.shape[1] or not len(rows):
        return None
    if options.width is None and (known is not None or len(rows) <= options.exact_below):
        return None  # takes longer than what it saves

    def directions() -> Arrays:
        if options.width is not None:
            chosen: Projection | None = projection_to(options.width, vectors, rows, options.seed)
        else:
            least = low - arithmetic.error(vectors.shape[1])
            chosen = suitable_projection(vectors, rows, least, options.seed)
        return {"directions": chosen.directions} if chosen else {"directions": np.empty((0, 0), np.float32)}

    kept = np.array(scratch.part("projection", directions)["directions"])
    return Projection(kept) if len(kept) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """What was found, at which margin, and how much of all there is."""

    found: Found
    cells: int
    margin: float
    sample: PairSample | None
    """None where all was compared, or the margin was given."""
    recall: Recall | None


def _measured(
    corpus: Corpus, options: JoinOptions, scratch: JoinScratch, clock: _Clock, on_progress: Progress
) -> _Measured:
    """Compare cells at the margin that the sample asks for.

    And again at a wider one if pairs of the sample are missing: the margin is read off products of other
    blocks, which are rounded otherwise.
    """
    all_of_it = options.recall >= 1 or len(corpus) <= options.exact_below
    count = options.cells or (1 if all_of_it else suitable_count(len(corpus)))
    cells = make_cells(corpus.table, count, options.seed, corpus.arithmetic, corpus.device)
    margin = ALL if all_of_it else WIDE if len(corpus) < MANY else WIDE_OF_MANY
    if options.margin is not None:
        margin = options.margin
    with clock.phase("cells"):
        placement = place(cells, margin, scratch, on_progress)
    sample = None
    if options.margin is None and not all_of_it:
        with clock.phase("sample"):
            sample = sample_pairs(corpus, placement, options.recall, options.seed, scratch, on_progress)
        margin = suitable_margin(sample, options.recall)
    while True:
        if margin > placement.margin:
            with clock.phase("cells"):
                placement = place(cells, min(ALL, margin + _WIDENED), scratch, on_progress)
        with clock.phase("compare"):
            found = compare_cells(corpus, placement, margin, scratch, on_progress)
        if sample is None:
            return _Measured(found, len(cells), margin, None, None)
        recall = _recall(found, sample, len(corpus))
        if recall.interval()[0] >= options.recall or recall.missed == 0 or margin >= ALL:
            return _Measured(found, len(cells), margin, sample, recall)
        margin += _WIDENED


def _asked(
    corpus: Corpus, known: Known, scratch: JoinScratch, clock: _Clock, on_progress: Progress
) -> _Measured:
    """Compare those that ask with all."""
    asking = corpus.distinct.values_of(known.asks())
    cells = make_cells(corpus.table, 1, 0, corpus.arithmetic, corpus.device)
    with clock.phase("compare"):
        found = compare_cells(corpus, place_asking(cells, asking), ALL, scratch, on_progress)
    return _Measured(found, len(cells), ALL, None, None)


def _recall(found: Found, sample: PairSample, count: int) -> Recall:
    left, right = np.minimum(sample.chosen, sample.other), np.maximum(sample.chosen, sample.other)
    there = np.isin(left * count + right, found.left * count + found.right)
    return Recall(int(np.count_nonzero(there)), len(sample), sample.design_effect)


def _edges(
    corpus: Corpus, found: Found, photo_keys: Indices, options: JoinOptions, known: Known | None
) -> tuple[Edges, Capped]:
    """Of pairs of distinct vectors, and of those that are equal, edges of objects."""
    distinct = corpus.distinct
    pairs = edges_of_objects((found.left, found.right, found.similarity), distinct, photo_keys, options.top_k)
    several = np.array(list(distinct.members), dtype=np.int64)
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
    measured: _Measured,
    edges: Edges,
    lost: Capped,
    options: JoinOptions,
    taken_up: int,
    clock: _Clock,
) -> JoinReport:
    sample, recall = measured.sample, measured.recall
    complete = measured.margin >= ALL or measured.cells == 1
    low, high = (1.0, 1.0) if complete else recall.interval() if recall else (0.0, 1.0)
    return JoinReport(
        objects=len(corpus.vectors),
        vectors=len(corpus),
        arithmetic=corpus.arithmetic.name,
        width=corpus.table.shape[1],
        cells=measured.cells,
        margin=measured.margin,
        compared_pairs=measured.found.compared,
        recall=recall.share if recall else 1.0 if complete else None,
        recall_low=low,
        recall_high=high,
        sampled_vectors=sample.vectors if sample else 0,
        sampled_pairs=len(sample) if sample else 0,
        design_effect=sample.design_effect if sample else 1.0,
        reached=low >= min(options.recall, 1.0),
        edges=len(edges),
        edges_dropped=lost.edges + measured.found.cut,
        hubs=lost.hubs,
        taken_up=taken_up,
        seconds=clock.seconds,
    )


class _Clock:
    """Seconds of each phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def _check_memory(objects: int, memory: int) -> None:
    needed = _BYTES_AT_LEAST + _BYTES_PER_OBJECT * objects
    if memory < needed:
        raise TooLittleMemory(
            f"{objects} objects need {needed / 2**30:.1f} GiB of memory, not {memory / 2**30:.1f}"
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
