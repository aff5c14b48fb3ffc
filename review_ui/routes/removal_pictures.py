"""Pictures of removals: ``/app/removals/tiles/photo|output|difference/...``, ``/app/removals/outlines/...``.

Cached by browsers as other pictures are: the addresses name the content, those of an output by its
``picture``, which the screen puts behind a question mark and nobody reads here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from curate.workflows.removal_pictures import RemovalPictures
from curate.workspace import Workspace
from review_ui import serving
from review_ui.access import Permission, Person
from review_ui.guard import guarded
from review_ui.routes.pictures import PUBLIC_ID, SHA256, Patterns, answered, renditions

_TILES, _OUTLINES = "/app/removals/tiles", "/app/removals/outlines"
_NUMBER = "(0|[1-9][0-9]{0,3})"
_PLACE = f"{_NUMBER}/{_NUMBER}_{_NUMBER}"

_PICTURES: Patterns = (
    (
        re.compile(rf"{_TILES}/photo/{SHA256}/{_PLACE}\.jpg"),
        lambda sha256, *place: _made().photo(sha256, *map(int, place)),
    ),
    (
        re.compile(rf"{_TILES}/output/{PUBLIC_ID}/{_PLACE}\.jpg"),
        lambda removal, *place: _made().output(UUID(removal), *map(int, place)),
    ),
    (
        re.compile(rf"{_TILES}/difference/{PUBLIC_ID}/{_PLACE}\.webp"),
        lambda removal, *place: _made().difference(UUID(removal), *map(int, place)),
    ),
    (re.compile(rf"{_OUTLINES}/{PUBLIC_ID}\.json"), lambda removal: _made().outlines(UUID(removal))),
)


@lru_cache(maxsize=1)
def _removal_pictures(workspace: Workspace) -> RemovalPictures:
    """The one maker of them of this process; it keeps them where all pictures are kept."""
    return RemovalPictures(workspace, renditions(workspace).kept)


def _made() -> RemovalPictures:
    return _removal_pictures(serving.workspace())


@guarded(Permission.REVIEW)
def picture(request: Request, _person: Person) -> Response:
    """One tile or the outlines of one removal: 200 or 304; 404 where there is none, 410 if it is gone."""
    return answered(request, _PICTURES)


routes: list[BaseRoute] = [
    Route(f"{_TILES}/{{path:path}}", picture, methods=["GET"]),
    Route(f"{_OUTLINES}/{{path:path}}", picture, methods=["GET"]),
]
