"""Every address of the review app, what it takes to use it, and what a permitted person gets.

A new route needs a line here; ``tests/review_ui/test_access.py`` fails without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from review_ui.access import Permission
from reviewable import Reviewable

Body = dict[str, Any]


@dataclass(frozen=True)
class Action:
    """One request that does all a route can do."""

    name: str
    method: str
    route: str
    """The path as the app declares it."""
    permission: Permission
    permitted: frozenset[int]
    """Statuses of somebody who may do it."""
    path: Callable[[Reviewable], str] | None = None
    """The path as it is asked for; the route itself if it has no parameters."""
    body: Callable[[Reviewable], Body] | None = None


def on_desk(desk: str = "review", **fields: Any) -> Body:
    return {"seat": str(uuid4()), "desk": desk, **fields}


def more(desk: str = "review", **fields: Any) -> Body:
    return on_desk(desk, want=2, have=[], **fields)


def decision(item: UUID, **fields: Any) -> Body:
    """A decision on an item nobody has decided."""
    said = {"event": str(uuid4()), "item": str(item), "version": 0, "verdict": "accept", "marks": {}}
    return {**more(), **said, **fields}


def _post(name: str, permitted: set[int], body: Callable[[Reviewable], Body], **options: Any) -> Action:
    route = f"/app/review/{name.split()[0]}"
    permission = options.get("permission", Permission.REVIEW)
    return Action(name, "POST", route, permission, frozenset(permitted), body=body)


def _get(name: str, route: str, path: Callable[[Reviewable], str], permission: Permission) -> Action:
    return Action(name, "GET", route, permission, frozenset({200}), path)


# A word that somebody else holds the item, or that there is nothing to take back, is an answer too.
ACTIONS = (
    _post("cards", {200}, lambda _: more()),
    _post("cards to adjudicate", {200}, lambda _: more("adjudicate"), permission=Permission.ADJUDICATE),
    _post("decisions", {200, 409}, lambda made: decision(made.items[-1])),
    _post(
        "decisions to adjudicate",
        {200, 409},
        lambda made: decision(made.items[-1], desk="adjudicate"),
        permission=Permission.ADJUDICATE,
    ),
    _post("undo", {404, 409}, lambda _: on_desk(event=str(uuid4()), decision=str(uuid4()))),
    _post("skip", {200, 409}, lambda made: more(item=str(made.items[-2]))),
    _post("heartbeat", {200}, lambda made: {"seat": str(uuid4()), "items": [str(made.items[-2])]}),
    _post("leave", {200}, lambda _: {"seat": str(uuid4())}),
    _get(
        "thumbnail",
        "/app/static/{path:path}",
        lambda made: f"/app/static/thumb/{made.photos[0]}.webp",
        Permission.PICTURES,
    ),
    _get(
        "crop",
        "/app/static/{path:path}",
        lambda made: f"/app/static/crop/{made.objects[0]}.webp",
        Permission.PICTURES,
    ),
    _get(
        "photo",
        "/app/static/{path:path}",
        lambda made: f"/app/static/photo/{made.photos[0]}/640.webp",
        Permission.PICTURES,
    ),
    _get(
        "card files",
        "/app/assets/{version}/{name}",
        lambda _: _asset(),
        Permission.REVIEW,
    ),
)


def _asset() -> str:
    from review_ui.components import card_assets

    return f"/app/assets/{card_assets.version()}/main.js"


# Streamlit's own. What nobody has to log in for shows nothing of ours: the page that lets people log in
# needs it, and scripts ask who is there themselves.
OPEN, PRIVATE, CLOSED = "open", "private", "closed"
STREAMLIT = {
    "/_stcore/health": OPEN,
    "/_stcore/host-config": OPEN,
    "/_stcore/bidi-components/{path:path}": OPEN,
    "/component/{path:path}": OPEN,
    "/_stcore/stream": OPEN,
    "/auth/login": OPEN,
    "/auth/logout": OPEN,
    "/oauth2callback": OPEN,
    "": OPEN,
    "/media/{file_id:path}": PRIVATE,
    "/_stcore/upload_file/{session_id}/{file_id}": PRIVATE,
    "/_stcore/metrics": CLOSED,
    "/_stcore/agent/interact": CLOSED,
    "/_stcore/agent/openapi.json": CLOSED,
    "/_stcore/agent/mcp": CLOSED,
}
