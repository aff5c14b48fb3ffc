"""A TCP proxy that resets connections: by lot while data passes, or all as if the server were away."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

CHUNK = 64 * 1024


class CuttingProxy:
    """Set ``chance`` and ``away`` from any thread."""

    def __init__(self, connect: Connect, seed: int) -> None:
        self.port = 0
        self.chance = 0.0
        """Of a reset for each piece of data on its way, to or from the server; the piece is lost."""
        self.cuts = 0
        self._connect = connect
        self._dice = random.Random(seed)
        self._away = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody gets through during the block."""
        self._away = True
        self._loop.call_soon_threadsafe(self._reset_all)
        yield
        self._away = False

    @contextmanager
    def running(self) -> Iterator[CuttingProxy]:
        """Serve on a free port of 127.0.0.1, in a thread."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        server = self._wait(asyncio.start_server(self._serve, sock=listening))
        try:
            yield self
        finally:
            self._wait(self._stop(server))
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def _wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _stop(self, server: asyncio.Server) -> None:
        server.close()
        self._reset_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError):  # the server is down, or one of the two ends hung up
            if not self._away:
                there_reader, there_writer = await self._connect()
                self._open.add(there_writer)
                pumps = [self._pump(reader, there_writer), self._pump(there_reader, writer)]
                await asyncio.gather(*pumps)
                self._open.discard(there_writer)
        self._reset(writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                if self._dice.random() < self.chance:
                    self.cuts += 1
                    raise ConnectionResetError
                writer.write(data)
                await writer.drain()
        finally:
            self._reset(writer)

    def _reset_all(self) -> None:
        for writer in list(self._open):
            self._reset(writer)

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        """End a connection so that the other end sees a failure, not an orderly end."""
        self._open.discard(writer)
        if not writer.transport.is_closing():
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
