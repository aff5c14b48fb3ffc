"""Statistics of the review against small cases that were counted by hand."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from curate.database import decisions, pair_facts, review_items, rules
from curate.database.tables import Decision, QueuedItem, ReviewItem
from curate.errors import NotFoundError
from curate.shares import Share
from curate.verdicts import DIFFERENT, SAME, VARIANT, Consensus, settle
from curate.workflows import progress, similarity
from curate.workflows.stages import stages
from review_rows import BAND, store_groups, store_labelled, vote

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def items(empty_workspace):
    """Four groups of three objects each: two of jugs, one of chairs, one of a jug and two chairs."""
    labels = ["jug"] * 6 + ["chair"] * 3 + ["jug", "chair", "chair"]
    with empty_workspace.transaction() as session:
        made = store_labelled(session, labels)
        return store_groups(session, made, [range(n, n + 3) for n in (0, 3, 6, 9)])


@pytest.fixture
def say(empty_workspace):
    def said(item, verdict, reviewer="ada", **options):
        with empty_workspace.transaction() as session:
            return vote(session, item, verdict, reviewer, **options)

    return said


def made_at(workspace, item, moments, reviewer="ada", seconds=None):
    """Acceptances of one item at these times; the first ones stand no more."""
    with workspace.transaction() as session:
        key = session.scalars(select(ReviewItem.id).where(ReviewItem.public_id == item)).one()
        for moment in moments:
            session.add(
                Decision(
                    public_id=uuid4(), item_id=key, reviewer=reviewer, reviewer_kind="person",
                    verdict="accept", marks={}, decided_at=moment, seconds=seconds,
                )
            )  # fmt: skip
            session.flush()


def test_an_empty_workspace_has_no_progress_and_says_so(empty_workspace):
    found = progress.progress(empty_workspace)
    assert found.backlog.total == 0
    assert found.reviewers == found.classes == found.throughput.made == ()
    assert found.agreement == Share(0, 0)
    with pytest.raises(NotFoundError, match="curate mine"):
        similarity.similarities(empty_workspace)


def test_items_are_open_done_disputed_or_flagged(empty_workspace, items, say):
    say(items[0], "accept")
    say(items[1], "accept")
    say(items[1], "reject", "bob")
    say(items[2], "flag", reason="too dark")
    found = progress.backlog(empty_workspace)
    assert (found.done, found.disputed, found.flagged, found.open) == (1, 1, 1, 1)


def test_only_standing_decisions_of_people_count(empty_workspace, items, say):
    say(items[0], "accept")
    say(items[1], "accept")
    say(items[1], "reject")  # replaces the one before
    say(items[2], "accept")
    say(items[3], "flag", reason="too dark")
    with empty_workspace.transaction() as session:
        decisions.undo(session, "ada", items[2])
        decisions.decide(session, items[2], decisions.Said("accept"), reviewer="policy", automatic=True)
    (ada,) = progress.progress(empty_workspace).reviewers
    assert (ada.reviewer, ada.accepted, ada.flagged, ada.decisions) == ("ada", Share(1, 2), 1, 3)
    assert progress.today(empty_workspace, "ada") == progress.Today(1, 1)
    assert progress.today(empty_workspace, "bob") == progress.Today(0, 0)


def test_pauses_are_no_work(empty_workspace, items):
    for item, minutes, seconds in zip(items, (0, 1, 3, 60), (2.0, 4.0, 9.0, None), strict=True):
        made_at(empty_workspace, item, [NOON + timedelta(minutes=minutes)], seconds=seconds)
    (ada,) = progress.progress(empty_workspace).reviewers
    assert ada.seconds == 4.0
    assert ada.per_hour == pytest.approx(
        2 / 3 * 60
    )  # two steps in three minutes; the hour before the last is one


def test_reviewers_agree_if_all_say_the_same_of_an_item(empty_workspace, items, say):
    for reviewer in ("ada", "bob"):
        say(items[0], "accept", reviewer)
        say(items[1], "reject", reviewer)
    say(items[2], "accept", "ada")
    say(items[2], "reject", "bob")
    say(items[2], "reject", "eve", adjudicates=True)  # who knows what the others said
    say(items[3], "accept", "ada")
    say(items[3], "flag", "bob", reason="too dark")  # which says nothing of the item
    assert progress.progress(empty_workspace).agreement == Share(2, 3)


def test_marks_are_part_of_what_is_said(empty_workspace, items, say):
    members = _members(empty_workspace, items[0])
    say(items[0], "accept", "ada")
    say(items[0], "accept", "bob", marks={members[0]: DIFFERENT})
    assert progress.progress(empty_workspace).agreement == Share(0, 1)


def test_an_item_belongs_to_the_class_of_most_of_its_members(empty_workspace, items, say):
    for item, verdict in zip(items, ("accept", "reject", "accept", "accept"), strict=True):
        say(item, verdict)
    found = progress.progress(empty_workspace).classes
    assert [(each.label, each.accepted) for each in found] == [("chair", Share(2, 2)), ("jug", Share(1, 2))]


def test_throughput_is_counted_in_stretches_that_fit_the_span(empty_workspace, items):
    made_at(empty_workspace, items[0], [NOON, NOON + timedelta(minutes=1)])
    made_at(empty_workspace, items[1], [NOON + timedelta(minutes=2)])
    made_at(empty_workspace, items[2], [NOON + timedelta(minutes=14)], "bob")
    found = progress.progress(empty_workspace).throughput
    assert found.step == timedelta(minutes=10)
    assert [(made.reviewer, made.start, made.decisions) for made in found.made] == [
        ("ada", NOON, 2),
        ("bob", NOON + timedelta(minutes=10), 1),
    ]


@pytest.mark.parametrize(
    ("hours", "step"),
    [
        (0, timedelta(minutes=10)),
        (8, timedelta(minutes=10)),
        (9, timedelta(hours=1)),
        (500, timedelta(days=1)),
    ],
)
def test_longer_spans_are_cut_into_longer_stretches(hours, step):
    assert progress.step_for(NOON, NOON + timedelta(hours=hours)) == step


def test_every_edge_of_the_latest_run_is_in_one_bin(empty_workspace):
    with empty_workspace.transaction() as session:
        made = store_labelled(session, ["jug"] * 4)
        store_groups(session, made, [[0, 1, 2, 3]], similarity=BAND[1])
    found = similarity.similarities(empty_workspace)
    assert (found.bins[0].low, found.bins[-1].high) == pytest.approx(BAND)
    assert [each.edges for each in found.bins] == [0] * 39 + [6]  # the band's end belongs to it


def test_precision_counts_what_people_settled(empty_workspace, items, say):
    members = _members(empty_workspace, items[1])
    say(items[0], "accept")  # 3 pairs are the same
    say(items[1], "accept", marks={members[0]: VARIANT})  # 1 is the same, 2 are not
    say(items[2], "accept")
    say(items[2], "reject", "bob")  # disputed
    with empty_workspace.transaction() as session:
        decisions.decide(session, items[3], decisions.Said("accept"), reviewer="policy", automatic=True)
    found = similarity.precision(empty_workspace, random_only=False)
    assert {each.same for each in found.bins} == {Share(0, 0), Share(4, 6)}
    assert next(each for each in found.bins if each.same.total).low == pytest.approx(0.65)


def test_random_draws_can_be_taken_alone(empty_workspace, items, say):
    with empty_workspace.transaction() as session:
        session.execute(update(QueuedItem).values(random_draw=False))
        drawn = select(ReviewItem.id).where(ReviewItem.public_id == items[1])
        session.execute(update(QueuedItem).where(QueuedItem.item_id.in_(drawn)).values(random_draw=True))
    say(items[0], "accept")
    assert progress.progress(empty_workspace).draws == 0
    say(items[1], "reject")
    assert progress.progress(empty_workspace).draws == 1
    found = similarity.precision(empty_workspace, random_only=True)
    assert sum(each.same.total for each in found.bins) == 3
    assert sum(each.same.hits for each in found.bins) == 0


@pytest.mark.parametrize("consensus", [Consensus(1, 1), Consensus(2, 2), Consensus(2, 3)])
def test_pairs_are_settled_in_sql_as_they_are_in_python(empty_workspace, consensus):
    chance = random.Random(7)
    with empty_workspace.transaction() as session:
        made = store_labelled(session, ["jug"] * 12)
        groups = [chance.sample(range(12), chance.randint(2, 5)) for _ in range(12)]
        named = store_groups(session, made, groups)
        rules.set_consensus(session, consensus)
        for _ in range(120):
            n = chance.randrange(len(groups))
            marks = {made[chance.choice(groups[n])][1]: chance.choice([DIFFERENT, VARIANT])}
            verdict = chance.choice(["accept", "reject"])
            marks = marks if verdict == "accept" and len(groups[n]) > 2 else {}
            who = chance.choice(["ada", "bob", "cem", "eve"])
            adjudicates = who == "eve" and chance.random() < 0.2
            vote(session, named[n], verdict, who, marks=marks, adjudicates=adjudicates)
        settled = Counter(settle(pair_facts.facts(session), consensus, with_automatic=False).values())
    found = similarity.precision(empty_workspace, random_only=False)
    assert settled[SAME] > 0
    assert settled[VARIANT] > 0
    assert sum(each.same.hits for each in found.bins) == settled[SAME]
    assert sum(each.same.total for each in found.bins) == sum(settled[r] for r in (SAME, DIFFERENT, VARIANT))


def test_stages_count_what_is_there_and_name_the_next_command(empty_workspace, items):
    found = {stage.title: (stage.count, stage.command) for stage in stages(empty_workspace)}
    assert found["Ingest"] == (12, "curate ingest FOLDER")
    assert found["Mine"] == (4, "curate mine")
    assert found["Export"][0] == 0


def _members(workspace, item):
    with workspace.transaction() as session:
        key = session.scalars(select(ReviewItem.id).where(ReviewItem.public_id == item)).one()
        return sorted(review_items.members(session, key))
