"""Resumable uploads, tus 1.0 (https://tus.io/protocols/resumable-upload): ``/app/uploads``.

A server of our own: tuspyserver 4.4.3 keeps the offset in a second file, so that a killed process goes on at
the wrong byte; answers 204 after a write that failed on a full disk; and knows no owners.
"""

from __future__ import annotations

import base64
import binascii
import re
from email.utils import formatdate

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from curate.errors import RoomError
from curate.workflows import uploads
from curate.workflows.uploads import Upload
from review_ui import serving
from review_ui.access import Permission, Person
from review_ui.guard import Refused, streamed

PLACE = "/app/uploads"
PIECE = 2**20  # bytes written at once, and all of a file that is ever in memory here

_VERSION = "1.0.0"
_BYTES = "application/offset+octet-stream"
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,255}")  # no control characters; a space may be any, as on a Mac
_SHA256 = re.compile("[0-9a-f]{64}")
_COMMON = {"Tus-Resumable": _VERSION, "Cache-Control": "no-store"}


@streamed(Permission.HAND_IN)
async def abilities(_request: Request, _person: Person) -> Response:
    """What this server can do."""
    can = {"Tus-Extension": "creation,expiration,termination", "Tus-Max-Size": str(uploads.LIMIT)}
    return Response(status_code=204, headers={**_COMMON, "Tus-Version": _VERSION, **can})


@streamed(Permission.HAND_IN)
async def create(request: Request, person: Person) -> Response:
    """Begin an upload; its metadata are ``name`` and ``sha256``."""
    _check_version(request)
    size = _number(request, "upload-length")
    if not 0 < size <= uploads.LIMIT:
        raise Refused(413, "large", f"A photo may have 1 byte to {uploads.LIMIT // 2**20} MB: give another.")
    told = _metadata(request.headers.get("upload-metadata", ""))
    name, sha256 = told.get("name", ""), told.get("sha256", "")
    if not _NAME.fullmatch(name) or not _SHA256.fullmatch(sha256):
        raise Refused(400, "malformed", "Upload-Metadata: a name and the sha256 of the file are needed.")
    made = await run_in_threadpool(uploads.create, serving.workspace(), person.name, name, size, sha256)
    return Response(status_code=201, headers={**_headers(made), "Location": f"{PLACE}/{made.upload_id}"})


@streamed(Permission.HAND_IN)
async def tell(request: Request, person: Person) -> Response:
    """How far an upload is."""
    _check_version(request)
    upload = await _found(request, person)
    return await _told(upload, 200, {"Upload-Length": str(upload.size)})


@streamed(Permission.HAND_IN)
async def receive(request: Request, person: Person) -> Response:
    """Take in bytes from an offset on; what arrived before a connection broke stays."""
    _check_version(request)
    if request.headers.get("content-type") != _BYTES:
        raise Refused(415, "malformed", f"The bytes are not announced as {_BYTES}.")
    upload = await _found(request, person)
    try:
        await _take_in(request, upload, _number(request, "upload-offset"))
        return await _told(upload, 204, {})
    except RoomError:
        # A browser that is still sending would see a broken connection instead of the answer.
        async for _ in request.stream():
            pass
        raise


@streamed(Permission.HAND_IN)
async def remove(request: Request, person: Person) -> Response:
    """Forget an upload."""
    _check_version(request)
    await run_in_threadpool(uploads.remove, await _found(request, person))
    return Response(status_code=204, headers=_COMMON)


async def _take_in(request: Request, upload: Upload, position: int) -> None:
    piece = bytearray()
    try:
        async for part in request.stream():
            piece += part
            if len(piece) >= PIECE:
                position = await _append(upload, position, piece)
                piece.clear()
    except ClientDisconnect:
        await _append(upload, position, piece)
        raise Refused(400, "malformed", "The connection broke: ask for the offset and go on.") from None
    await _append(upload, position, piece)


async def _append(upload: Upload, position: int, piece: bytearray) -> int:
    await run_in_threadpool(uploads.append, upload, position, bytes(piece))
    return position + len(piece)


async def _found(request: Request, person: Person) -> Upload:
    asked = request.path_params["upload"]
    return await run_in_threadpool(uploads.find, serving.workspace(), asked, person.name)


async def _told(upload: Upload, status: int, headers: dict[str, str]) -> Response:
    durable = await run_in_threadpool(uploads.offset, upload)
    return Response(
        status_code=status, headers={**_headers(upload), "Upload-Offset": str(durable), **headers}
    )


def _headers(upload: Upload) -> dict[str, str]:
    return {**_COMMON, "Upload-Expires": formatdate(uploads.expires(upload), usegmt=True)}


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != _VERSION:
        raise Refused(412, "malformed", f"The header Tus-Resumable: {_VERSION} is missing.")


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not re.fullmatch("[0-9]{1,15}", value):
        raise Refused(400, "malformed", f"The header {header} is not a number of bytes.")
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """Pairs of a key and a value in base64, between commas."""
    try:
        pairs = (pair.split() for pair in header.split(",") if pair.strip())
        return {key: base64.b64decode(value, validate=True).decode() for key, value in pairs}
    except (ValueError, binascii.Error):
        raise Refused(400, "malformed", "Upload-Metadata is not pairs of a key and base64.") from None


routes: list[BaseRoute] = [
    Route(PLACE, abilities, methods=["OPTIONS"]),
    Route(PLACE, create, methods=["POST"]),
    Route(f"{PLACE}/{{upload}}", tell, methods=["HEAD"]),
    Route(f"{PLACE}/{{upload}}", receive, methods=["PATCH"]),
    Route(f"{PLACE}/{{upload}}", remove, methods=["DELETE"]),
]
