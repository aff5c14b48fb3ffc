"""Rulings and undo as the app's own pages ask for them, by people who really logged in."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from access_table import decision, more, on_desk
from curate.database.tables import Decision, QueuedItem, ReviewItem
from curate.verdicts import Consensus
from curate.workflows import queue_rule

CARDS, DECISIONS, UNDO = "/app/review/cards", "/app/review/decisions", "/app/review/undo"
CURATOR, ADJUDICATOR, ADMIN = "curator", "adjudicator", "admin"


@pytest.fixture(autouse=True)
def two_of_two(shared_app):
    """Two must say the same; the other tests get the rule back as it was."""
    queue_rule.set_consensus(shared_app.workspace, Consensus(2, 2))
    yield
    queue_rule.set_consensus(shared_app.workspace, Consensus())


def everything(app) -> list[str]:
    """What a window says it has that wants no further card."""
    return [str(item) for item in app.made.items]


def take(app, person: str, item: UUID, desk: str = "review") -> tuple[str, dict[str, Any]]:
    """Lease one card in a new window; the window's seat and the card."""
    asked = on_desk(desk, want=1, have=[], item=str(item))
    served = app.persons[person].post(CARDS, json=asked)
    assert served.status_code == 200, served.text
    (card,) = served.json()["cards"]
    assert card["item"] == str(item)
    return asked["seat"], card


def decide(app, person: str, item: UUID, verdict: str, desk: str = "review", **fields: Any) -> str:
    """Take a card and decide it; the decision's id."""
    seat, card = take(app, person, item, desk)
    fields |= {"seat": seat, "desk": desk, "version": card["version"], "have": everything(app)}
    answer = app.persons[person].post(DECISIONS, json=decision(item, verdict=verdict, **fields))
    assert (answer.status_code, answer.json()["new"]) == (200, True), answer.text
    return answer.json()["decision"]


@pytest.fixture
def disputed(shared_app) -> UUID:
    item = shared_app.made.items[4]
    decide(shared_app, CURATOR, item, "accept")
    decide(shared_app, ADMIN, item, "reject")
    assert state(shared_app, item) == ("disputed", 0)
    return item


@pytest.fixture
def flagged(shared_app) -> UUID:
    item = shared_app.made.items[5]
    decide(shared_app, CURATOR, item, "flag", reason="Which of them is the jug?")
    assert state(shared_app, item) == ("flagged", 0)
    return item


def state(app, item: UUID) -> tuple[str, int]:
    """State of an item in the queue, and how many votes it wants."""
    rows = select(QueuedItem.state, QueuedItem.votes_wanted).join(
        ReviewItem, ReviewItem.id == QueuedItem.item_id
    )
    with app.workspace.transaction() as session:
        name, wanted = session.execute(rows.where(ReviewItem.public_id == item)).one()
        return name, wanted


def stored(app, decision_id: str) -> Decision:
    with app.workspace.transaction() as session:
        return session.scalars(select(Decision).where(Decision.public_id == UUID(decision_id))).one()


def words(app, item: UUID) -> list[tuple[str, str, bool]]:
    """All that was ever said of an item, in order."""
    rows = select(Decision.reviewer, Decision.verdict, Decision.adjudicates).join(ReviewItem)
    with app.workspace.transaction() as session:
        found = session.execute(rows.where(ReviewItem.public_id == item).order_by(Decision.id))
        return [(reviewer.removesuffix("@lab.org"), verdict, ruled) for reviewer, verdict, ruled in found]


def newest(app, person: str, item: UUID) -> str:
    """What the app calls the person's last decision, which must be on ``item``."""
    asked = on_desk(want=1, have=everything(app))
    last = app.persons[person].post(CARDS, json=asked).json()["last"]
    assert last["item"] == str(item)
    return last["decision"]


@pytest.mark.parametrize(("verdict", "settled"), [("accept", "accepted"), ("reject", "rejected")])
def test_an_adjudicator_settles_a_disputed_item(shared_app, disputed, verdict, settled):
    row = stored(shared_app, decide(shared_app, ADJUDICATOR, disputed, verdict, "adjudicate"))
    assert (row.reviewer, row.reviewer_kind, row.verdict) == ("adjudicator@lab.org", "person", verdict)
    assert row.adjudicates
    assert state(shared_app, disputed) == (settled, 0)
    said = [(CURATOR, "accept", False), (ADMIN, "reject", False), (ADJUDICATOR, verdict, True)]
    assert words(shared_app, disputed) == said


