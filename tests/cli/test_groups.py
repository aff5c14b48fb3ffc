"""``curate groups`` and ``curate decide history`` on groups that were decided, grew, or are gone."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from curate.errors import NotFoundError
from curate.workflows import review
from queued import mine_groups, store_objects

NOTHING = (
    "The latest mining run has no groups in its band of 0.5 to 0.95. Decisions on groups of earlier runs are "
    "kept: `curate runs` lists what was mined, and with which band.\n"
)


@pytest.fixture
def grown(empty_workspace) -> tuple[UUID, UUID]:
    """A group of five whose acceptance set two apart, and one of seven that it grew into."""
    with empty_workspace.transaction() as session:
        made = store_objects(session, 10)
        small, _ = mine_groups(session, made, [range(5), (7, 8)])
    apart = [str(public_id) for _, public_id in made[3:5]]
    review.decide(empty_workspace, str(small), "accept", marks={"different": apart}, reviewer="ada")
    with empty_workspace.transaction() as session:
        large, _ = mine_groups(session, made, [range(7), (7, 8)])
    return small, large


def row_of(table: str, item: UUID) -> str:
    """The words of a group's row."""
    return next(" ".join(line.split()) for line in table.splitlines() if str(item)[:13] in line)


def test_a_list_tells_how_many_views_of_a_group_are_accepted(curate, grown, empty_workspace):
    review.decide(empty_workspace, str(grown[1]), "accept", reviewer="ada")
    assert "accepted 7 " in row_of(curate("groups", "list"), grown[1])
    review.undo(empty_workspace, None, "ada")
    assert "partial 3 of 7 " in row_of(curate("groups", "list"), grown[1])
    told = {each["group"]: each for each in json.loads(curate("groups", "list", "--json"))}
    found = told.pop(str(grown[1]))
    assert (found["accepted_views"], len(found["views"])) == (3, 7)
    (other,) = told
    assert "open 2 " in row_of(curate("groups", "list"), UUID(other))


def test_a_group_that_grew_names_the_one_it_is_part_of(grown, empty_workspace):
    small, large = (str(each)[:13] for each in grown)
    with pytest.raises(NotFoundError) as refused:
        review.group(empty_workspace, small)
    assert str(refused.value) == (
        f"The latest run has no group {small!r}, which was one of an earlier run: 5 of its 5 views are in "
        f"another group now, type `curate groups show {large}`."
    )


def test_a_group_of_which_nothing_is_left_and_one_that_never_was_name_a_list(grown, empty_workspace):
    with empty_workspace.transaction() as session:
        mine_groups(session, [], [])
    with pytest.raises(NotFoundError, match="nor any view of it: type `curate runs`"):
        review.group(empty_workspace, str(grown[1]))
    with pytest.raises(NotFoundError, match="no group 'abcdef': type `curate groups list`"):
        review.group(empty_workspace, "abcdef")


def test_a_group_that_grew_counts_as_judged_in_part(curate, grown):
    assert curate("progress").startswith("0 of 2 groups done; 2 left to vote on (1 judged in part), ")
    assert json.loads(curate("progress", "--json"))["partial"] == 1


def test_a_list_without_a_group_says_why(curate, grown, empty_workspace, tmp_path):
    assert curate("groups", "list", "--state", "rejected") == (
        "No group is rejected, but 1 open, 1 partial: `curate groups list` shows all.\n"
    )
    with empty_workspace.transaction() as session:
        mine_groups(session, [], [])
    assert curate("groups", "list") == NOTHING
    assert curate("groups", "list", "--state", "accepted") == NOTHING
    assert curate("groups", "sheets", str(tmp_path / "sheets")) == NOTHING
    assert curate("progress") == NOTHING
    assert json.loads(curate("groups", "list", "--json")) == []


def test_the_history_of_a_group_that_grew_tells_what_was_decided_on_the_one_it_grew_from(curate, grown):
    small, large = grown
    lines = curate("decide", "history", str(large)).splitlines()
    (row,) = (line for line in lines if "ada" in line)
    assert str(small)[:13] in row
    assert "accept (2 different)" in row
    assert json.loads(curate("decide", "history", str(large), "--json")) == []
    apart = next(
        each["group"]
        for each in json.loads(curate("groups", "list", "--json"))
        if each["group"] != str(large)
    )
    assert curate("decide", "history", apart) == "There is no such decision yet.\n"
