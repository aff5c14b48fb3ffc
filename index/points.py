"""What the engines share: checks on what goes in, one order for what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexMismatch
from index.interfaces import Hit, Payload, StoredPoint, Vectors

VECTOR = "object"
"""Name of the vector inside a point. A name leaves room for a second vector per object."""

KEYWORDS = ("photo", "label")
"""Payload fields with a keyword index."""
FLOATS = ("score",)
"""Payload fields with a float index."""

Fetch = Callable[[Sequence[int], int], list[list[Hit]]]
"""(positions of queries, limit) -> the hits of each, best first, ties in any order."""


def check_vectors(vectors: Vectors) -> None:
    """Raises ValueError unless ``vectors`` is a finite [number, dimension] array."""
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise ValueError(f"vectors must be [number, dimension], not {list(vectors.shape)}")
    if not np.isfinite(vectors).all():
        raise ValueError("a vector holds NaN or infinity")


def check_points(ids: Sequence[UUID], vectors: Vectors, payloads: Sequence[Payload]) -> None:
    """Raises ValueError unless the three describe the same points."""
    check_vectors(vectors)
    if not len(ids) == len(vectors) == len(payloads):
        raise ValueError(
            f"{len(ids)} ids, {len(vectors)} vectors and {len(payloads)} payloads do not pair up"
        )


def check_dimension(collection: str, held: int, given: int) -> None:
    if held != given:
        raise IndexMismatch(f"Collection {collection} holds vectors of {held} numbers, not of {given}.")


def chunks(number: int, size: int) -> Iterator[slice]:
    for start in range(0, number, size):
        yield slice(start, start + size)


def to_fields(payload: Payload) -> dict[str, object]:
    return {"photo": payload.photo, "label": payload.label, "score": payload.score}


def to_payload(fields: Mapping[str, object] | None) -> Payload:
    found = fields or {}
    return Payload(str(found["photo"]), str(found["label"]), float(str(found["score"])))


def to_hit(id_: object, score: float, fields: Mapping[str, object] | None) -> Hit:
    """Rounding puts an engine's cosine of a vector with itself at up to 1.0000002: clipped."""
    return Hit(UUID(str(id_)), min(1.0, max(-1.0, score)), to_payload(fields))


def to_stored(id_: object, vector: object, fields: Mapping[str, object] | None) -> StoredPoint:
    row: NDArray[np.float32] | None = None
    if isinstance(vector, Mapping) and VECTOR in vector:
        row = np.asarray(vector[VECTOR], dtype=np.float32)  # [dimension]
    return StoredPoint(UUID(str(id_)), to_payload(fields), row)


def in_order_of(ids: Sequence[UUID], points: Sequence[StoredPoint]) -> list[StoredPoint]:
    by_id = {point.id: point for point in points}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def ranked(fetch: Fetch, queries: int, limit: int) -> list[list[Hit]]:
    """Ask an engine so that equal similarities come out by id, also across the cut at ``limit``.

    Engines break ties as they like, so which of several equal points makes the cut would depend on
    the order of insertion. One hit more than wanted is asked for; where it ties with the last one
    wanted, twice as many are, until the tie ends.
    """
    if limit < 1 or queries == 0:
        return [[] for _ in range(queries)]
    answers: list[list[Hit]] = [[] for _ in range(queries)]
    waiting = list(range(queries))
    reach = limit + 1
    while waiting:
        cut_in_a_tie = []
        for position, hits in zip(waiting, fetch(waiting, reach), strict=True):
            if len(hits) == reach and hits[-1].similarity == hits[limit - 1].similarity:
                cut_in_a_tie.append(position)
            else:
                answers[position] = sorted(hits, key=lambda hit: (-hit.similarity, hit.id))[:limit]
        waiting = cut_in_a_tie
        reach *= 2
    return answers
