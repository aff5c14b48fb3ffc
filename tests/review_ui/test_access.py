"""Who gets what from every address of the review app; ``access_table`` is the table."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from access_table import ACTIONS, CLOSED, PRIVATE, STREAMLIT, Action
from curate.workflows import people
from review_ui.access import PERMISSIONS
from review_ui.routes import ROUTES

STRANGERS = (
    "nobody",
    "forger",
    "forger without signature",
    "signed with an old secret",
    "logged in too long ago",
    "logged in at another app",
    "email not verified",
    "stranger",
    "removed",
)


def ask(app, person: str, action: Action):
    path = action.path(app.made) if action.path else action.route
    body = action.body(app.made) if action.body else None
    return app.persons[person].request(action.method, path, json=body, headers=action.headers)


def said(answer, action: Action) -> tuple[int, str | None]:
    """Status and the word for programs; what a HEAD request is answered has no words."""
    return answer.status_code, None if action.method == "HEAD" else answer.json()["code"]


@pytest.mark.parametrize("person", STRANGERS)
def test_who_is_not_known_gets_nothing_and_changes_nothing(shared_app, person):
    with shared_app.unchanged():
        for action in ACTIONS:
            answer = ask(shared_app, person, action)
            assert said(answer, action) in ((401, "login"), (401, None)), action.name


@pytest.mark.parametrize("role", people.ROLES)
def test_a_role_gets_what_it_may_and_changes_nothing_else(shared_app, role):
    forbidden = [action for action in ACTIONS if action.permission not in PERMISSIONS[role]]
    with shared_app.unchanged():
        for action in forbidden:
            answer = ask(shared_app, role, action)
            assert said(answer, action) in ((403, "forbidden"), (403, None)), action.name
    for action in (each for each in ACTIONS if each not in forbidden):
        answer = ask(shared_app, role, action)
        assert answer.status_code in action.permitted, (action.name, answer.text)


def test_every_route_of_ours_stands_in_the_table():
    catch_all = ROUTES[-1].path
    assert {route.path for route in ROUTES} - {catch_all} == {action.route for action in ACTIONS}


def test_every_route_of_streamlit_stands_in_the_table(shared_app):
    code = """
import json
from review_ui.app import app
print(json.dumps(sorted({route.path for route in app._build_starlette_app().routes})))
"""
    environment = {**os.environ, "CURATE_WORKSPACE": str(shared_app.workspace.root)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert set(json.loads(done.stdout)) == set(STREAMLIT) | {route.path for route in ROUTES}


@pytest.mark.parametrize("path", [path for path, who in STREAMLIT.items() if who == CLOSED])
def test_what_is_closed_is_closed_to_an_admin_too(shared_app, path):
    for method in ("GET", "POST"):
        assert shared_app.persons["admin"].request(method, path, json={}).status_code == 404


@pytest.mark.parametrize("path", ["/media/0123456789abcdef.png", "/_stcore/upload_file/session/file"])
def test_uploads_and_media_of_streamlit_want_a_known_person(shared_app, path):
    assert sum(who == PRIVATE for who in STREAMLIT.values()) == 2
    for method in ("GET", "PUT", "DELETE"):
        for person in STRANGERS:
            assert shared_app.persons[person].request(method, path).status_code == 401, (person, method)
        assert "login" not in shared_app.persons["photographer"].request(method, path).text


def test_a_role_that_changes_holds_from_the_next_request_on(shared_app):
    curator, cards = shared_app.persons["curator"], next(a for a in ACTIONS if a.name == "cards")
    for role, status in ((people.PHOTOGRAPHER, 403), (people.CURATOR, 200)):
        people.set_role(shared_app.workspace, "curator@lab.org", role)
        assert curator.post(cards.route, json=cards.body(shared_app.made)).status_code == status


@pytest.mark.parametrize("person", STRANGERS)
def test_no_answer_to_a_stranger_names_anything_inside(shared_app, person):
    for action in ACTIONS:
        said = ask(shared_app, person, action).text
        assert not any(word in said for word in ("Traceback", "SELECT", "/tmp", "postgres", "lab.org"))
