"""Requests that nobody's browser would send by itself, by people who may use the app."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from access_table import ACTIONS, decision, more, on_desk
from reviewable import HOSTILE_LABEL, HOSTILE_NAME
from sessions import SESSION, log_in

CARDS, DECISIONS, UNDO = "/app/review/cards", "/app/review/decisions", "/app/review/undo"
JSON = {"Content-Type": "application/json"}
POSTED = [each for each in ACTIONS if each.method == "POST" and not each.route.startswith("/app/uploads")]
"""What takes JSON; uploads speak a protocol of their own, see ``test_uploads.py``."""


@pytest.fixture
def curator(shared_app):
    return shared_app.persons["curator"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event", "not-a-uuid"),
        ("event", None),
        ("item", 7),
        ("seat", ["00000000-0000-0000-0000-000000000000"]),
        ("desk", "admin"),
        ("version", -1),
        ("version", 10**30),
        ("version", True),
        ("version", "0"),
        ("version", 0.5),
        ("verdict", "undo"),
        ("verdict", "accept\0"),
        ("marks", []),
        ("marks", {"x": "second"}),
        ("marks", {str(uuid4()): "same"}),
        ("marks", {str(uuid4()): {}}),
        ("reason", "x" * 501),
        ("reason", "before\0after"),
        ("reason", 1),
        ("seconds", -1),
        ("seconds", 1e300),
        ("seconds", float("nan")),
        ("seconds", float("inf")),
        ("seconds", "1"),
        ("want", 0),
        ("want", 9),
        ("want", 10**30),
        ("have", [str(uuid4())] * 65),
        ("have", "everything"),
        ("reviewer", "admin@lab.org"),
    ],
)
def test_a_body_of_other_types_is_refused_with_a_sentence(shared_app, curator, field, value):
    body = {**decision(shared_app.made.items[0]), field: value}
    with shared_app.unchanged():
        answer = curator.post(DECISIONS, content=json.dumps(body), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert field in answer.json()["error"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 60_000, b"null", b'"\\ud800"', b"\xff\xfe", b'{"seat": NaN}']
)
@pytest.mark.parametrize("action", POSTED, ids=lambda a: a.name)
def test_what_is_not_the_json_of_an_action_is_refused(shared_app, action, content):
    answer = shared_app.persons["admin"].post(action.route, content=content, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_missing_field_is_named(curator):
    assert "seat" in curator.post(CARDS, json={"desk": "review"}).json()["error"]


def test_a_body_is_read_up_to_64_kb_only(shared_app, curator):
    def endless():
        for _ in range(1000):
            yield b" " * 1024

    body = decision(shared_app.made.items[0], reason="x" * 70_000)
    with shared_app.unchanged():
        assert curator.post(DECISIONS, json=body).status_code == 413
        assert curator.post(DECISIONS, content=endless(), headers=JSON).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"X-Recurate": ""}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Content-Type": "text/plain"}, 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 400),
    ],
    ids=str,
)
def test_another_site_cannot_act_for_who_is_logged_in(shared_app, curator, headers, status):
    content = json.dumps(decision(shared_app.made.items[0]))
    with shared_app.unchanged():
        answer = curator.post(DECISIONS, content=content, headers={**JSON, **headers})
    assert answer.status_code == status


def test_another_site_cannot_show_our_pictures(shared_app, curator):
    for action in (each for each in ACTIONS if each.method == "GET"):
        answer = curator.get(action.path(shared_app.made), headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


def test_our_own_page_may_do_all_that(shared_app, curator):
    headers = {"Origin": shared_app.process.url, "Sec-Fetch-Site": "same-origin"}
    assert curator.post(CARDS, json=more(), headers=headers).status_code == 200


@pytest.mark.parametrize("action", POSTED, ids=lambda a: a.name)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_actions_answer_posts_only(shared_app, curator, action, method):
    with shared_app.unchanged():
        answer = curator.request(method, action.route, params={"item": str(shared_app.made.items[0])})
    assert (answer.status_code, answer.json()["code"]) == (405, "method")


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/thumb/..%2f..%2f..%2fetc%2fpasswd",
        "/app/static/thumb/%2e%2e/%2e%2e/cookie-secret",
        "/app/static/thumb/..%252f..%252fcurate.toml",
        "/app/static/photo/..%5c..%5ccurate.toml/640.webp",
        "/app/static//etc/passwd",
        "/app/static/thumb/%00.webp",
        "/app/static/curate.toml",
        "/app/assets/..%2f..%2fserving.py",
        "/app/assets/0000000000000000/main.js",
        "/app/assets/0000000000000000/..%2f..%2fapp.py",
        "/app/review/nothing",
        "/app/",
    ],
)
def test_no_path_leads_out(curator, path):
    answer = curator.get(path)
    assert answer.status_code in (400, 404)
    assert not any(word in answer.text for word in ("root:", "workspace_id", "import "))


def test_a_file_name_or_label_is_text_and_never_a_page(shared_app):
    answer = shared_app.persons["admin"].post(CARDS, json=more(item=str(shared_app.made.items[0])))
    assert answer.status_code == 200, answer.text
    members = answer.json()["cards"][0]["members"]
    assert {member["label"] for member in members} == {HOSTILE_LABEL}
    assert HOSTILE_NAME in {member["name"] for member in members}
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/_stcore/health", CARDS, "/app/nothing", "/media/nothing.png"])
def test_every_answer_tells_browsers_to_be_careful(curator, path):
    for answer in (curator.get(path), curator.get(path, headers={"Host": "evil.example"})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"


def test_streamlit_answers_our_own_pages_only(shared_app):
    url = shared_app.process.url.replace("http", "ws") + "/_stcore/stream"
    with connect(url, origin=shared_app.process.url, subprotocols=["streamlit"]):
        pass
    for headers in ({"origin": "http://evil.example"}, {"origin": shared_app.process.url, "host": "evil"}):
        extra = {"Host": headers["host"]} if "host" in headers else None
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(url, origin=headers["origin"], additional_headers=extra, subprotocols=["streamlit"]),
        ):
            pass
        assert refused.value.response.status_code in (400, 403)


def test_a_large_session_comes_in_parts_that_must_belong_together(shared_app, oidc_provider):
    groups = [str(uuid4()) for _ in range(200)]
    person = log_in(
        shared_app.process, oidc_provider, email="Admin@LAB.org", email_verified=True, groups=groups
    )
    assert f"{SESSION}_2" in person.cookies
    answer = person.post(CARDS, json=more())
    assert (answer.status_code, answer.json()["reviewer"]) == (200, "admin@lab.org")
    person.cookies[f"{SESSION}_2"] = person.cookies[f"{SESSION}_1"]
    assert person.post(CARDS, json=more()).status_code == 401


def test_the_decision_of_somebody_else_stays(shared_app):
    item = shared_app.made.items[2]
    body = decision(item)
    shared_app.persons["adjudicator"].post(CARDS, json=more(seat=body["seat"], item=str(item)))
    theirs = shared_app.persons["adjudicator"].post(DECISIONS, json=body)
    assert theirs.status_code == 200, theirs.text
    with shared_app.unchanged():
        undo = on_desk(event=str(uuid4()), decision=theirs.json()["decision"])
        assert shared_app.persons["curator"].post(UNDO, json=undo).status_code in (404, 409)
        replayed = shared_app.persons["curator"].post(DECISIONS, json={**body, "want": 1})
        assert replayed.status_code == 409


def test_a_replayed_decision_is_stored_once_and_answered_the_same(shared_app):
    item, person = shared_app.made.items[3], shared_app.persons["admin"]
    body = decision(item)
    person.post(CARDS, json=more(seat=body["seat"], item=str(item)))
    first = person.post(DECISIONS, json=body)
    assert first.status_code == 200, first.text
    stored = shared_app.rows()["decisions"]
    again = person.post(DECISIONS, json=body)
    assert again.status_code == 200
    assert again.json()["decision"] == first.json()["decision"]
    assert shared_app.rows()["decisions"] == stored
    reused = person.post(DECISIONS, json={**body, "verdict": "reject"})
    assert (reused.status_code, reused.json()["code"]) == (409, "stale")
    assert shared_app.rows()["decisions"] == stored
