"""Every route of ours stands behind this: session, role, same site, size, types, and errors as JSON."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from curate.errors import (
    AccessError,
    ConflictError,
    CurateError,
    DatabaseError,
    DecisionError,
    MediaMissingError,
    NotFoundError,
    RoomError,
)
from review_ui import access
from review_ui.access import Permission, Person

# Pictures that have to be made first must not keep decisions waiting for a thread.
_SHOWING = CapacityLimiter(16)
BODY_LIMIT = 64 * 1024  # bytes; marks on a thousand members fit

Endpoint = Callable[[Request], Awaitable[Response]]

_log = logging.getLogger("recurate.review")


class Body(BaseModel):
    """A JSON body: exactly these fields, of exactly these types, finite numbers only."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


AnyBody = TypeVar("AnyBody", bound=Body)


class Refused(Exception):
    """A request that is answered before anything is done for it."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        """Status of HTTP, a word for programs, a sentence for people."""
        super().__init__(sentence)
        self.status = status
        self.code = code


def guarded(permission: Permission) -> Callable[[Callable[[Request, Person], Response]], Endpoint]:
    """Let a plain function answer GET requests of people who have ``permission``, in a thread."""

    def wrap(handler: Callable[[Request, Person], Response]) -> Endpoint:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            try:
                _check_site(request, {"same-origin", "none"})  # none: an address that was typed
                person = await person_with(permission, request)
                return await to_thread.run_sync(handler, request, person, limiter=_SHOWING)
            except Exception as error:
                return failure(error)

        return answer

    return wrap


def posted(
    permission: Permission,
    body: type[AnyBody],
    *,
    limit: int = BODY_LIMIT,
    limiter: CapacityLimiter | None = None,
) -> Callable[[Callable[[Person, AnyBody], object]], Endpoint]:
    """Let a plain function answer JSON posts of people who have ``permission``, in a thread.

    It gets the person and the checked body, and returns what becomes the JSON answer: dataclasses,
    mappings, ids and times.

    Args:
        limit: Bytes that the body may have.
        limiter: How many such posts are worked on at once, for those that take a core and much memory.
    """

    def wrap(handler: Callable[[Person, AnyBody], object]) -> Endpoint:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            try:
                _check_origin(request)
                person = await person_with(permission, request)
                asked = body.model_validate_json(await _read(request, limit))
                return _json(200, await to_thread.run_sync(handler, person, asked, limiter=limiter))
            except Exception as error:
                return failure(error)

        return answer

    return wrap


def streamed(
    permission: Permission,
) -> Callable[[Callable[[Request, Person], Awaitable[Response]]], Endpoint]:
    """Let a coroutine answer requests of our own pages that carry files, piece by piece."""

    def wrap(handler: Callable[[Request, Person], Awaitable[Response]]) -> Endpoint:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            try:
                _check_origin(request)
                return await handler(request, await person_with(permission, request))
            except Exception as error:
                return failure(error)

        return answer

    return wrap


async def person_with(permission: Permission, request: HTTPConnection) -> Person:
    """The person behind a request.

    Raises:
        Refused: nobody is logged in, or the role lacks ``permission``.
    """
    person = await run_in_threadpool(access.of_request, request)
    if person is None:
        raise Refused(401, "login", "Nobody is logged in here: open the app and log in.")
    if not person.may(permission):
        raise Refused(403, "forbidden", "Your role does not allow this: ask an admin for another one.")
    return person


def _check_origin(request: Request) -> None:
    """Only our own pages can make a browser send all of this."""
    _check_site(request, {"same-origin"})
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(403, "forbidden", "This request comes from another site: open the app itself.")
    if request.headers.get("x-recurate") != "1":
        raise Refused(403, "forbidden", "The header X-Recurate: 1 is missing.")


def _check_site(request: Request, allowed: set[str]) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in allowed:
        raise Refused(403, "forbidden", "This request comes from another site: open the app itself.")


async def _read(request: Request, limit: int) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(400, "malformed", "The body is not announced as application/json.")
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > limit:
            raise Refused(413, "large", f"The body is larger than {limit // 1024} KB.")
    return bytes(read)


def failure(error: Exception) -> Response:
    """An error as JSON with its status. Sentences that may name places of the server stay in its log."""
    match error:
        case Refused():
            return _problem(error.status, error.code, str(error))
        case ValidationError():
            return _problem(400, "malformed", _first_fault(error))
        case AccessError():
            return _problem(403, "forbidden", str(error))
        case NotFoundError():
            return _problem(404, "unknown", str(error))
        case MediaMissingError():
            return _problem(404, "unknown", "There is no such picture.")
        case ConflictError():
            return _problem(409, error.code, str(error))
        case DecisionError():
            return _problem(409, "verdict", str(error))
        case RoomError():
            return _problem(507, "full", str(error))
        case DatabaseError():
            _log.error("%s", error)
            return _problem(503, "away", "The database does not answer: it will be sent again.")
        case CurateError():
            _log.error("%s", error)
        case _:
            _log.error("A request failed", exc_info=error)
    return _problem(500, "fault", "The app failed to answer: its log says why.")


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part)[:50] for part in fault["loc"][:3]) or "the body"
    return f"{where}: {fault['msg']}."


def _problem(status: int, code: str, sentence: str) -> Response:
    return _json(status, {"error": sentence, "code": code})


def _json(status: int, content: object) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(to_json(content), status, headers, media_type="application/json")
