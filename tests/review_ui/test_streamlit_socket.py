"""Streamlit's websocket and its uploads: what they tell whom, and what they take from whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import delete, insert, select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from curate.database.tables import Edge, MiningRun, Object
from curate.workflows import people
from review_ui import serving
from review_ui.doors import UPLOAD_LIMIT, Doors
from reviewable import HOSTILE_LABEL, HOSTILE_NAME

LIMIT = 60.0  # seconds; a busy machine draws plots slowly
MESSAGES = [field.name for field in BackMsg.DESCRIPTOR.fields_by_name.values() if field.containing_oneof]
IN_USE = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"}
UNKNOWN = ("nobody", "email not verified", "stranger", "removed")


class Page:
    """What Streamlit's script in a browser says and hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def send(self, kind: str, value: Any = True) -> None:
        said = BackMsg()
        if isinstance(value, bool):
            setattr(said, kind, value)
        else:
            getattr(said, kind).CopyFrom(value)
        self._socket.send(said.SerializeToString())

    def send_bytes(self, said: bytes | str) -> None:
        self._socket.send(said)

    def hear(self, last: str) -> list[bytes]:
        """All messages up to the first of this kind."""
        heard = []
        while True:
            heard.append(self._socket.recv(LIMIT, decode=False))
            if ForwardMsg.FromString(heard[-1]).WhichOneof("type") == last:
                return heard

    def run(self, **state: str) -> list[bytes]:
        """Open a screen, and all that is sent for it."""
        self.send("rerun_script", ClientState(**state))
        heard = self.hear("script_finished")
        while ForwardMsg.FromString(heard[-1]).script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            heard += self.hear("script_finished")
        return heard

    def answers(self) -> list[ForwardMsg]:
        """All messages up to the answer to a heartbeat: what was sent before it was dealt with."""
        self.send("app_heartbeat")
        return [ForwardMsg.FromString(each) for each in self.hear("heartbeat_ack")]


def headers_of(app, person: str) -> dict[str, str]:
    """A browser's cookies, and the token against forged requests that it was given in one of them."""
    client = app.persons[person]
    client.get("/_stcore/health")
    kept = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    return {"Cookie": kept, "X-Xsrftoken": client.cookies["_streamlit_xsrf"]}


@contextmanager
def page(app, person: str) -> Iterator[Page]:
    """A person's browser at the app."""
    brought = headers_of(app, person)
    with connect(
        app.process.url.replace("http", "ws") + "/_stcore/stream",
        origin=app.process.url,
        subprotocols=["streamlit", brought["X-Xsrftoken"]],
        additional_headers={"Cookie": brought["Cookie"]},
        max_size=None,
    ) as socket:
        yield Page(socket)


@pytest.fixture(scope="module")
def asked(running_app) -> list[dict[str, str]]:
    """Every screen by its address and by Streamlit's hash of it, with what could be asked of it."""
    with page(running_app, people.ADMIN) as admin:
        messages = [ForwardMsg.FromString(each) for each in admin.run()]
    (navigation,) = [each.navigation for each in messages if each.WhichOneof("type") == "navigation"]
    pages = [(each.url_pathname, each.page_script_hash) for each in navigation.app_pages]
    assert {"", "groups", "search", "progress"} <= {name for name, _ in pages}
    ids = f"item={running_app.made.items[0]}&desk=adjudicate&object={running_app.made.objects[0]}"
    by_address = [{"page_name": name} for name, _ in pages]
    return by_address + [{"page_script_hash": script, "query_string": ids} for _, script in pages]


def told(app, person: str, asked: list[dict[str, str]]) -> bytes:
    """All that a person's browser receives who asks for all this."""
    with page(app, person) as opened:
        return b"".join(message for state in asked for message in opened.run(**state))


def inside(app, person: str) -> set[bytes]:
    """What only people who may review should ever read: names, labels, ids, places, other people."""
    made = app.made
    files = {HOSTILE_NAME, "onerror", *(f"{number:03}.jpg" for number in range(1, len(made.photos)))}
    own = people.ADMIN if person == "email not verified" else person  # what the browser itself says
    others = {f"{role}@lab.org" for role in people.ROLES if role != own}
    places = {str(app.workspace.root), str(app.workspace.root.parent / "photos")}
    texts = {*files, *others, *places, *made.photos, HOSTILE_LABEL, "alert(1)"}
    ids: list[UUID] = [*made.items, *made.objects]
    return (
        {text.encode() for text in texts}
        | {bytes.fromhex(sha256) for sha256 in made.photos}
        | {form for each in ids for form in (str(each).encode(), each.hex.encode(), each.bytes)}
    )


@pytest.mark.parametrize("person", [*UNKNOWN, people.PHOTOGRAPHER])
def test_who_may_not_review_hears_nothing_of_what_is_in_the_workspace(shared_app, asked, person):
    heard = told(shared_app, person, asked)
    assert b"Recurate" in heard
    # A page may repeat the address it was asked for, and nothing else.
    given = {str(each).encode() for each in (shared_app.made.items[0], shared_app.made.objects[0])}
    assert {each for each in inside(shared_app, person) if each in heard} <= given


def test_who_may_review_does_hear_of_it(shared_app, asked):
    heard = told(shared_app, people.ADMIN, asked)
    assert HOSTILE_LABEL.encode() in heard
    assert {each for each in inside(shared_app, people.ADMIN) if each in heard}


