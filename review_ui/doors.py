"""What holds for every request, Streamlit's own pages and its websocket included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from curate.workflows.sharing import is_loopback
from review_ui import serving
from review_ui.access import Permission
from review_ui.guard import Refused, failure, person_with
from review_ui.serving import Mode

# Streamlit guards neither of these by a login: uploads fill the memory, media are what scripts show.
PRIVATE = {"/_stcore/upload_file": Permission.SEARCH, "/media": Permission.PICTURES}
UPLOAD_LIMIT = 40 * 2**20  # bytes; a little more than Streamlit's own limit, which it leaves to the browser
# What pages send. The rest would empty everybody's caches or meddle with the server.
PAGE_MESSAGES = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"}
# Not ours to offer: they would run the app's scripts, or count its users, for anybody.
CLOSED = ("/_stcore/agent", "/_stcore/metrics")

POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'; object-src 'none'; base-uri 'self'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Doors:
    """ASGI middleware: under which name, from whose page, and headers that keep browsers on our side."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            await _check(HTTPConnection(scope))
        except Exception as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            else:
                await failure(error)(scope, receive, _with_headers(send))
        else:
            await self._app(scope, _of_pages(receive), _with_headers(send))


async def _check(connection: HTTPConnection) -> None:
    host = connection.headers.get("host", "")
    # Any site can let its own name mean our address; then its pages would be on our side of the fence.
    if not (_is_local(connection, host) if serving.mode() is Mode.LOCAL else host == _public_host()):
        raise Refused(403, "forbidden", "The app is not served under this address: open the one it printed.")
    origin = connection.headers.get("origin")
    if connection.scope["type"] == "websocket" and origin is not None and urlsplit(origin).netloc != host:
        raise Refused(403, "forbidden", "This page is another site's: open the app itself.")
    if connection.scope["path"].startswith(CLOSED):
        raise Refused(404, "unknown", "There is nothing here.")
    for path, permission in PRIVATE.items():
        if connection.scope["path"].startswith(path):
            await person_with(permission, connection)
            _check_size(connection)


def _check_size(connection: HTTPConnection) -> None:
    if connection.scope["type"] == "http" and connection.scope["method"] == "PUT":
        size = connection.headers.get("content-length", "")
        if not size.isdecimal() or int(size) > UPLOAD_LIMIT:
            raise Refused(413, "large", f"A photo may have {UPLOAD_LIMIT // 2**20} MB: give a smaller one.")


def _is_local(connection: HTTPConnection, host: str) -> bool:
    """From this machine, and meant for it; the port may be that of a tunnel."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:  # brackets that do not close
        return False
    caller = connection.client
    return name is not None and is_loopback(name) and caller is not None and is_loopback(caller.host)


def _public_host() -> str:
    return urlsplit(serving.current().origin or "").netloc


def _of_pages(receive: Receive) -> Receive:
    """Only those websocket messages that Streamlit's pages send when they are used."""

    async def receiving() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_of_page(message.get("bytes")):
                return message

    return receiving


def _is_of_page(sent: bytes | None) -> bool:
    try:
        return BackMsg.FromString(sent or b"").WhichOneof("type") in PAGE_MESSAGES
    except DecodeError:
        return False


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*_as_sent(message["headers"]), *_HEADERS]}
        await send(message)

    return sending


def _as_sent(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Streamlit's headers; its cookies never travel unencrypted where the app is reached by https."""
    encrypted = (serving.current().origin or "").startswith("https:")
    for name, value in headers:
        yield name, value + b"; Secure" if encrypted and name.lower() == b"set-cookie" else value
