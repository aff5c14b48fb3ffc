"""What a join compares: vectors and photo keys are checked, named by their content and laid out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.comparing.corpus import Corpus
from index.comparing.equal_rows import DistinctRows, distinct_rows
from index.comparing.kernels import read_rows
from index.comparing.known import Known
from index.comparing.likeness import places_by_likeness
from index.comparing.options import JoinOptions
from index.comparing.products import Arithmetic, quickest
from index.comparing.projection import Projection, projection_to, suitable_projection
from index.comparing.scratch import Arrays, JoinScratch, content_key
from index.comparing.table import store
from index.comparing.threads import finish, in_threads
from index.edges import Floats, Indices
from index.exact import check_lengths, device_named

_VERSION = 3
"""Raised when the same input gives other parts: those of an older program are not taken up."""
_ROWS_AT_ONCE = 1 << 14


def read_corpus(
    vectors: Floats,
    photo_keys: Indices,
    band: tuple[float, float],
    options: JoinOptions,
    known: Known | None,
    folder: Path,
) -> tuple[Corpus, JoinScratch]:
    """The corpus, and the scratch in the folder that is of just this join.

    Raises:
        ValueError: a row is neither of unit length nor zero.
        TooLittleMemory: there is no room for so many objects.
    """
    most_pairs = options.pairs_that_fit(len(vectors))
    hashes = row_hashes(vectors)
    bfloat16 = Arithmetic("bfloat16").error(vectors.shape[1])
    arithmetic = quickest(options.arithmetic, band[0] - bfloat16)
    asked = json.dumps([_VERSION, *band, vectors.shape, arithmetic.name, asdict(replace(options, memory=0))])
    content: list[bytes | memoryview] = [asked.encode(), hashes.data, np.ascontiguousarray(photo_keys).data]
    scratch = JoinScratch(folder, content_key([*content, *(known.content() if known else ())]))
    distinct = _distinct_vectors(vectors, hashes, photo_keys)
    # Where few ask, making a projection takes longer than it saves.
    enough = known is None and len(distinct) > options.exact_below
    projection = _projection(vectors, distinct.rows, band[0], options, arithmetic, enough, scratch)
    places = _places(vectors, distinct.rows, options, scratch)
    stored = store(vectors, distinct.rows, places, arithmetic, projection, scratch)
    corpus = Corpus(
        vectors=stored.vectors,
        laid_out=places is not None,
        distinct=distinct if places is None else distinct.at(places),
        table=stored.table,
        error=arithmetic.error(stored.table.shape[1]) + (projection.error if projection else 0),
        beside=stored.beside,
        arithmetic=arithmetic,
        device=device_named(options.device),
        low=band[0],
        high=band[1],
        # Where only some ask, what is near to one of these may have nothing nearer itself.
        top_k=None if known else options.top_k,
        most_pairs=most_pairs,
    )
    return corpus, scratch


def _projection(
    vectors: Floats,
    rows: Indices,
    low: float,
    options: JoinOptions,
    arithmetic: Arithmetic,
    enough: bool,
    scratch: JoinScratch,
) -> Projection | None:
    """Kept in the scratch: another process would round it otherwise than the parts that are made of it."""
    width, dimension = options.width, vectors.shape[1]
    if width == dimension or not len(rows) or (width is None and not enough):
        return None

    def directions() -> Arrays:
        if width is not None:
            return {"directions": projection_to(width, vectors, rows, options.seed).directions}
        chosen = suitable_projection(vectors, rows, low - arithmetic.error(dimension), options.seed)
        return {"directions": chosen.directions if chosen else np.empty((0, 0), np.float32)}

    kept = scratch.part("projection", directions)["directions"]
    return Projection(np.array(kept)) if len(kept) else None


def row_hashes(vectors: Floats) -> NDArray[np.uint64]:
    """A hash of each row, uint64 [objects].

    Raises:
        ValueError: a row is neither of unit length nor zero.
    """
    hashes = np.empty(len(vectors), np.uint64)

    def worker() -> Callable[[int], None]:
        def read(start: int) -> None:
            rows = np.ascontiguousarray(vectors[start : start + _ROWS_AT_ONCE])
            lengths = np.empty(len(rows))
            read_rows(rows.view(np.uint32), hashes[start : start + len(rows)], lengths)
            check_lengths(np.sqrt(lengths), start)

        return read

    finish(in_threads(range(0, len(vectors), _ROWS_AT_ONCE), worker))
    return hashes


def _places(
    vectors: Floats, rows: Indices, options: JoinOptions, scratch: JoinScratch
) -> NDArray[np.uint32] | None:
    """Kept in the scratch, because all parts name vectors by their place."""
    if len(rows) * vectors.shape[1] * vectors.itemsize < options.laid_out_from:
        return None
    part = scratch.part("places", lambda: {"places": places_by_likeness(vectors, rows, options.seed)})
    places: NDArray[np.uint32] = part["places"]
    return places


def _distinct_vectors(vectors: Floats, hashes: NDArray[np.uint64], photo_keys: Indices) -> DistinctRows:
    """Which vectors are compared; photo keys of any numbers."""
    if len(photo_keys) and photo_keys.min() < 0:
        photo_keys = np.unique(photo_keys, return_inverse=True)[1]
    return distinct_rows(vectors, hashes, photo_keys)