def test_an_adjudicator_settles_a_flagged_item_and_sees_why_it_was_flagged(shared_app, flagged):
    seat, card = take(shared_app, ADJUDICATOR, flagged, "adjudicate")
    assert card["flag_reasons"] == ["Which of them is the jug?"]
    member = card["members"][0]["object"]
    said = decision(flagged, seat=seat, desk="adjudicate", marks={member: "different"})
    ruled = shared_app.persons[ADJUDICATOR].post(DECISIONS, json=said)
    assert ruled.status_code == 200, ruled.text
    row = stored(shared_app, ruled.json()["decision"])
    assert (row.adjudicates, row.marks) == (True, {member: "different"})
    assert state(shared_app, flagged) == ("accepted", 0)


def test_a_curator_cannot_settle_anything_and_changes_nothing(shared_app, disputed, flagged):
    curator = shared_app.persons[CURATOR]
    with shared_app.unchanged():
        for item in (disputed, flagged):
            for verdict in ("accept", "reject", "flag"):
                ruling = decision(item, desk="adjudicate", verdict=verdict, version=1, reason="because")
                answer = curator.post(DECISIONS, json=ruling)
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            taken = curator.post(CARDS, json=more("adjudicate", item=str(item)))
            assert (taken.status_code, taken.json()["code"]) == (403, "forbidden")


def test_what_is_disputed_takes_no_vote_from_the_desk_of_everybody(shared_app, disputed, flagged):
    with shared_app.unchanged():
        for person, version in ((CURATOR, 1), (ADJUDICATOR, 0)):
            for item in (disputed, flagged):
                answer = shared_app.persons[person].post(DECISIONS, json=decision(item, version=version))
                assert (answer.status_code, answer.json()["code"]) == (409, "taken")


def test_how_much_waits_for_adjudicators_is_told_to_them_alone(shared_app, disputed, flagged):
    waiting = {
        person: shared_app.persons[person].post(CARDS, json=more()).json()["left"]["adjudicate"]
        for person in (CURATOR, ADJUDICATOR, ADMIN)
    }
    assert waiting == {CURATOR: 0, ADJUDICATOR: 2, ADMIN: 2}


def test_the_newest_decision_of_ones_own_is_taken_back(shared_app, disputed):
    ruled = decide(shared_app, ADJUDICATOR, disputed, "accept", "adjudicate")
    body = on_desk("adjudicate", event=str(uuid4()), decision=ruled)
    undone = shared_app.persons[ADJUDICATOR].post(UNDO, json=body)
    assert (undone.status_code, undone.json()["decision"]) == (200, ruled), undone.text
    assert undone.json()["card"]["item"] == str(disputed)
    assert words(shared_app, disputed)[-1] == (ADJUDICATOR, "undo", False)
    assert state(shared_app, disputed) == ("disputed", 0)
    said = words(shared_app, disputed)
    again = shared_app.persons[ADJUDICATOR].post(UNDO, json=body)  # the same click, sent once more
    assert (again.status_code, again.json()["decision"]) == (200, ruled)
    assert words(shared_app, disputed) == said


def test_a_vote_that_was_taken_back_wants_to_be_made_again(shared_app, disputed):
    body = on_desk(event=str(uuid4()), decision=newest(shared_app, ADMIN, disputed))
    assert shared_app.persons[ADMIN].post(UNDO, json=body).status_code == 200
    assert state(shared_app, disputed) == ("open", 1)


def test_an_older_decision_of_ones_own_stays(shared_app, disputed):
    first = newest(shared_app, ADMIN, disputed)
    decide(shared_app, ADMIN, shared_app.made.items[6], "accept")
    refused(shared_app, ADMIN, first)


@pytest.mark.parametrize("person", [CURATOR, ADMIN])
def test_the_ruling_of_somebody_else_stays(shared_app, disputed, person):
    ruled = decide(shared_app, ADJUDICATOR, disputed, "accept", "adjudicate")
    refused(shared_app, person, ruled)


@pytest.mark.parametrize("person", [CURATOR, ADJUDICATOR, ADMIN])
def test_a_decision_that_nobody_made_cannot_be_taken_back(shared_app, disputed, person):
    refused(shared_app, person, str(uuid4()))


def refused(app, person: str, decision_id: str) -> None:
    with app.unchanged():
        answer = app.persons[person].post(UNDO, json=on_desk(event=str(uuid4()), decision=decision_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing"), answer.text
