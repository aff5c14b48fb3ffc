"""Vector blocks as bytes: unit vectors and the public ids they belong to, immutable once written.

Stored as safetensors (Apache-2.0): no code runs when one is read, and equal content gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from curate.errors import MediaError

SUFFIX = ".safetensors"


def pack(vectors: NDArray[np.float32], public_ids: Sequence[UUID]) -> bytes:
    """``vectors`` float32 [n, dimension], row i belonging to ``public_ids[i]``."""
    ids = np.frombuffer(b"".join(public_id.bytes for public_id in public_ids), dtype=np.uint8)
    return save(
        {"object_ids": ids.reshape(-1, 16), "vectors": np.ascontiguousarray(vectors, dtype=np.float32)}
    )


def unpack(data: bytes) -> tuple[NDArray[np.float32], list[UUID]]:
    """The inverse of ``pack``.

    Raises:
        MediaError: ``data`` is not a vector block.
    """
    with _damage_told():
        arrays = load(data)
        ids = [UUID(bytes=row.tobytes()) for row in arrays["object_ids"]]
        return arrays["vectors"], ids


def vectors(data: bytes) -> NDArray[np.float32]:
    """Those of a block alone, float32 [n, dimension].

    Raises:
        MediaError: ``data`` is not a vector block.
    """
    with _damage_told():
        found: NDArray[np.float32] = load(data)["vectors"]
        return found


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (SafetensorError, KeyError, ValueError) as error:
        raise MediaError(f"A stored file is not a vector block ({error}): run `curate doctor`.") from error
