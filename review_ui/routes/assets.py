"""Scripts and styles of the card and of the other screens: ``/app/assets/{version}/{name}`` and beside it.

The version stands in the path, not in a query, so that modules find each other by relative imports and a
browser never mixes two versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from review_ui.access import Permission, Person
from review_ui.components import card_assets, pairs_assets, removals_assets
from review_ui.guard import Refused, guarded

# Named here: the operating system's table, which Starlette would ask, may call scripts plain text.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable"}


@guarded(Permission.REVIEW)
def asset(request: Request, _person: Person) -> Response:
    """One file of the card; 404 for another version than the one this process serves."""
    return _served(request, card_assets.assets(), card_assets.version())


@guarded(Permission.HAND_IN)
def pairs_asset(request: Request, _person: Person) -> Response:
    """One file of the Pairs screen, likewise."""
    return _served(request, pairs_assets.assets(), pairs_assets.version())


@guarded(Permission.REVIEW)
def removals_asset(request: Request, _person: Person) -> Response:
    """One file of the Removals screen, likewise."""
    return _served(request, removals_assets.assets(), removals_assets.version())


def _served(request: Request, files: Mapping[str, bytes], version: str) -> Response:
    name = request.path_params["name"]
    content = files.get(name)
    if content is None or request.path_params["version"] != version:
        raise Refused(404, "unknown", "There is no such file in this version: reload the page.")
    return Response(content, media_type=_TYPES[PurePath(name).suffix], headers=_HEADERS)


routes: list[BaseRoute] = [
    Route("/app/assets/{version}/{name}", asset, methods=["GET"]),
    Route("/app/pairs/assets/{version}/{name}", pairs_asset, methods=["GET"]),
    Route("/app/removals/assets/{version}/{name}", removals_asset, methods=["GET"]),
]
