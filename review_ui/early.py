"""The first card while Streamlit is still starting.

Streamlit's scripts, websocket and first run take longer than everything of ours together. So the page of the
groups, as a browser loads it, starts the review desk itself; Streamlit's component takes it over later.
"""

from __future__ import annotations

import json
import re
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from curate.errors import DatabaseError
from review_ui import access
from review_ui.access import Permission
from review_ui.components.card_assets import assets, version
from review_ui.components.card_data import card_data, item_of

PAGE = "/groups"
_HEAD = b"<head>"
# Both at once would take turns on the browser's one thread; without a card Streamlit starts after a second.
_STREAMLIT = re.compile(rb'<script type="module" crossorigin src="([^"]+)"></script>')
_HELD = rb"""<link rel="modulepreload" crossorigin href="\1">
<script type="module">
  await new Promise((resolve) => {
    addEventListener("recurate-card", resolve, { once: true });
    setTimeout(resolve, 1000);
  });
  await import("\1");
</script>"""
# The answer must come whole, as text, and is nothing that a cache may have confirmed: it names a person.
_NOT_ASKED = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}


class Early:
    """ASGI middleware: adds the early desk to the page of the groups, for people who may review."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as Streamlit does, or with the tags of the desk in the page's head."""
        asks = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == PAGE
        tags = await run_in_threadpool(_tags, HTTPConnection(scope)) if asks else b""
        if tags:
            asked = [header for header in scope["headers"] if header[0] not in _NOT_ASKED]
            scope, send = {**scope, "headers": asked}, _inserting(tags, send)
        await self._app(scope, receive, send)


def _tags(connection: HTTPConnection) -> bytes:
    """What starts the desk; empty for whoever sees another desk, an error or nothing at all."""
    try:
        person = access.of_request(connection)
        item = item_of(connection.query_params.get("item"))
    except (DatabaseError, ValueError):  # Streamlit's page says it in words
        return b""
    if person is None or not person.may(Permission.REVIEW):
        return b""
    if connection.query_params.get("desk") == "adjudicate":
        return b""
    data = card_data("review", item, person.name)
    return _html({**data, "choice": person.may(Permission.ADJUDICATE)})


def _html(data: dict[str, str | bool | None]) -> bytes:
    """Style sheet, script, and the loading of what the script imports, all at once."""
    folder = f"/app/assets/{version()}"
    tags = [
        f'<link rel="stylesheet" href="{folder}/early.css">',
        f'<script type="module" src="{folder}/early.js" data-recurate-early="{escape(json.dumps(data))}">'
        "</script>",
    ]
    for name in assets():
        if not name.startswith("early."):
            kind = "modulepreload" if name.endswith(".js") else 'preload" as="fetch'
            tags.append(f'<link rel="{kind}" crossorigin href="{folder}/{name}">')
    return "\n".join(tags).encode()


def _inserting(tags: bytes, send: Send) -> Send:
    """Hold an HTML page back until it is whole, and send it with ``tags`` first in its head."""
    start: Message = {}
    page = bytearray()

    async def sending(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and _is_page(message):
            start = message
        elif message["type"] == "http.response.body" and start:
            page.extend(message.get("body", b""))
            if not message.get("more_body", False):
                whole = _STREAMLIT.sub(_HELD, page.replace(_HEAD, _HEAD + tags, 1), count=1)
                await send({**start, "headers": _headers(start, len(whole))})
                await send({"type": "http.response.body", "body": whole})
        else:
            await send(message)

    return sending


def _is_page(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.partition(";")[0] == "text/html"


def _headers(start: Message, length: int) -> list[tuple[bytes, bytes]]:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-length"] = str(length)
    headers["cache-control"] = "private, no-cache"
    del headers["etag"], headers["last-modified"]  # they are those of Streamlit's file
    return headers.raw
