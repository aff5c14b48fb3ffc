"""Who is asking, and what that person may do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st
from starlette.requests import HTTPConnection

# Private to Streamlit, hence its pinned version: how st.login writes its session cookies.
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from curate.workflows import people
from review_ui import serving
from review_ui.serving import Mode

SESSION_DAYS = 7.0  # then people log in again; removing somebody works at once


class Permission(StrEnum):
    """What a role may be allowed to do."""

    HOME = "home"
    REVIEW = "review"
    PICTURES = "pictures"
    SEARCH = "search"
    PROGRESS = "progress"
    ADJUDICATE = "adjudicate"
    HAND_IN = "hand in"
    """Hand in pairs, and see and change one's own; with JUDGE_PAIRS everybody's."""
    JUDGE_PAIRS = "judge pairs"


_CURATOR = frozenset(Permission) - {Permission.ADJUDICATE}
PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    people.PHOTOGRAPHER: frozenset({Permission.HOME, Permission.HAND_IN}),
    people.CURATOR: _CURATOR,
    people.ADJUDICATOR: _CURATOR | {Permission.ADJUDICATE},
    people.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may use the app."""

    name: str
    """Signs decisions: the email, or the reviewer of the settings in local mode."""
    role: str

    @property
    def permissions(self) -> frozenset[Permission]:
        return PERMISSIONS[self.role]

    def may(self, permission: str) -> bool:
        """Whether this person's role allows ``permission``."""
        return permission in self.permissions


def viewer(person: Person) -> str | None:
    """The photographer whose shoots alone this person may see; None for all."""
    return None if person.may(Permission.JUDGE_PAIRS) else person.name


def of_request(request: HTTPConnection) -> Person | None:
    """The person behind a request; None without a session or for somebody unknown.

    Asks Postgres every time, so that a removed person is out at once.
    """
    return _of_cookies(request.cookies)


def of_streamlit() -> Person | None:
    """The person behind the script that runs now; the same rules as ``of_request``."""
    return _of_cookies(st.context.cookies)


def _of_cookies(cookies: Mapping[str, str]) -> Person | None:
    if serving.mode() is Mode.LOCAL:
        return Person(serving.workspace().settings.reviewer, people.ADMIN)
    email = _verified_email(cookies)
    role = people.role_of(serving.workspace(), email) if email else None
    return Person(email.lower(), role) if email and role else None


def _verified_email(cookies: Mapping[str, str]) -> str | None:
    """The email of Streamlit's signed session cookie, if the login service vouches for it."""

    def signed(name: str) -> bytes | None:
        value = cookies.get(name, "")
        return decode_signed_value(serving.current().cookie_secret, name, value, SESSION_DAYS)

    claims = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    try:
        session = json.loads(claims) if claims is not None else {}
    except ValueError:  # parts of several cookies: each is signed, but they do not belong together
        return None
    ours = session.get("is_logged_in") is True and session.get("origin") == serving.current().origin
    vouched = ours and session.get("email_verified") is True
    return str(session["email"]) if vouched and "email" in session else None
