"""The server engine: a Qdrant server or cluster, reached by URL.

Above the server's indexing threshold its HNSW graph answers queries, which is approximate; the
counts and slices are exact. Has run here against ``QdrantClient(":memory:")``, which has no payload
indexes and no network, and against a live server only where the tests are given one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from uuid import UUID

from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from index.errors import IndexUnreachable, ServerTooOld, VectorIndexError
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
    FLOATS,
    KEYWORDS,
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

OLDEST = (1, 19)
"""Slices of the id space (``SliceCondition``) are answered from this version on."""

FIELDS = {
    **dict.fromkeys(KEYWORDS, models.PayloadSchemaType.KEYWORD),
    **dict.fromkeys(FLOATS, models.PayloadSchemaType.FLOAT),
}

CHUNK = 256
"""Points per request: 10 MB of JSON at 2,048 numbers; the server takes 32 MB."""


def connect(url: str, api_key: str | None = None, *, timeout_seconds: int = 60) -> ServerIndex:
    """The index on the server at ``url``, such as ``http://localhost:6333``.

    Raises:
        IndexUnreachable: nothing answers there, or the key is refused.
        ServerTooOld: its version is below 1.19.
    """
    try:
        client = QdrantClient(url=url, api_key=api_key, timeout=timeout_seconds, check_compatibility=False)
    except ValueError as error:
        raise IndexUnreachable(
            f"{url!r} is no URL of a Qdrant server ({error}): give one such as http://localhost:6333."
        ) from error
    try:
        return ServerIndex(client, url)
    except VectorIndexError:
        client.close()
        raise


class ServerIndex:
    """An ``ObjectIndex`` over an open client, which it closes.

    Args:
        name: what error messages call the server.
    """

    def __init__(self, client: QdrantClient, name: str) -> None:
        self.client = client
        self.name = name
        with self._explained():
            version = client.info().version
        if _numbers(version) < OLDEST:
            raise ServerTooOld(
                f"The Qdrant server at {name} is version {version}: "
                f"upgrade it to {'.'.join(map(str, OLDEST))} or newer."
            )

    def upsert(
        self, collection: str, ids: Sequence[UUID], vectors: Vectors, payloads: Sequence[Payload]
    ) -> None:
        check_points(ids, vectors, payloads)
        if not len(ids):
            return
        with self._explained():
            self._prepare(collection, vectors.shape[1])
            for part in chunks(len(ids), CHUNK):
                points = [
                    models.PointStruct(
                        id=str(id_), vector={VECTOR: vector.tolist()}, payload=to_fields(payload)
                    )
                    for id_, vector, payload in zip(ids[part], vectors[part], payloads[part], strict=True)
                ]
                self.client.upsert(collection, points, wait=True)

    def remove(self, collection: str, ids: Sequence[UUID]) -> None:
        with self._explained():
            if len(ids) and self._holds(collection):  # the server refuses an empty list
                self.client.delete(collection, [str(id_) for id_ in ids], wait=True)

    def count(self, collection: str) -> int:
        with self._explained():
            return self.client.count(collection, exact=True).count if self._holds(collection) else 0

    def query(
        self, collection: str, vectors: Vectors, limit: int, filter: QueryFilter = ANY_POINT
    ) -> list[list[Hit]]:
        check_vectors(vectors)
        condition = _condition(filter)

        def fetch(positions: Sequence[int], reach: int) -> list[list[Hit]]:
            return self._nearest(collection, vectors[list(positions)], reach, condition)

        with self._explained():
            if not self._holds(collection, vectors.shape[1]):
                return [[] for _ in vectors]
            return ranked(fetch, len(vectors), limit)

    def retrieve(self, collection: str, ids: Sequence[UUID]) -> list[StoredPoint]:
        with self._explained():
            if not self._holds(collection):
                return []
            records = self.client.retrieve(
                collection, [str(id_) for id_ in ids], with_payload=True, with_vectors=True
            )
        return in_order_of(ids, [to_stored(r.id, r.vector, r.payload) for r in records])

    def scroll(
        self, collection: str, part: Slice = WHOLE, *, with_vectors: bool = False, batch: int = 4096
    ) -> Iterator[list[StoredPoint]]:
        chosen = models.SliceCondition(slice=models.Slice(total=part.total, index=part.index))
        offset = None
        with self._explained():
            exists = self._holds(collection)
        while exists:
            with self._explained():
                records, offset = self.client.scroll(
                    collection,
                    scroll_filter=models.Filter(must=[chosen]),
                    limit=batch,
                    offset=offset,
                    with_payload=True,
                    with_vectors=with_vectors,
                )
            if records:
                yield [to_stored(r.id, r.vector, r.payload) for r in records]
            exists = offset is not None

    def ids(self, collection: str) -> Iterator[UUID]:
        for points in self.scroll(collection):
            yield from (point.id for point in points)

    def collections(self) -> list[CollectionInfo]:
        with self._explained():
            names = sorted(found.name for found in self.client.get_collections().collections)
            sizes = {name: self._dimension(name) for name in names}
            return [
                CollectionInfo(name, size, self.count(name))
                for name, size in sizes.items()
                if size is not None
            ]

    def drop(self, collection: str) -> None:
        with self._explained():
            if self._holds(collection):
                self.client.delete_collection(collection)

    def close(self) -> None:
        self.client.close()

    def _holds(self, collection: str, size: int | None = None) -> bool:
        """Whether the collection exists; IndexMismatch if its vectors are not of ``size`` numbers."""
        if not self.client.collection_exists(collection):
            return False
        held = self._dimension(collection)
        if held is None:
            raise VectorIndexError(f"Collection {collection} at {self.name} was made by another program.")
        if size is not None:
            check_dimension(collection, held, size)
        return True

    def _dimension(self, collection: str) -> int | None:
        """Numbers per vector; None if the collection is not one of ours."""
        vectors = self.client.get_collection(collection).config.params.vectors
        return vectors[VECTOR].size if isinstance(vectors, dict) and VECTOR in vectors else None

    def _prepare(self, collection: str, size: int) -> None:
        """Make the collection, or what an interrupted run left undone of it."""
        params = models.VectorParams(size=size, distance=models.Distance.COSINE)
        if not self._holds(collection, size):
            try:
                self.client.create_collection(collection, vectors_config={VECTOR: params})
            except UnexpectedResponse as error:
                if error.status_code != HTTPStatus.CONFLICT:  # else another process was quicker
                    raise
        indexed = self.client.get_collection(collection).payload_schema
        for field, kind in FIELDS.items():
            if field not in indexed:
                self.client.create_payload_index(collection, field, kind, wait=True)

    def _nearest(
        self, collection: str, vectors: Vectors, limit: int, condition: models.Filter
    ) -> list[list[Hit]]:
        requests = [
            models.QueryRequest(
                query=vector.tolist(), using=VECTOR, filter=condition, limit=limit, with_payload=True
            )
            for vector in vectors
        ]
        answers = self.client.query_batch_points(collection, requests)
        return [[to_hit(p.id, p.score, p.payload) for p in answer.points] for answer in answers]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Give the client's complaints a type and a sentence."""
        try:
            yield
        except ResponseHandlingException as error:
            raise IndexUnreachable(
                f"No Qdrant server answers at {self.name} ({error}): start it, or correct the URL."
            ) from error
        except (UnexpectedResponse, QdrantException) as error:
            if getattr(error, "status_code", None) in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                raise IndexUnreachable(
                    f"The Qdrant server at {self.name} refuses the API key: set the right one."
                ) from error
            raise VectorIndexError(
                f"The Qdrant server at {self.name} failed: {' '.join(str(error).split())}"
            ) from error


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version such as ``1.19.0-dev``."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _condition(filter_: QueryFilter) -> models.Filter:
    must: list[models.Condition] = []
    if filter_.labels:
        must.append(models.FieldCondition(key="label", match=models.MatchAny(any=list(filter_.labels))))
    if filter_.min_score is not None:
        must.append(models.FieldCondition(key="score", range=models.Range(gte=filter_.min_score)))
    if filter_.exclude_photo is None:
        return models.Filter(must=must)
    same_photo = models.FieldCondition(key="photo", match=models.MatchValue(value=filter_.exclude_photo))
    return models.Filter(must=must, must_not=[same_photo])
