"""HTTP routes beside Streamlit's own. Each is behind ``review_ui.guard``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from review_ui.guard import Refused, failure
from review_ui.routes import (
    assets,
    pair_pictures,
    pairs,
    pictures,
    removal_pictures,
    removals,
    review,
    uploads,
)

_ANSWERED: list[BaseRoute] = [
    *review.routes,
    *pictures.routes,
    *uploads.routes,
    *pairs.routes,
    *pair_pictures.routes,
    *removals.routes,
    *removal_pictures.routes,
    *assets.routes,
]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def _nothing(request: Request) -> Response:
    """What is not there says so; Streamlit would answer any address with its start page."""
    if any(route.matches(request.scope)[0] is Match.PARTIAL for route in _ANSWERED):
        return failure(Refused(405, "method", "This address does not answer that method."))
    return failure(Refused(404, "unknown", "There is nothing here."))


ROUTES: list[BaseRoute] = [*_ANSWERED, Route("/app/{path:path}", _nothing, methods=_METHODS)]
