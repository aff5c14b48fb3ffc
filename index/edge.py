"""The embedded engine: Qdrant's own, in this process, one shard directory per collection.

Only one process may hold a shard, so every call locks and opens it, does its work and closes it again.
Opening and closing takes .1 s at 5,000 objects of 512 numbers, .17 s at 20,000, .3 s at 50,000.
Shards are never optimised, so there is no HNSW graph and a query is an exact scan:
.02 s at 50,000 objects.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import qdrant_edge
from qdrant_edge import (
    CountRequest,
    EdgeShard,
    FieldCondition,
    Filter,
    MatchAny,
    MatchValue,
    Point,
    Query,
    QueryBatchRequest,
    QueryRequest,
    RangeFloat,
    ScrollRequest,
    SearchParams,
    UpdateOperation,
)

from index import shards
from index.interfaces import (
    ANY_POINT,
    WHOLE,
    CollectionInfo,
    Hit,
    Payload,
    QueryFilter,
    Slice,
    StoredPoint,
    Vectors,
)
from index.points import (
    VECTOR,
    check_dimension,
    check_points,
    check_vectors,
    chunks,
    in_order_of,
    ranked,
    to_fields,
    to_hit,
    to_stored,
)

if TYPE_CHECKING:
    from qdrant_edge import ConditionType  # a name of the stubs only

CHUNK = 512
"""Points per entry of the write-ahead log: 1 MB at 512 numbers, of the 32 MB a log file holds."""


class EdgeIndex:
    """An ``ObjectIndex`` in the directories below ``root``.

    Args:
        root: made with the first upsert.
        wait_seconds: how long a call waits for a shard that somebody else holds.
    """

    def __init__(self, root: str | os.PathLike[str], *, wait_seconds: float = 30.0) -> None:
        self.root = Path(root)
        self.wait_seconds = wait_seconds

    def upsert(
        self, collection: str, ids: Sequence[UUID], vectors: Vectors, payloads: Sequence[Payload]
    ) -> None:
        check_points(ids, vectors, payloads)
        if not len(ids):
            return
        shards.check_space(shards.shard_path(self.root, collection), len(ids), vectors.shape[1])
        with self._shard(collection, vectors.shape[1], create=True) as shard:
            assert shard is not None
            for part in chunks(len(ids), CHUNK):
                points = [
                    Point(id_, {VECTOR: vector.tolist()}, to_fields(payload))
                    for id_, vector, payload in zip(ids[part], vectors[part], payloads[part], strict=True)
                ]
                shard.update(UpdateOperation.upsert_points(points))

    def remove(self, collection: str, ids: Sequence[UUID]) -> None:
        with self._shard(collection) as shard:
            if shard is not None:
                shard.update(UpdateOperation.delete_points(list(ids)))

    def count(self, collection: str) -> int:
        with self._shard(collection) as shard:
            return 0 if shard is None else int(shard.count(CountRequest(exact=True)))

    def query(
        self, collection: str, vectors: Vectors, limit: int, filter: QueryFilter = ANY_POINT
    ) -> list[list[Hit]]:
        check_vectors(vectors)
        condition = _condition(filter)
        with self._shard(collection, vectors.shape[1]) as shard:
            if shard is None:
                return [[] for _ in vectors]

            def fetch(positions: Sequence[int], reach: int) -> list[list[Hit]]:
                return _nearest(shard, vectors[list(positions)], reach, condition)

            return ranked(fetch, len(vectors), limit)

    def retrieve(self, collection: str, ids: Sequence[UUID]) -> list[StoredPoint]:
        with self._shard(collection) as shard:
            if shard is None:
                return []
            records = shard.retrieve(list(ids), with_payload=True, with_vector=True)
        return in_order_of(ids, [to_stored(r.id, r.vector, r.payload) for r in records])

    def scroll(
        self, collection: str, part: Slice = WHOLE, *, with_vectors: bool = False, batch: int = 4096
    ) -> Iterator[list[StoredPoint]]:
        # 0.9.0 has SliceCondition, its stubs do not.
        chosen = qdrant_edge.SliceCondition(total=part.total, index=part.index)  # type: ignore[attr-defined]
        offset = None
        while True:
            request = ScrollRequest(
                offset=offset,
                limit=batch,
                filter=Filter(must=[chosen]),
                with_payload=True,
                with_vector=with_vectors,
            )
            with self._shard(collection) as shard:
                records, offset = shard.scroll(request) if shard is not None else ([], None)
            if records:
                yield [to_stored(r.id, r.vector, r.payload) for r in records]
            if offset is None:
                return

    def ids(self, collection: str) -> Iterator[UUID]:
        for points in self.scroll(collection, batch=50_000):
            yield from (point.id for point in points)

    def collections(self) -> list[CollectionInfo]:
        if not self.root.is_dir():
            return []
        found = sorted(path for path in self.root.iterdir() if path.name[0] != "." and shards.is_shard(path))
        return [CollectionInfo(path.name, shards.dimension(path), self.count(path.name)) for path in found]

    def drop(self, collection: str) -> None:
        shards.delete(shards.shard_path(self.root, collection), self.wait_seconds)

    def close(self) -> None:
        """Nothing to release: no shard is open between two calls."""

    @contextmanager
    def _shard(
        self, collection: str, size: int | None = None, *, create: bool = False
    ) -> Iterator[EdgeShard | None]:
        path = shards.shard_path(self.root, collection)
        with shards.opened(path, self.wait_seconds, create_size=size if create else None) as shard:
            if shard is not None and size is not None:
                check_dimension(collection, shards.dimension(path), size)
            yield shard


def _nearest(shard: EdgeShard, vectors: Vectors, limit: int, condition: Filter) -> list[list[Hit]]:
    requests = [
        QueryRequest(
            limit=limit,
            query=Query.Nearest(vector.tolist(), using=VECTOR),
            filter=condition,
            with_payload=True,
            params=SearchParams(exact=True),
        )
        for vector in vectors
    ]
    answers = shard.query_batch(QueryBatchRequest(requests))
    return [[to_hit(p.id, p.score, p.payload) for p in points] for points in answers]


def _condition(filter_: QueryFilter) -> Filter:
    must: list[ConditionType] = []
    if filter_.labels:
        must.append(FieldCondition("label", match=MatchAny(list(filter_.labels))))
    if filter_.min_score is not None:
        must.append(FieldCondition("score", range=RangeFloat(gte=filter_.min_score)))
    if filter_.exclude_photo is None:
        return Filter(must=must)
    same_photo = FieldCondition("photo", match=MatchValue(filter_.exclude_photo))
    return Filter(must=must, must_not=[same_photo])
