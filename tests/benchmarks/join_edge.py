"""The same queries in Qdrant's embedded engine, with its graph built by ``optimize``."""

from __future__ import annotations

import tempfile

import numpy as np
from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeOptimizersConfig,
    EdgeShard,
    EdgeVectorParams,
    HnswIndexConfig,
    Point,
    Query,
    QueryBatchRequest,
    QueryRequest,
    SearchParams,
    UpdateOperation,
)

from join_engines import LADDER, NEAREST, Pairs, timed
from join_truth import Floats, Indices

VECTOR, CHUNK = "object", 512
GRAPH = HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=10)
ALWAYS = EdgeOptimizersConfig(indexing_threshold=10)
"""Its defaults, but for 10 kB in place of 10 MB below which it would build or use no graph."""


class QdrantEdge:
    widths = LADDER[2:]
    parameters = f"m 16, {NEAREST} nearest"

    def __init__(self, vectors: Floats) -> None:
        self.vectors = vectors
        self.folder = tempfile.TemporaryDirectory()
        parameters = EdgeVectorParams(size=vectors.shape[1], distance=Distance.Dot)
        config = EdgeConfig(vectors={VECTOR: parameters}, hnsw_config=GRAPH, optimizers=ALWAYS)
        self.shard = EdgeShard.create(self.folder.name, config)
        self.seconds = {"add": timed(self._upsert), "optimize": timed(self.shard.optimize)}

    def _upsert(self) -> None:
        for start in range(0, len(self.vectors), CHUNK):
            rows = self.vectors[start : start + CHUNK].tolist()
            points = [Point(start + number, {VECTOR: row}) for number, row in enumerate(rows)]
            self.shard.update(UpdateOperation.upsert_points(points))

    def search(self, queries: Indices, width: int) -> Pairs:
        found = [
            self._batch(queries[start : start + CHUNK], width) for start in range(0, len(queries), CHUNK)
        ]
        left, right = (np.concatenate(part) for part in zip(*found, strict=True))
        return left, right

    def _batch(self, queries: Indices, width: int) -> Pairs:
        requests = [
            QueryRequest(
                limit=NEAREST,
                query=Query.Nearest(row, using=VECTOR),
                params=SearchParams(hnsw_ef=width),
            )
            for row in self.vectors[queries].tolist()
        ]
        answers = self.shard.query_batch(QueryBatchRequest(requests))
        right = np.array([point.id for points in answers for point in points], dtype=np.int64)
        return np.repeat(queries, [len(points) for points in answers]), right
