"""Who works on what, so that two commands on one workspace never do the same work.

A claim is a session-level advisory lock: it needs no table and no expiry, and Postgres drops it the
moment the connection of a killed process ends. No transaction stays open while a model runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import BigInteger, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

# Everyone who writes media or vectors shares this lock; `curate doctor` takes it alone before it removes
# what nothing refers to. The number is arbitrary and only has to differ from other uses.
_WRITERS = 0x7265_6375

_TRY = text("SELECT pg_try_advisory_lock(key) FROM unnest(:keys) WITH ORDINALITY AS t(key, n) ORDER BY n")
_WAIT = text("SELECT pg_advisory_lock(:key)")
_RELEASE = text("SELECT pg_advisory_unlock(key) FROM unnest(:keys) AS t(key)")
_RELEASE_ALL = text("SELECT pg_advisory_unlock_all()")
_KEYS = bindparam("keys", type_=ARRAY(BigInteger))


def claim_key(stage: str, fingerprint: str, photo_sha256: str) -> int:
    """Signed 64 bits; two different works share a key once in 2**64, and then one waits for the next run."""
    digest = hashlib.sha256(f"{stage}/{fingerprint}/{photo_sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Claims:
    """One connection that holds claims until it is closed."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def take(self, keys: Sequence[int]) -> list[bool]:
        """For each key whether it is now ours; False if another process holds it."""
        return list(self._connection.scalars(_TRY.bindparams(_KEYS), {"keys": list(keys)}))

    def wait_for(self, key: int) -> None:
        """Take one key as soon as whoever holds it lets go."""
        self._connection.execute(_WAIT, {"key": key})

    def release(self, keys: Sequence[int]) -> None:
        self._connection.execute(_RELEASE.bindparams(_KEYS), {"keys": list(keys)})

    def share_writing(self) -> None:
        """Say that this process writes media or vectors; waits while a clean-up is under way."""
        self._connection.execute(text(f"SELECT pg_advisory_lock_shared({_WRITERS})"))

    def write_alone(self) -> bool:
        """Whether nobody else writes; if so nobody can start until this is closed."""
        return bool(self._connection.scalar(text(f"SELECT pg_try_advisory_lock({_WRITERS})")))

    def close(self) -> None:
        try:
            # Postgres takes a moment to see that a connection is gone, and somebody may be waiting.
            if not self._connection.invalidated:  # by Ctrl-C while it waited: its locks went with it
                self._connection.execute(_RELEASE_ALL)
        finally:
            # The pool would hand the session on with its locks, so the connection itself must go.
            self._connection.invalidate()
            self._connection.close()
