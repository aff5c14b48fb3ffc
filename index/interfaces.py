"""What the product asks of a vector index, and the records that pass through it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""float32 [number, dimension], finite. Only the direction counts."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What is stored beside a vector, so that a query can be narrowed by it."""

    photo: str
    """sha256 of the photo the object is in, hex."""
    label: str
    score: float
    """Detector confidence, 0..1."""


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """Which points may answer a query. The default lets all of them."""

    exclude_photo: str | None = None
    """sha256 of a photo whose objects are left out."""
    labels: tuple[str, ...] = ()
    """Any of these; empty means every label."""
    min_score: float | None = None
    """Lowest detector confidence, included."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a query."""

    id: UUID
    similarity: float
    """Cosine, -1..1."""
    payload: Payload


@dataclass(frozen=True, slots=True, eq=False)
class StoredPoint:
    """One point as the index holds it."""

    id: UUID
    payload: Payload
    vector: NDArray[np.float32] | None = None
    """float32 [dimension], scaled to unit length by the engine; None unless asked for."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One of ``total`` disjoint parts of a collection, chosen by a hash of the id.

    The same id falls into the same part in every engine and every run.
    """

    total: int = 1
    index: int = 0
    """0 <= index < total."""

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.total:
            raise ValueError(f"slice {self.index} of {self.total} does not exist")


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """How much a collection holds."""

    name: str
    dimension: int
    count: int


ANY_POINT = QueryFilter()
WHOLE = Slice()


class ObjectIndex(Protocol):
    """Vectors of objects by id, one collection per embedder fingerprint.

    A collection comes into being with its first ``upsert``. Reading from one that does not exist,
    or whose files were deleted, gives what an empty one gives: the index can be built anew from
    vectors kept elsewhere, so its absence is a state and not an accident.

    Raised by every method: ``index.errors.VectorIndexError``.
    """

    def upsert(
        self, collection: str, ids: Sequence[UUID], vectors: Vectors, payloads: Sequence[Payload]
    ) -> None:
        """Store points, replacing those that exist. Returns when they would survive a SIGKILL.

        Best called with thousands of points: a call costs the edge engine .05-.3 s before any work.

        Args:
            vectors: float32 [len(ids), dimension], finite.

        Raises:
            IndexMismatch: the collection holds vectors of another dimension.
            ValueError: the three arguments differ in length, or a vector is not finite.
        """
        ...

    def remove(self, collection: str, ids: Sequence[UUID]) -> None:
        """Forget points. Ids that are not there are passed over."""
        ...

    def count(self, collection: str) -> int:
        """Number of points."""
        ...

    def query(
        self, collection: str, vectors: Vectors, limit: int, filter: QueryFilter = ANY_POINT
    ) -> list[list[Hit]]:
        """The ``limit`` most similar points for every row of ``vectors``, best first.

        Equal similarities are ordered by id, also where the limit cuts through them.

        Args:
            vectors: float32 [queries, dimension], finite.
        """
        ...

    def retrieve(self, collection: str, ids: Sequence[UUID]) -> list[StoredPoint]:
        """The points that exist among ``ids``, with vectors, in the order of ``ids``."""
        ...

    def scroll(
        self, collection: str, part: Slice = WHOLE, *, with_vectors: bool = False, batch: int = 4096
    ) -> Iterator[list[StoredPoint]]:
        """All points of one slice in the order of their ids, in lists of at most ``batch``.

        No lock is held between two lists. Points written meanwhile may or may not appear.
        """
        ...

    def ids(self, collection: str) -> Iterator[UUID]:
        """Every id in the collection, ascending."""
        ...

    def collections(self) -> list[CollectionInfo]:
        """Every collection of objects, by name."""
        ...

    def drop(self, collection: str) -> None:
        """Delete a collection, damaged or not. Nothing happens if there is none."""
        ...

    def close(self) -> None:
        """Release connections. The index must not be used afterwards."""
        ...


def collection_name(embedder_name: str, fingerprint: str) -> str:
    """The collection for one embedder: readable, and safe as a folder name and in a URL.

    Args:
        embedder_name: any text, such as ``guie-vit-h14-290``; its first 32 safe characters show.
        fingerprint: lowercase hex digest; 16 digits (64 bits) of it tell embedders apart.
    """
    if not re.fullmatch(r"[0-9a-f]{16,}", fingerprint):
        raise ValueError(f"a fingerprint is a hex digest of at least 16 digits, not {fingerprint!r}")
    slug = re.sub(r"[^a-z0-9]+", "-", embedder_name.lower())[:32].strip("-")
    return f"{slug or 'embedder'}-{fingerprint[:16]}"
