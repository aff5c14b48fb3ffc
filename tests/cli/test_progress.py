"""``curate progress`` on a few groups that were counted by hand."""

from __future__ import annotations

import json

import pytest

from curate.workflows import review
from pair_files import draw_pair
from removal_rows import add_removal, queue_removals
from review_rows import store_groups, store_labelled, vote
from stored_pairs import accepted, hand_in

NO_PAIRS = {"all": 0, "done": 0, "left": 0, "partial": 0, "disputed": 0, "flagged": 0}
EMPTY = {
    "groups": 0, "done": 0, "left": 0, "partial": 0, "disputed": 0, "flagged": 0,
    "agreed": 0, "with_several_votes": 0,
    "pairs": NO_PAIRS, "removed_objects": NO_PAIRS, "reviewers": [],
}  # fmt: skip


@pytest.fixture
def reviewed(empty_workspace):
    """Six groups: one left, one accepted by two, one by one, one rejected, one disputed, one flagged."""
    with empty_workspace.transaction() as session:
        made = store_labelled(session, ["jug"] * 18)
        items = store_groups(session, made, [range(n, n + 3) for n in range(0, 18, 3)])
        vote(session, items[0], "accept", "ada")
        vote(session, items[0], "accept", "bob", seconds=2.0)
        vote(session, items[1], "accept", "ada")
        vote(session, items[2], "reject", "ada")
        vote(session, items[3], "reject", "ada")
        vote(session, items[3], "accept", "bob", seconds=3.0)
        vote(session, items[4], "flag", "[cyd]", reason="too dark")


def test_an_empty_workspace_names_the_next_commands(curate):
    nothing = "There is nothing to review yet: type `curate mine`, or `curate pairs import FOLDER`.\n"
    assert curate("progress") == nothing
    assert json.loads(curate("progress", "--json")) == EMPTY


def test_what_is_done_and_left_and_by_whom_is_told_to_programs(curate, reviewed):
    told = json.loads(curate("progress", "--json"))
    reviewers = told.pop("reviewers")
    assert told == {
        "groups": 6, "done": 3, "left": 1, "partial": 0, "disputed": 1, "flagged": 1,
        "agreed": 1, "with_several_votes": 2,
        "pairs": NO_PAIRS,
        "removed_objects": NO_PAIRS,
    }  # fmt: skip
    assert {each.pop("per_hour") for each in reviewers} == {None}  # all at the same instant: no pace
    ada = {"decisions": 4, "accepted": 2, "rejected": 2, "flagged": 0, "accept_rate": 0.5}
    bob = {"decisions": 2, "accepted": 2, "rejected": 0, "flagged": 0, "accept_rate": 1.0}
    cyd = {"decisions": 1, "accepted": 0, "rejected": 0, "flagged": 1, "accept_rate": None}
    assert reviewers == [
        {"reviewer": "ada", "median_seconds": None, **ada},
        {"reviewer": "bob", "median_seconds": 2.5, **bob},
        {"reviewer": "[cyd]", "median_seconds": None, **cyd},
    ]


def test_people_read_two_sentences_and_a_table(curate, reviewed):
    lines = [line.strip() for line in curate("progress").splitlines()]
    assert lines[0] == "3 of 6 groups done; 1 left to vote on, 1 disputed, 1 flagged."
    assert lines[1] == "All said the same of 1 of 2 groups with several votes."
    cells = {line.split()[0]: line.split()[1:] for line in lines if line.startswith(("ada", "bob", "[cyd]"))}
    assert cells == {
        "ada": ["4", "2", "2", "0", "50%", "-", "-"],
        "bob": ["2", "2", "0", "0", "100%", "2.5", "-"],
        "[cyd]": ["1", "0", "0", "1", "-", "-", "-"],
    }


def test_groups_that_were_mined_and_never_opened_are_left(curate, empty_workspace):
    with empty_workspace.transaction() as session:
        store_groups(session, store_labelled(session, ["jug"] * 4), [range(0, 2), range(2, 4)])
    assert curate("progress") == "0 of 2 groups done; 2 left to vote on, 0 disputed, 0 flagged.\n"


def test_removals_are_counted_by_their_objects(curate, empty_workspace):
    with empty_workspace.transaction() as session:
        first, _ = queue_removals(session, 2)
        lama = add_removal(session, first, "lama")
    review.decide(empty_workspace, str(lama), "accept", reviewer="cyd")
    counted = "1 of 2 removed objects done; 1 left to vote on, 0 disputed, 0 flagged.\n"
    assert curate("progress").startswith(counted)
    told = json.loads(curate("progress", "--json"))
    assert told["removed_objects"] == {**NO_PAIRS, "all": 2, "done": 1, "left": 1}


def test_pairs_are_counted_beside_groups_and_groups_only_where_there_are_any(curate, empty_workspace):
    first = accepted(empty_workspace, draw_pair(0, (160, 120)))
    review.decide(empty_workspace, str(first), "accept", reviewer="cyd")
    hand_in(empty_workspace, draw_pair(1, (160, 120)).files)
    counted = "1 of 2 pairs done; 1 left to vote on, 0 disputed, 0 flagged.\n"
    assert curate("progress").startswith(f"{counted}All said the same of 1 of 1 pair with several votes.\n")
    told = json.loads(curate("progress", "--json"))
    assert (told["groups"], told["pairs"]) == (0, {**NO_PAIRS, "all": 2, "done": 1, "left": 1})
    with empty_workspace.transaction() as session:
        store_groups(session, store_labelled(session, ["jug"] * 4), [range(0, 2), range(2, 4)])
    lines = curate("progress")
    assert lines.startswith(f"0 of 2 groups done; 2 left to vote on, 0 disputed, 0 flagged.\n{counted}")
    assert "1 of 1 group or pair with several votes" in lines
