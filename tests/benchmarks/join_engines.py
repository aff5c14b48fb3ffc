"""Other ways to the pairs of a band: one query per object against an index, and how quick that gets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import faiss
import numpy as np
from usearch.index import Index

from join_truth import BAND, Floats, Indices, Truth

RECALL = 0.999
NEAREST = 16
"""Neighbours asked for where an engine knows no range: the largest planted group has eight members."""
LADDER = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)

Pairs = tuple[Indices, Indices]
Seconds = dict[str, float]


class Engine(Protocol):
    """An index over all vectors, built when it is made."""

    seconds: Seconds
    """What building took, by phase."""
    parameters: str
    widths: Sequence[int]
    """How far a query may look, from quick to thorough."""

    def search(self, queries: Indices, width: int) -> Pairs:
        """Each of these objects with what is near it, itself included."""
        ...


class Flat:
    """Exact; two directions of every pair, as each object is a query."""

    widths = (0,)
    parameters = "exact"

    def __init__(self, vectors: Floats) -> None:
        self.vectors, self.index = vectors, faiss.IndexFlatIP(vectors.shape[1])
        self.seconds = {"add": timed(lambda: self.index.add(vectors))}

    def search(self, queries: Indices, width: int) -> Pairs:
        return _in_range(self.index, self.vectors, queries)


class Ivf:
    """Cells of k-means. ``by_range`` asks for all above the band's low end, else for the nearest few."""

    widths = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, *LADDER[2:])

    def __init__(self, vectors: Floats, cells: int, points: int, *, by_range: bool = True) -> None:
        self.vectors, self.by_range = vectors, by_range
        self.quantizer = faiss.IndexFlatIP(vectors.shape[1])
        self.index = faiss.IndexIVFFlat(self.quantizer, vectors.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
        self.index.cp.spherical = True
        self.index.cp.max_points_per_centroid = points
        self.seconds = {"train": timed(lambda: self.index.train(vectors))}
        self.seconds["add"] = timed(lambda: self.index.add(vectors))
        self.parameters = f"nlist {cells}, {points} training points each"

    def search(self, queries: Indices, width: int) -> Pairs:
        self.index.nprobe = width
        find = _in_range if self.by_range else _nearest
        return find(self.index, self.vectors, queries)


class Hnsw:
    widths = LADDER
    parameters = f"M 32, {NEAREST} nearest"

    def __init__(self, vectors: Floats) -> None:
        self.vectors = vectors
        self.index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        self.seconds = {"add": timed(lambda: self.index.add(vectors))}

    def search(self, queries: Indices, width: int) -> Pairs:
        self.index.hnsw.efSearch = width
        return _nearest(self.index, self.vectors, queries)


class Usearch:
    widths = LADDER
    parameters = f"connectivity 32, {NEAREST} nearest"

    def __init__(self, vectors: Floats) -> None:
        self.vectors, keys = vectors, np.arange(len(vectors))
        self.index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", connectivity=32)
        self.seconds = {"add": timed(lambda: self.index.add(keys, vectors, threads=2))}

    def search(self, queries: Indices, width: int) -> Pairs:
        self.index.expansion_search = width
        found = self.index.search(self.vectors[queries], NEAREST, threads=2)
        return np.repeat(queries, found.counts), _flat(found.keys, found.counts).astype(np.int64)


def enough(engine: Engine, truth: Truth, least: int = 0) -> int:
    """The smallest width, ``least`` or more, that finds ``RECALL`` of the pairs; the largest if none does.

    Both ends of a pair are asked, as in a search for all objects, and one of them has to find it.
    """
    for width in engine.widths:
        if width >= least and truth.recall(*engine.search(truth.ends, width)).share >= RECALL:
            return width
    return engine.widths[-1]


def tuned_ivf(vectors: Floats, truth: Truth, some: Indices) -> tuple[Ivf, int]:
    """Of several numbers of cells the one that is quickest in all, by its time for some of the objects."""
    total, chosen, rate = float("inf"), None, 0.0
    for cost, cells, points in _cell_numbers(len(vectors)):
        if cost * rate > total:
            break  # training alone would take longer
        engine = Ivf(vectors, cells, points)
        rate = engine.seconds["train"] / cost
        width = 0
        for by_range in (True, False):  # a range finds all that the nearest few can
            engine.by_range = by_range
            width = enough(engine, truth, width)
            searching = timed(lambda: engine.search(some, width)) * len(vectors) / len(some)  # noqa: B023
            if sum(engine.seconds.values()) + searching < total:
                total, chosen = sum(engine.seconds.values()) + searching, (engine, by_range, width)
    assert chosen is not None
    engine, engine.by_range, width = chosen
    engine.parameters += ", range" if engine.by_range else f", {NEAREST} nearest"
    return engine, width


def _cell_numbers(objects: int) -> list[tuple[int, int, int]]:
    """What training costs, cells, and training points for each: FAISS's 256, and near its least, 39."""
    numbers = []
    for factor in (1, 2, 4, 8):
        cells = max(1, int(factor * objects**0.5))
        numbers += [(min(objects, cells * points) * cells, cells, points) for points in (40, 256)]
    return sorted(numbers)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _in_range(index: Any, vectors: Floats, queries: Indices) -> Pairs:
    limits, _, found = index.range_search(vectors[queries], BAND[0])
    return np.repeat(queries, np.diff(limits.astype(np.int64))), found


def _nearest(index: Any, vectors: Floats, queries: Indices) -> Pairs:
    _, found = index.search(vectors[queries], NEAREST)
    there = found >= 0
    return np.repeat(queries, there.sum(axis=1)), found[there]


def _flat(keys: Indices, counts: Indices) -> Indices:
    return keys[np.arange(keys.shape[1]) < np.asarray(counts)[:, None]]
