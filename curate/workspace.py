"""A workspace: where settings meet the concrete database, index and media store.

``curate.toml`` marks the folder; everything the program owns lies in ``.recurate/`` beside it, readable
by its owner only. Nothing is opened before it is needed.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from curate.errors import SearchIndexError, WorkspaceError
from curate.media import MediaStore, open_media
from curate.settings import Settings, load_settings
from index.errors import IndexDamaged, VectorIndexError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from curate.database.claims import Claims
    from curate.database.embedded import EmbeddedPostgres
    from index.interfaces import ObjectIndex

MARKER = "curate.toml"
DATA = ".recurate"

_TOML = """\
# A recurate workspace. Settings may be added here; `curate --help` and the README name them.
workspace_id = "{workspace_id}"
"""


def create(root: Path) -> Path:
    """Make ``root`` a workspace and return its marker file; an existing workspace is left as it is.

    Raises:
        WorkspaceError: the folder cannot be written.
    """
    marker = root / MARKER
    if marker.exists():
        return marker
    try:
        if not root.exists():
            root.mkdir(parents=True, mode=0o700)
        (root / DATA).mkdir(mode=0o700, exist_ok=True)
        unfinished = root / f".{MARKER}.{os.getpid()}"
        unfinished.touch(0o600)  # passwords of servers may be written into it
        unfinished.write_text(_TOML.format(workspace_id=uuid.uuid4().hex), encoding="utf-8")
        unfinished.replace(marker)
    except OSError as error:
        raise WorkspaceError(
            f"No workspace can be made in {root} ({error.strerror}): choose another folder."
        ) from error
    return marker


def find(start: Path) -> Path:
    """The workspace that ``start`` lies in: the nearest folder upwards with a ``curate.toml``.

    Raises:
        WorkspaceError: there is none, or the nearest one is another user's.
    """
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            _check_owner(folder / MARKER)
            return folder
    raise WorkspaceError(f"{start} is not in a workspace: type `curate init` there, or say --workspace DIR.")


def _check_owner(marker: Path) -> None:
    """In a shared folder such as /tmp anybody could lay down settings that say where our photos go."""
    if marker.stat().st_uid not in (os.geteuid(), 0):
        raise WorkspaceError(
            f"{marker} belongs to another user: make your own workspace with `curate init DIR`, "
            "or share a database with CURATE_DATABASE_URL."
        )


class Workspace:
    """One open workspace; a context manager that stops what it started."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self._postgres: EmbeddedPostgres | None = None

    @classmethod
    def open(cls, root: Path) -> Self:
        """Open the workspace at ``root`` (a folder with a ``curate.toml``).

        Raises:
            WorkspaceError: it is not one, or it belongs to somebody else.
            SettingsError: ``curate.toml`` or the environment holds something unusable.
        """
        marker = root / MARKER
        if not marker.is_file():
            raise WorkspaceError(f"{root} is not a workspace: type `curate init {root}`.")
        _check_owner(marker)
        data = root / DATA
        try:
            data.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{data} cannot be made ({error.strerror}): mend the folder.") from error
        if data.stat().st_uid != os.geteuid() or not os.access(data, os.R_OK | os.W_OK | os.X_OK):
            raise WorkspaceError(
                f"The workspace {root} belongs to another user: make your own with `curate init DIR`, "
                "or share a database with CURATE_DATABASE_URL."
            )
        return cls(root.resolve(), load_settings(marker))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; the embedded server stops if nobody else uses it."""
        if "engine" in self.__dict__:
            self.engine.dispose()
        if self._postgres is not None:
            self._postgres.close()

    def stop_database(self, *, force: bool = False) -> bool:
        """Stop an embedded server that a killed command left behind; whether there was one.

        Raises:
            DatabaseError: other commands are using it, and ``force`` was not asked for.
        """
        from curate.database import embedded

        return embedded.stop(self.data, self.settings.workspace_id, force=force)

    @property
    def data(self) -> Path:
        return self.root / DATA

    @cached_property
    def unchecked_engine(self) -> Engine:
        """The database whatever its schema; only ``curate database upgrade`` wants this."""
        from curate.database import connection

        if self.settings.database_url is not None:
            return connection.engine(self.settings.database_url.get_secret_value())
        from curate.database.embedded import EmbeddedPostgres

        self._postgres = EmbeddedPostgres(self.data, self.settings.workspace_id)
        return connection.engine(self._postgres.start())

    @cached_property
    def engine(self) -> Engine:
        """The database with the schema this program needs.

        The embedded one is brought up to date by itself. A server is only checked, because other people
        may be using it with another version.
        """
        from curate.database import schema

        if self.settings.database_url is None:
            schema.upgrade(self.unchecked_engine)
        else:
            schema.check(self.unchecked_engine)
        return self.unchecked_engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One short transaction: committed at the end of the block, rolled back on an error."""
        from curate.database import connection

        with connection.session_scope(self.engine) as session:
            yield session

    def claims(self) -> Claims:
        """A fresh set of claims on photos; close it to let go of all of them."""
        from curate.database.claims import Claims

        return Claims(self.engine)

    @cached_property
    def media(self) -> MediaStore:
        """The media store, known to be the one that the database means.

        Raises:
            MediaError: it does not answer, or is another one.
        """
        from curate.database import media_stores

        store = open_media(self.settings.media_url, self.data / "media")
        # Postgres first: killed in between, the next command finds an unused store and claims it.
        with self.transaction() as session:
            identity, unused = media_stores.identity(session), media_stores.is_unused(session)
        store.confirm(identity, claim=unused)
        return store

    def index(self) -> AbstractContextManager[ObjectIndex]:
        """The search index, for as short as possible: one process at a time may hold the embedded one.

        Raises:
            SearchIndexError: it is locked, unreachable, too old or does not fit.
        """
        return _translated(self._open_index)

    def index_at(self, url: str) -> AbstractContextManager[ObjectIndex]:
        """The index of a Qdrant server that need not be the workspace's own."""
        return _translated(lambda: self._connect_index(url))

    def _open_index(self) -> ObjectIndex:
        if self.settings.qdrant_url is not None:
            return self._connect_index(self.settings.qdrant_url)
        from index.edge import EdgeIndex

        return EdgeIndex(self.data / "index", wait_seconds=self.settings.index_wait_seconds)

    def _connect_index(self, url: str) -> ObjectIndex:
        from index.server import connect

        key = self.settings.qdrant_api_key
        return connect(url, key.get_secret_value() if key else None)


@contextmanager
def _translated(open_index: Callable[[], ObjectIndex]) -> Iterator[ObjectIndex]:
    """Open, close, and turn the index's errors into ours with what to type next."""
    try:
        opened = open_index()
        try:
            yield opened
        finally:
            opened.close()
    except IndexDamaged as error:
        raise SearchIndexError(f"{error} The vectors are safe: type `curate index rebuild`.") from error
    except VectorIndexError as error:
        raise SearchIndexError(str(error)) from error