@pytest.mark.parametrize("person", ["stranger", people.PHOTOGRAPHER, people.ADMIN])
def test_only_what_pages_say_in_use_is_answered(shared_app, person):
    with page(shared_app, person) as opened:
        opened.run()
        for kind in set(MESSAGES) - IN_USE - {"backend_operation_request"}:
            opened.send(kind)
        for nonsense in (b"", b"\xff\xff", "text", b"x" * 100_000):
            opened.send_bytes(nonsense)
        answers = opened.answers()
    # The end of the run may be told as late as this; that changes are watched for would be news.
    kinds = {each.WhichOneof("type") for each in answers}
    assert kinds <= {"heartbeat_ack", "session_status_changed"}
    assert not any(each.session_status_changed.run_on_save for each in answers)


@pytest.fixture
def edges(shared_app) -> Iterator[list[dict[str, Any]]]:
    """Rows for one more edge of the latest run; taken out again."""
    with shared_app.workspace.transaction() as session:
        run = session.scalars(select(MiningRun.id)).one()
        keys = session.scalars(select(Object.id).order_by(Object.id)).all()
    row = {"run_id": run, "left_id": keys[0], "right_id": keys[-1], "similarity": 0.7}
    yield [row]
    with shared_app.workspace.transaction() as session:
        session.execute(_that(row))


def _that(row: dict[str, Any]):
    return delete(Edge).where(Edge.left_id == row["left_id"], Edge.right_id == row["right_id"])


def test_nobody_can_empty_the_caches_of_everybody(shared_app, edges):
    def shown() -> bytes:
        with page(shared_app, people.ADMIN) as admin:
            found = re.search(rb"([\d,]+) edges of the latest run", b"".join(admin.run(page_name="progress")))
        assert found
        return found[1]

    def outlives_clearing(change) -> bool:
        before = shown()
        with shared_app.workspace.transaction() as session:
            session.execute(change)
        for person in ("nobody", "stranger", people.PHOTOGRAPHER, people.ADMIN):
            with page(shared_app, person) as opened:
                opened.send("clear_cache")
                opened.answers()
        return shown() == before

    # The number may grow a minute old. Should that be over during the first attempt, then not in the next.
    (row,) = edges
    assert outlives_clearing(insert(Edge).values(row)) or outlives_clearing(_that(row))


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_kind_of_message_is_let_in_or_kept_out_on_purpose(kind, empty_workspace, monkeypatch):
    said = BackMsg()
    value = getattr(said, kind)
    value.SetInParent() if hasattr(value, "SetInParent") else setattr(said, kind, True)
    heard = let_in(empty_workspace, monkeypatch, {"bytes": said.SerializeToString()})
    assert heard == ([said.SerializeToString()] if kind in IN_USE else [])


@pytest.mark.parametrize("frame", [{"bytes": b""}, {"bytes": b"\xff\xff"}, {"text": "clear_cache"}])
def test_what_is_no_message_of_a_page_is_kept_out(frame, empty_workspace, monkeypatch):
    assert let_in(empty_workspace, monkeypatch, frame) == []


def let_in(workspace, monkeypatch, frame: dict[str, Any]) -> list[bytes]:
    """What an app behind the doors hears when a browser sends this frame and goes."""
    served = serving.Serving(workspace, serving.Mode.LOCAL, None, "", None)
    monkeypatch.setattr(serving, "_serving", served)
    coming = iter([{"type": "websocket.receive", **frame}, {"type": "websocket.disconnect"}])
    heard: list[bytes] = []

    async def app(scope, receive, send) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            heard.append(message["bytes"])

    async def receive():
        return next(coming)

    async def send(message) -> None:
        raise AssertionError(f"The doors are shut: {message}")

    caller = {"client": ("127.0.0.1", 1), "headers": [(b"host", b"127.0.0.1:8510")]}
    anyio.run(Doors(app), {"type": "websocket", "path": "/_stcore/stream", **caller}, receive, send)
    return heard


@pytest.fixture
def upload_url(shared_app) -> Iterator[str]:
    """Where the page of a curator may put a file."""
    with page(shared_app, people.CURATOR) as opened:
        opened.run(page_name="search")
        wanted = BackMsg().file_urls_request
        wanted.file_names.append("photo.jpg")
        opened.send("file_urls_request", wanted)
        answer = ForwardMsg.FromString(opened.hear("file_urls_response")[-1])
        yield answer.file_urls_response.file_urls[0].upload_url


def test_a_photo_can_be_handed_in_by_who_may_search_and_by_nobody_else(shared_app, upload_url):
    statuses = {}
    for person in ("nobody", "stranger", people.PHOTOGRAPHER, people.CURATOR):
        token = {"X-Xsrftoken": headers_of(shared_app, person)["X-Xsrftoken"]}
        files = {"photo.jpg": ("photo.jpg", b"x" * 1000)}
        statuses[person] = shared_app.persons[person].put(upload_url, files=files, headers=token).status_code
    assert statuses == {"nobody": 401, "stranger": 401, people.PHOTOGRAPHER: 403, people.CURATOR: 204}


@pytest.mark.parametrize(
    ("announced", "status"),
    [
        ({"Content-Length": str(UPLOAD_LIMIT + 1)}, 413),
        ({"Content-Length": str(10**18)}, 413),
        ({"Transfer-Encoding": "chunked"}, 413),  # says nothing of its size
        ({}, 413),
        ({"Content-Length": "-1"}, 400),
        ({"Content-Length": "0x10"}, 400),
    ],
    ids=str,
)
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(shared_app, upload_url, announced, status):
    connection = HTTPConnection("127.0.0.1", shared_app.process.port, timeout=LIMIT)
    try:
        connection.putrequest("PUT", upload_url, skip_host=True)
        known = {
            "Host": shared_app.process.url.removeprefix("http://"),
            **headers_of(shared_app, people.CURATOR),
        }
        for name, value in {**known, **announced}.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status
    finally:
        connection.close()
