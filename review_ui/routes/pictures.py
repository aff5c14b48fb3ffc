"""Pictures of photos and objects: ``/app/static/thumb|crop|photo/...``, which browsers keep for a while."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePath
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from curate.errors import PhotoError
from curate.workflows.renditions import PHOTO_SIDES, Renditions
from curate.workspace import Workspace
from review_ui import serving
from review_ui.access import Permission, Person
from review_ui.guard import Refused, guarded

_PLACE = "/app/static"
SHA256 = "([0-9a-f]{64})"
PUBLIC_ID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_SIDE = f"({'|'.join(map(str, PHOTO_SIDES))})"

Patterns = tuple[tuple[re.Pattern[str], Callable[..., bytes]], ...]
"""Exact paths, each with what makes the picture of the groups that it matched."""

# A path that matches none of these exactly names no picture; nothing of it ever reaches the file system.
_PICTURES: Patterns = (
    (re.compile(rf"{_PLACE}/thumb/{SHA256}\.webp"), lambda sha256: _made().thumb(sha256)),
    (re.compile(rf"{_PLACE}/crop/{PUBLIC_ID}\.webp"), lambda object_id: _made().crop(UUID(object_id))),
    (
        re.compile(rf"{_PLACE}/photo/{SHA256}/{_SIDE}\.webp"),
        lambda photo, side: _made().photo(photo, int(side)),
    ),
)
# The address names the content, but its photo may be taken down: five minutes are enough for what is
# fetched ahead and for going back and forth, and then a browser asks again, which costs a read of the kept
# picture and no question to Postgres. Private: no proxy may keep it.
_HEADERS = {"Cache-Control": "private, max-age=300, must-revalidate", "X-Content-Type-Options": "nosniff"}

_TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".json": "application/json"}

# What exactly is wrong may name a place of the server, and stays in its log.
GONE = "The photo behind this picture is gone, changed or damaged: run `curate doctor --photos`."

_log = logging.getLogger("recurate.review")


@lru_cache(maxsize=1)
def renditions(workspace: Workspace) -> Renditions:
    """The one maker of pictures of this process."""
    return Renditions(workspace)


@guarded(Permission.PICTURES)
def picture(request: Request, _person: Person) -> Response:
    """One picture: 200 or 304; 404 for an address that names none, 410 if its original is gone."""
    return answered(request, _PICTURES)


def answered(request: Request, patterns: Patterns) -> Response:
    """The picture that the path names: 200 or 304, to be kept for a while.

    Raises:
        Refused: 404 for a path that names none, 410 if what it is made from is gone.
    """
    path = request.scope["path"]  # the parameter of the route lacks a line break at the end
    try:
        data = _found(patterns, path)
    except PhotoError as error:
        _log.warning("%s: %s", path, error)
        raise Refused(410, "gone", GONE) from error
    tag = f'"{hashlib.sha256(data).hexdigest()}"'
    headers = {**_HEADERS, "ETag": tag}
    if holds(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=_TYPES[PurePath(path).suffix], headers=headers)


def _found(patterns: Patterns, path: str) -> bytes:
    for pattern, made in patterns:
        if match := pattern.fullmatch(path):
            return made(*match.groups())
    raise Refused(404, "unknown", "There is no such picture.")


def _made() -> Renditions:
    return renditions(serving.workspace())


def holds(if_none_match: str, tag: str) -> bool:
    """Whether the browser says that it has the picture with this tag (RFC 9110, section 13.1.2)."""
    return tag in (each.strip().removeprefix("W/") for each in if_none_match.split(","))


routes: list[BaseRoute] = [Route(f"{_PLACE}/{{path:path}}", picture, methods=["GET"])]
