"""The engines that have to behave alike, and points to put into them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import numpy as np
import pytest
from numpy.typing import NDArray
from qdrant_client import QdrantClient

from index.edge import EdgeIndex
from index.interfaces import ObjectIndex, Payload
from index.server import ServerIndex, connect


@dataclass(frozen=True)
class Points:
    ids: list[UUID]
    vectors: NDArray[np.float32]
    payloads: list[Payload]

    def __iter__(self):
        return iter((self.ids, self.vectors, self.payloads))


MakePoints = Callable[..., Points]


@pytest.fixture
def make_points() -> MakePoints:
    """(number, dimension=8, seed=0) -> points, four to a photo, every third a chair, scores rising."""

    def make(number: int, dimension: int = 8, seed: int = 0) -> Points:
        random = np.random.default_rng(seed)
        vectors = random.standard_normal((number, dimension)).astype(np.float32)
        return Points(
            [UUID(bytes=random.bytes(16), version=4) for _ in range(number)],
            vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
            [Payload(f"{i // 4:064x}", "chair" if i % 3 == 0 else "cup", i / number) for i in range(number)],
        )

    return make


SERVER = os.environ.get("CURATE_TEST_QDRANT_URL")


@pytest.fixture(params=["edge", "memory", *(["server"] if SERVER else [])])
def engine(request, tmp_path) -> Iterator[ObjectIndex]:
    """Every engine in turn; the live server only where CURATE_TEST_QDRANT_URL names one."""
    if request.param == "edge":
        index: ObjectIndex = EdgeIndex(tmp_path / "a folder with spaces, öäü and 写真")
    elif request.param == "memory":
        index = ServerIndex(QdrantClient(":memory:"), "memory")
    else:
        index = connect(SERVER, os.environ.get("CURATE_TEST_QDRANT_API_KEY"))
    yield index
    index.close()


@pytest.fixture
def collection(engine) -> Iterator[str]:
    name = f"test-{uuid4().hex[:16]}"
    yield name
    engine.drop(name)
