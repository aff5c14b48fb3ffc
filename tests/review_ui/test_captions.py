"""Captions as the app's own pages send them."""

from __future__ import annotations

from uuid import uuid4

from access_table import more, on_desk
from curate.workflows import captions
from reviewable import MEMBERS

WRITE = "/app/review/captions"
CURATOR, ADMIN = "curator", "admin"


def asked(object_id, text, was=None, **fields):
    return on_desk(**{"event": str(uuid4()), "object": str(object_id), "was": was, "text": text, **fields})


def test_a_caption_is_stored_shown_to_all_without_a_name_and_taken_back(shared_app):
    view = shared_app.made.objects[-1]
    body = asked(view, "a jug at the window")
    for _ in range(2):
        answer = shared_app.persons[CURATOR].post(WRITE, json=body)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said["caption"] == {"text": "a jug at the window", "source": "person", "by": None}
        assert said["otherwise"]["source"] == "template"
    (stored,) = captions.shown(shared_app.workspace, str(view))
    assert stored.caption.by == "curator@lab.org"

    served = shared_app.persons[ADMIN].post(
        "/app/review/cards", json=more(item=str(shared_app.made.items[-1]))
    )
    card = served.json()["cards"][0]
    assert len(card["members"]) == MEMBERS
    found = {each["object"]: each["caption"] for each in card["members"]}
    assert found[str(view)] == said["caption"]

    stale = shared_app.persons[ADMIN].post(WRITE, json=asked(view, "a jug"))
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert "lab.org" not in stale.text
    gone = shared_app.persons[ADMIN].post(WRITE, json=asked(view, "", was="a jug at the window"))
    assert gone.json()["caption"] == said["otherwise"]


def test_what_is_no_caption_is_a_sentence_and_nothing_is_stored(shared_app):
    with shared_app.unchanged():
        for text, words in (("a" * 501, "501: shorten it"), ("two\nlines", "one line of plain text")):
            answer = shared_app.persons[CURATOR].post(WRITE, json=asked(shared_app.made.objects[0], text))
            assert (answer.status_code, answer.json()["code"]) == (409, "verdict")
            assert words in answer.json()["error"]
