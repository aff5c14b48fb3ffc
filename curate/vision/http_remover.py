"""A remover behind an HTTP endpoint.

Contract: POST with ``multipart/form-data``, two files: ``photo``, an 8-bit RGB PNG, and ``mask``, an 8-bit
grey PNG of the same size (255 on the object). The answer is 200 with an 8-bit RGB PNG of that size as its
body. 429 and 5xx, and connections that fail, are tried again; any other answer is a failure. Redirects are
not followed.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from curate.errors import ModelError, RemovalError
from curate.settings import OutsideRemover
from curate.vision.interfaces import RGB, Mask
from curate.vision.removal_files import largest_answer, mask_png, photo_png, read_answer

ATTEMPTS = 4
FIRST_PAUSE = 0.5
"""Seconds before the second attempt; doubled before each further one: a restart of 3 s is outlasted."""
LONGEST_PAUSE = 30.0
"""Seconds; an endpoint that asks for more by Retry-After is down for this run."""

CONNECT_SECONDS = 10.0


class _Again(Exception):
    """An answer that may be another one next time."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class HttpRemover:
    """A :class:`~curate.vision.interfaces.Remover`.

    The time limit holds for one attempt as a whole, however slowly its answer drips in.
    """

    def __init__(
        self,
        name: str,
        fingerprint: str,
        url: str,
        settings: OutsideRemover,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.largest_side = settings.largest_side
        self.padding = settings.padding
        self._url = _checked(name, url)
        self._timeout = settings.timeout_seconds
        # A compressed answer could be small on the way and fill the memory here.
        self._headers = {"Accept-Encoding": "identity", **_authorization(name, settings.token_variable)}
        self._certificates = httpx.create_ssl_context()  # reading them takes longer than a small answer
        self._sleep = sleep

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        files = {
            "photo": ("photo.png", photo_png(photo), "image/png"),
            "mask": ("mask.png", mask_png(mask), "image/png"),
        }
        limit = largest_answer(photo.shape)
        for attempt in range(ATTEMPTS):
            try:
                return read_answer(self._post(files, limit), photo.shape, self.name)
            except _Again as again:
                reason, pause = str(again), again.pause
            if attempt < ATTEMPTS - 1:
                self._sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt if pause is None else pause))
        raise RemovalError(
            f"{self.name} did not answer in {ATTEMPTS} attempts ({reason}): look whether it runs."
        )

    def _post(self, files: dict[str, tuple[str, bytes, str]], limit: int) -> bytes:
        try:
            return asyncio.run(self._exchange(files, limit))
        except TimeoutError as error:
            raise self._too_slow() from error
        except httpx.TransportError as error:
            raise _Again(str(error) or type(error).__name__) from error

    async def _exchange(self, files: dict[str, tuple[str, bytes, str]], limit: int) -> bytes:
        """One attempt. Not with the blocking client: its limits begin anew with every byte that comes."""
        connecting = httpx.Timeout(None, connect=min(CONNECT_SECONDS, self._timeout))
        client = httpx.AsyncClient(headers=self._headers, timeout=connecting, verify=self._certificates)
        request = client.stream("POST", self._url, files=files)
        async with asyncio.timeout(self._timeout), client, request as answer:
            self._require_ok(answer)
            return await self._body(answer, limit)

    def _require_ok(self, answer: httpx.Response) -> None:
        if answer.status_code == 429 or answer.status_code >= 500:
            asked = answer.headers.get("Retry-After", "")
            raise _Again(f"status {answer.status_code}", float(asked) if asked.isdecimal() else None)
        if answer.status_code != 200:
            raise RemovalError(
                f"{self.name} answered {answer.status_code}: mend the URL, the token or the endpoint."
            )

    async def _body(self, answer: httpx.Response, limit: int) -> bytes:
        body = bytearray()
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > limit:
                raise RemovalError(
                    f"{self.name} sent more than a PNG of that crop can have: mend the endpoint."
                )
        return bytes(body)

    def _too_slow(self) -> RemovalError:
        return RemovalError(
            f"{self.name} took longer than {self._timeout:g} s: give it a longer timeout_seconds in"
            " curate.toml, or smaller crops by largest_side."
        )


def _checked(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelError(f"The URL of the remover {name} is not one of http or https: mend it.")
    if parts.username is not None or parts.password is not None:
        raise ModelError(
            "A URL with a password in it would be stored and shown: put a token into an environment variable"
            " and name that by token_variable in curate.toml."
        )
    return url


def _authorization(name: str, variable: str | None) -> dict[str, str]:
    if variable is None:
        return {}
    token = os.environ.get(variable)
    if not token:
        raise ModelError(f"The remover {name} needs a token: set the environment variable {variable}.")
    return {"Authorization": f"Bearer {token}"}
