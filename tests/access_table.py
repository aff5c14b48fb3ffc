"""Every address of the review app, what it takes to use it, and what a permitted person gets.

A new route needs a line here; ``tests/review_ui/test_access.py`` fails without one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

from review_ui.access import Permission
from reviewable import Reviewable

Body = dict[str, Any]
# The name a.jpg and a sha256, in base64 as tus wants it.
METADATA = f"name YS5qcGc=,sha256 {b64encode(b'0' * 64).decode()}"


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
    headers: Mapping[str, str] = field(default_factory=dict)


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


def _pairs(name: str, permitted: set[int], body: Callable[[Reviewable], Body], **options: Any) -> Action:
    permission = options.get("permission", Permission.HAND_IN)
    return Action(f"pairs: {name}", "POST", f"/app/pairs/{name}", permission, frozenset(permitted), body=body)


def _removals() -> tuple[Action, ...]:
    """On removals that nobody made; the others are in ``test_removals``."""

    def post(name: str, permitted: int, permission: Permission = Permission.REVIEW, **fields: Any) -> Action:
        route = f"/app/removals/{name.split()[0]}"
        desk = "adjudicate" if permission is Permission.ADJUDICATE else "review"
        return Action(
            f"removals: {name}",
            "POST",
            route,
            permission,
            frozenset({permitted}),
            body=lambda _: on_desk(desk, **fields),
        )

    some = str(uuid4())
    more = {"want": 2, "have": []}
    vote = {"event": some, "removal": some, "version": 0, "verdict": "accept", **more}
    tiles, outlines = "/app/removals/tiles", "/app/removals/outlines"
    pictures = {
        "photo tile": (tiles, lambda made: f"{tiles}/photo/{made.photos[0]}/0/0_0.jpg", 200),
        "output tile": (tiles, lambda _: f"{tiles}/output/{some}/0/0_0.jpg", 404),
        "difference tile": (tiles, lambda _: f"{tiles}/difference/{some}/0/0_0.webp", 404),
        "outlines": (outlines, lambda _: f"{outlines}/{some}.json", 404),
    }
    return (
        post("cases", 200, **more),
        post("cases to adjudicate", 200, Permission.ADJUDICATE, **more),
        post("decisions", 404, **vote),
        post("decisions to adjudicate", 404, Permission.ADJUDICATE, **vote),
        post("undo", 409, event=some, decision=some),
        post("skip", 404, object=some, **more),
        post("heartbeat", 200, objects=[some]),
        post("leave", 200),
        *(
            Action(
                f"removals: {name}",
                "GET",
                f"{place}/{{path:path}}",
                Permission.REVIEW,
                frozenset({status}),
                path,
            )
            for name, (place, path, status) in pictures.items()
        ),
    )


def _upload(method: str, permitted: int, **headers: str) -> Action:
    """On an upload that nobody has begun; those of others are in ``test_uploads``."""
    path = "/app/uploads" if method in ("POST", "OPTIONS") else f"/app/uploads/{'0' * 32}"
    route = "/app/uploads" if method in ("POST", "OPTIONS") else "/app/uploads/{upload}"
    return Action(
        f"uploads: {method}",
        method,
        route,
        Permission.HAND_IN,
        frozenset({permitted}),
        lambda _: path,
        headers={"Tus-Resumable": "1.0.0", **headers},
    )


def _pair(made: Reviewable) -> Body:
    return {"pair": str(made.pair)}


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
    # On an object that nobody found; the others are in ``test_captions``.
    _post(
        "captions",
        {404},
        lambda _: on_desk(event=str(uuid4()), object=str(uuid4()), was=None, text="a jug"),
    ),
    _post("heartbeat", {200}, lambda made: {"seat": str(uuid4()), "items": [str(made.items[-2])]}),
    _post("leave", {200}, lambda _: {"seat": str(uuid4())}),
    *_removals(),
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
        lambda _: _asset("assets", "card_assets"),
        Permission.REVIEW,
    ),
    _get(
        "removals files",
        "/app/removals/assets/{version}/{name}",
        lambda _: _asset("removals/assets", "removals_assets"),
        Permission.REVIEW,
    ),
    _get(
        "pairs files",
        "/app/pairs/assets/{version}/{name}",
        lambda _: _asset("pairs/assets", "pairs_assets"),
        Permission.HAND_IN,
    ),
    _upload("OPTIONS", 204),
    _upload("POST", 201, **{"Upload-Length": "4", "Upload-Metadata": METADATA}),
    _upload("HEAD", 404),
    _upload("PATCH", 404, **{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}),
    _upload("DELETE", 404),
    # The pair is another photographer's, whose it stays: see ``test_pairs``.
    _pairs("shoots", {200}, lambda _: {}),
    _pairs("new-shoot", {200}, lambda _: {"name": "kitchen", "licence": "CC0-1.0"}),
    _pairs(
        "shoot-rights",
        {200, 404},
        lambda made: {"shoot": str(made.shoot), "licence": {"was": None, "is": "CC0-1.0"}},
    ),
    _pairs("known", {200}, lambda _: {"sha256s": ["0" * 64]}),
    _pairs("frames", {404}, lambda _: {"upload": "0" * 32}),
    _pairs("pair-up", {200}, lambda _: {"sha256s": ["0" * 64]}),
    _pairs("scene", {200}, lambda _: {"sha256s": ["0" * 64] * 3}),
    _pairs(
        "hand-in",
        {404},
        lambda made: {"factual": "0" * 64, "counterfactual": "1" * 64, "shoot": str(made.shoot)},
    ),
    _pairs("list", {200}, lambda _: {}),
    _pairs("show", {200, 404}, _pair),
    _pairs("check", {404}, lambda _: {"pair": str(uuid4())}),
    _pairs("mask", {404, 409, 422}, lambda made: {**_pair(made), "png": "AAAA"}),
    _pairs("swap", {404}, lambda _: {"pair": str(uuid4())}),
    _pairs(
        "decide",
        {404},
        lambda _: {"pair": str(uuid4()), "event": str(uuid4()), "check": None, "verdict": "accept"},
        permission=Permission.JUDGE_PAIRS,
    ),
    _pairs(
        "undo",
        {404},
        lambda _: {"pair": str(uuid4()), "decision": str(uuid4())},
        permission=Permission.JUDGE_PAIRS,
    ),
    Action(
        "picture of a pair",
        "GET",
        "/app/pairs/pictures/{pair:uuid}/{name}",
        Permission.HAND_IN,
        frozenset({200, 404}),
        lambda made: f"/app/pairs/pictures/{made.pair}/factual-640.webp",
    ),
    Action(
        "thumbnail of an upload",
        "GET",
        "/app/pairs/thumbnails/{upload}.webp",
        Permission.HAND_IN,
        frozenset({404}),
        lambda _: f"/app/pairs/thumbnails/{'0' * 32}.webp",
    ),
)


def _asset(place: str, module: str) -> str:
    version = import_module(f"review_ui.components.{module}").version()
    return f"/app/{place}/{version}/main.js"


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
