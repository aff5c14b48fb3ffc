"""Who may use the shared review app."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import NotFoundError, SettingsError
from curate.workflows import people


def test_people_come_change_and_go(empty_workspace):
    assert people.add(empty_workspace, "Ada@Lab.org", people.CURATOR).email == "ada@lab.org"
    assert people.role_of(empty_workspace, "ADA@lab.org") == people.CURATOR
    people.set_role(empty_workspace, "ada@LAB.org", people.ADMIN)
    assert [(each.email, each.role) for each in people.everybody(empty_workspace)] == [
        ("ada@lab.org", people.ADMIN)
    ]
    assert people.remove(empty_workspace, "ada@lab.org") == "ada@lab.org"
    assert people.role_of(empty_workspace, "ada@lab.org") is None


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@lab.org",
        "a da@lab.org",
        "ada@lab.org\0",
        "ada@x@lab.org",
        "\u212aate@lab.org",
        "a" * 251 + "@b.c",
    ],
)
def test_what_is_no_email_is_refused_and_known_as_nobody(empty_workspace, email):
    people.add(empty_workspace, "kate@lab.org", people.ADMIN)
    with pytest.raises(SettingsError, match="no email address"):
        people.add(empty_workspace, email, people.CURATOR)
    assert people.role_of(empty_workspace, email) is None


def test_a_second_add_says_how_to_change_the_role(empty_workspace):
    people.add(empty_workspace, "ada@lab.org", people.CURATOR)
    with pytest.raises(SettingsError, match="curate people role"):
        people.add(empty_workspace, "ADA@lab.org", people.ADMIN)
    assert people.role_of(empty_workspace, "ada@lab.org") == people.CURATOR


def test_who_is_unknown_cannot_be_changed(empty_workspace):
    with pytest.raises(NotFoundError, match="curate people add"):
        people.set_role(empty_workspace, "ada@lab.org", people.ADMIN)
    with pytest.raises(NotFoundError, match="curate people list"):
        people.remove(empty_workspace, "ada@lab.org")
    with pytest.raises(SettingsError, match="photographer, curator, adjudicator, admin"):
        people.add(empty_workspace, "ada@lab.org", "boss")


def test_the_command_line_says_what_it_did(empty_workspace):
    def curate(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["-w", str(empty_workspace.root), "people", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert curate("add", "Ada@lab.org", "--role", "curator") == (
        "ada@lab.org may use the review app as curator.\n"
    )
    assert curate("role", "ada@lab.org", "admin") == "ada@lab.org is admin from now on.\n"
    assert [each["role"] for each in json.loads(curate("list", "--json"))] == ["admin"]
    assert "what they decided stays" in curate("remove", "ada@lab.org")
    assert json.loads(curate("list", "--json")) == []
