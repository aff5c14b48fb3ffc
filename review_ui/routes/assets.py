"""The card's own scripts and styles: ``/app/assets/{version}/{name}``.

The version stands in the path, not in a query, so that modules find each other by relative imports and a
browser never mixes two versions.
"""

from __future__ import annotations

from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from review_ui.access import Permission, Person
from review_ui.components import card_assets
from review_ui.guard import Refused, guarded

# Named here: the operating system's table, which Starlette would ask, may call scripts plain text.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable"}


@guarded(Permission.REVIEW)
def asset(request: Request, _person: Person) -> Response:
    """One file of the card; 404 for another version than the one this process serves."""
    name = request.path_params["name"]
    content = card_assets.assets().get(name)
    if content is None or request.path_params["version"] != card_assets.version():
        raise Refused(404, "unknown", "There is no such file in this version: reload the page.")
    return Response(content, media_type=_TYPES[PurePath(name).suffix], headers=_HEADERS)


routes: list[BaseRoute] = [Route("/app/assets/{version}/{name}", asset, methods=["GET"])]
