"""Pictures that are made when they are first asked for, once whoever asks, and kept in the workspace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from curate.workflows.rendition_files import RenditionFiles
from curate.workspace import Workspace

Made = TypeVar("Made")


class KeptPictures:
    """The one maker of pictures of a workspace. Safe to use from many threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._files = rendition_files(workspace)
        # A decoded photo may take 600 MB, so there are never more of them than processors. A queue, not a
        # semaphore: who waits on a busy machine is not overtaken by newcomers.
        self._makers = ThreadPoolExecutor(workspace.settings.workers, thread_name_prefix="renditions")
        self._under_way: dict[str, Future[bytes]] = {}
        self._looking = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """The picture called ``name``, None if it has to be made."""
        return self._files.read(name)

    def keep(self, name: str, data: bytes) -> None:
        """Keep a picture that somebody has at hand, for whoever asks for it later."""
        self._files.write(name, data)

    def found(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The picture called ``name``, a file name that stands for its content; made if need be."""
        return self._files.read(name) or self._made_once(name, make)

    def in_turn(self, work: Callable[[], Made]) -> Future[Made]:
        """Do some work when a maker is free. It must not wait for another one."""
        return self._makers.submit(work)

    def _made_once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Make and keep a picture in its turn; all who ask meanwhile get the same one, or the same error."""
        with self._looking:
            making = self._under_way.get(name)
            if making is None:
                making = self._under_way[name] = self._makers.submit(self._make, name, make)
        return making.result()

    def _make(self, name: str, make: Callable[[], bytes]) -> bytes:
        try:
            # It may have been finished between the look for its file and the look for who makes it.
            if kept := self._files.read(name):
                return kept
            data = make()
            self._files.write(name, data)
            return data
        finally:
            with self._looking:
                del self._under_way[name]


def rendition_files(workspace: Workspace) -> RenditionFiles:
    """The folder that the pictures of a workspace are kept in."""
    return RenditionFiles(workspace.data / "renditions", round(workspace.settings.rendition_cache_gb * 1e9))
