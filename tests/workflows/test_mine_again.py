"""Objects join what was mined before: the result is that of mining everything, and decisions are kept."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from chain import last
from curate.cli.app import app
from curate.cli.decide import said
from curate.database import mining, run_objects
from curate.records import Band
from curate.verdicts import Consensus
from curate.workflows import past_decisions, queue, queue_rule, review, stored_vectors
from curate.workflows.approval import approval
from curate.workflows.mine import mine
from curate.workflows.things import uuids
from curate.workspace import Workspace
from growing import OPTIONS, Growing
from stored_photos import hash_of, store_photo

EDGES = """
SELECT a.public_id, b.public_id, similarity FROM edges e JOIN mining_runs r ON r.id = run_id
JOIN objects a ON a.id = left_id JOIN objects b ON b.id = right_id WHERE r.public_id = :run ORDER BY 1, 2
"""
GROUPS = """
SELECT i.public_id, weakest, rank, o.public_id, similarity FROM groups g JOIN mining_runs r ON r.id = run_id
JOIN review_items i ON i.id = item_id JOIN group_members m ON m.group_id = g.id
JOIN objects o ON o.id = object_id WHERE r.public_id = :run ORDER BY 1, 3
"""


def outcome(workspace: Workspace, run: str):
    """All that a run is: edges, groups, counts, and what it tells the next run."""
    with workspace.transaction() as session:
        rows = [list(map(tuple, session.execute(text(sql), {"run": run}))) for sql in (EDGES, GROUPS)]
        found = mining.find_run(session, UUID(run))
        _, told = run_objects.latest(session, found.embedder_id, found.detector_id, found.parameters)
        counts = {
            key: found.counts[key] for key in found.counts if key not in ("seconds", "comparison", "joined")
        }
    return *rows, counts, told.keys.tolist(), _parts(told.photos), told.above.tolist(), told.full.tolist()


def _parts(photos: np.ndarray) -> list[int]:
    """Which objects share a photo, whatever it is called."""
    return np.unique(photos, return_index=True, return_inverse=True)[2].tolist()


def mine_all_again(workspace: Workspace, options=OPTIONS) -> dict:
    """As if nothing had been mined before: earlier runs are called otherwise and tell nothing."""
    with workspace.transaction() as session:
        session.execute(text("DELETE FROM run_objects"))
        session.execute(text("UPDATE mining_runs SET public_id = gen_random_uuid()"))
    found = last(mine(workspace, options))
    assert "joined" not in found
    return found


def take_down(workspace: Workspace, number: int) -> None:
    with workspace.transaction() as session:
        sha256 = store_photo(session, number).sha256
    done = CliRunner().invoke(app, ["--workspace", str(workspace.root), "takedown", sha256, "--yes"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("caps", [{}, {"top_k": 6, "max_degree": 7}], ids=["", "capped"])
def test_mined_bit_by_bit_is_mined_at_once(empty_workspace, seed, caps):
    random = np.random.default_rng(seed)
    options = replace(OPTIONS, **caps)
    growing = Growing(empty_workspace, seed, things=12)
    known = []
    for step in range(4):
        numbers = range(100 * step, 100 * step + 25 - 5 * step)
        photos = [(number, random.integers(0, 12, random.integers(1, 4)).tolist()) for number in numbers]
        growing.take_in(photos, noises=(0.15, 0.5))
        if known:  # one more that is like two others, which are one photo from now on
            growing.take_in([(1000 + step, [3, 4])], perceptual_hash=hash_of(known[0]))
            take_down(empty_workspace, int(random.choice(known[1:])))
        known += [number for number in numbers if number not in known]
        found = last(mine(empty_workspace, options))
    assert found["joined"]["compared_objects"] < found["objects"]
    assert found["joined"]["gone_objects"] > 0
    assert found["edges"] > 50
    assert found["objects_with_1_neighbours"] > found["objects_whose_nearest_1_lie_in_the_band"] > 0
    joined = outcome(empty_workspace, found["run"])
    assert outcome(empty_workspace, mine_all_again(empty_workspace, options)["run"]) == joined


def meet(growing: Growing) -> None:
    """A photo comes that is a near-duplicate of two that are none of each other."""
    growing.take_in([(52, [7])], perceptual_hash=hash_of(50) ^ 0b11111)


def part(growing: Growing) -> None:
    take_down(growing.workspace, 54)


def lose_the_nearest(growing: Growing) -> None:
    take_down(growing.workspace, 60)


@pytest.mark.parametrize("event", [meet, part, lose_the_nearest])
def test_what_happens_to_photos_between_two_runs_is_taken_into_account(empty_workspace, event):
    growing = Growing(empty_workspace)
    growing.take_in([(n, [n % 3]) for n in range(12)])
    # Two photos of the same things, ten bits apart; two more with one between them; a thing seen twice alike.
    for first, bits in ((50, (0, 0b1111111111)), (53, (0, 0b11111, 0b1111111111))):
        for number, changed in enumerate(bits, first):
            growing.take_in([(number, [0, 1])], perceptual_hash=hash_of(first) ^ changed)
    growing.take_in([(60, [9]), (61, [9])], noises=(0.05,))
    last(mine(empty_workspace, OPTIONS))
    event(growing)
    found = last(mine(empty_workspace, OPTIONS))
    assert found["joined"]["compared_objects"] < found["objects"]
    joined = outcome(empty_workspace, found["run"])
    assert outcome(empty_workspace, mine_all_again(empty_workspace)["run"]) == joined


THINGS = [(n, [n // 4]) for n in range(12)]
"""Four photos of each of three things."""


@pytest.fixture
def growing(empty_workspace) -> Growing:
    """Three groups of four views, mined."""
    growing = Growing(empty_workspace)
    growing.views = growing.take_in(THINGS)
    assert last(mine(empty_workspace, OPTIONS))["groups"] == 3
    return growing


def found_groups(workspace: Workspace) -> dict[frozenset[UUID], review.Group]:
    """The groups of the latest run by their members."""
    return {
        frozenset(view.object_.public_id for view in group.views): group for group in review.groups(workspace)
    }


def accepted_sets(workspace: Workspace) -> set[frozenset[UUID]]:
    """What may be exported as one thing."""
    with workspace.transaction() as session:
        approved = approval(session, Consensus(), with_automatic=False)
    ids = np.array([*map(str, approved.things.public_ids(np.arange(len(approved.home))))])
    return {
        frozenset(map(UUID, ids[approved.home == number])) for number in set(approved.home.tolist()) - {-1}
    }


def test_groups_that_nothing_joined_are_the_same_groups(empty_workspace, growing):
    before = found_groups(empty_workspace)
    new = growing.take_in([(20, [2]), (21, [5]), (22, [5]), (23, [5])])
    found = last(mine(empty_workspace, OPTIONS))
    assert found["joined"] | {"run": None} == {
        "run": None, "new_objects": 4, "gone_objects": 0, "compared_objects": 4,
        "groups_unchanged": 2, "groups_with_new_views": 0, "open_groups_with_new_views": 1,
        "groups_new": 1, "groups_gone": 0,
    }  # fmt: skip
    first, second, third = (frozenset(growing.views[n : n + 4]) for n in (0, 4, 8))
    after = found_groups(empty_workspace)
    assert set(after) == {first, second, third | {new[0]}, frozenset(new[1:])}
    assert [after[each] for each in (first, second)] == [before[each] for each in (first, second)]


def test_an_open_group_that_did_not_grow_as_a_whole_is_gone_and_a_decided_one_is_not_open(
    empty_workspace, growing
):
    first, second = (frozenset(growing.views[n : n + 4]) for n in (0, 4))
    groups = found_groups(empty_workspace)
    review.decide(empty_workspace, str(groups[first].public_id), "reject", reviewer="ada")
    review.decide(empty_workspace, str(groups[second].public_id), "accept", reviewer="ada")
    # The last one falls apart: there are more views than a group has room for.
    growing.take_in([(20, [0]), (21, [1]), *((30 + n, [2]) for n in range(3))], noises=(0.3,))
    found = last(mine(empty_workspace, OPTIONS))
    joined = found["joined"]
    third = frozenset(growing.views[8:12])
    assert not any(third <= members for members in found_groups(empty_workspace))
    assert joined["groups_with_new_views"] == 1
    assert joined["open_groups_with_new_views"] == 0
    assert joined["groups_gone"] == 3 - joined["groups_unchanged"] - 1


def test_new_views_of_an_accepted_group_are_asked_about_and_nothing_changes_until_then(
    empty_workspace, growing
):
    first, second = (frozenset(growing.views[n : n + 4]) for n in (0, 4))
    groups = found_groups(empty_workspace)
    other = growing.views[3]
    marks = {"different": [str(other)]}
    review.decide(empty_workspace, str(groups[first].public_id), "accept", marks=marks, reviewer="ada")
    review.decide(empty_workspace, str(groups[second].public_id), "accept", reviewer="ada")
    same, unlike = first - {other}, second
    assert accepted_sets(empty_workspace) == {same, unlike}
    # More views than a group has room for: left to themselves they would be grouped apart from the accepted.
    new = growing.take_in([(20 + n, [0]) for n in range(6)], noises=(0.25,))
    found = last(mine(empty_workspace, OPTIONS))
    after = found_groups(empty_workspace)
    (grown,) = (members for members in after if same < members)
    assert len(grown) == 6
    assert grown - same < set(new)
    assert after[second].state == "accepted"
    assert found["joined"]["groups_with_new_views"] == 1
    assert found["joined"]["groups_unchanged"] == 2
    assert accepted_sets(empty_workspace) == {same, unlike}
    assert after[grown].state == "partial"
    assert after[grown].kept == same
    shown = CliRunner().invoke(app, ["--workspace", str(empty_workspace.root), "queue", "show"])
    assert "1 accepted group has new views to judge." in shown.stdout

    seat = queue.Seat("bob", uuid4())
    cards = {card.item: card for card in queue.cards(empty_workspace, seat, 8).cards}
    card = cards.pop(after[grown].public_id)
    assert {card.members[n].object for n in card.new_views} == grown - same
    assert [each.new_views for each in cards.values()] == [()] * len(cards)
    wrong = card.members[card.new_views[0]].object
    vote = queue.Vote(uuid4(), card.item, card.version, "accept", {wrong: "different"})
    queue.vote(empty_workspace, seat, vote)
    assert accepted_sets(empty_workspace) == {grown - {wrong}, unlike}
    assert queue_rule.overview(empty_workspace).new_views == 0
    assert len(past_decisions.history(empty_workspace, str(groups[first].public_id))) == 1


def test_a_decision_that_keeps_no_new_view_is_told_as_their_rejection(empty_workspace, growing):
    first = frozenset(growing.views[:4])
    item = str(found_groups(empty_workspace)[first].public_id)
    review.decide(empty_workspace, item, "accept", marks={"variant": [str(growing.views[0])]}, reviewer="eve")
    assert told(empty_workspace, "eve") == ("accept (1 variant)", 0)
    review.decide(empty_workspace, item, "accept", reviewer="eve")
    growing.take_in([(20, [0]), (21, [0])], noises=(0.25,))
    last(mine(empty_workspace, OPTIONS))
    (grown,) = (members for members in found_groups(empty_workspace) if first < members)
    one, two = map(str, grown - first)
    item = str(found_groups(empty_workspace)[grown].public_id)
    for verdict, marks, words in (
        ("accept", {"different": [one], "variant": [two]}, ("reject 2 new (1 different, 1 variant)", 2)),
        ("accept", {"different": [one, two, str(growing.views[3])]}, ("reject 2 new (3 different)", 2)),
        ("accept", {"different": [one]}, ("accept (1 different)", 0)),
        ("accept", {"second": [one, two]}, ("accept (2 second)", 0)),
        ("accept", {}, ("accept", 0)),
        ("reject", {"variant": [one]}, ("reject (1 variant)", 0)),
        ("flag", {}, ("flag", 0)),
    ):
        review.decide(empty_workspace, item, verdict, marks=marks, reviewer="bob", reason="odd")
        assert told(empty_workspace, "bob") == words
        review.undo(empty_workspace, item, "bob")
        assert said(past_decisions.history(empty_workspace, limit=1)[0]) == "undo"
    review.undo(empty_workspace, None, "eve")  # one member less was accepted before
    review.decide(empty_workspace, item, "accept", marks={"different": [one, two]}, reviewer="bob")
    assert told(empty_workspace, "bob") == ("accept (2 different)", 0)


def test_rejecting_a_grown_group_by_command_says_how_to_keep_what_was_accepted(empty_workspace, growing):
    first = frozenset(growing.views[:4])
    review.decide(
        empty_workspace, str(found_groups(empty_workspace)[first].public_id), "accept", reviewer="eve"
    )
    growing.take_in([(20, [0]), (21, [0])], noises=(0.25,))
    last(mine(empty_workspace, OPTIONS))
    (grown,) = (members for members in found_groups(empty_workspace) if first < members)
    item = str(found_groups(empty_workspace)[grown].public_id)

    def command(*words):
        root = str(empty_workspace.root)
        return CliRunner().invoke(app, ["--workspace", root, "decide", *words, "--reviewer", "eve"])

    refused = command("reject", item)
    assert refused.exit_code == 1
    assert "2 views joined this group after it was accepted" in str(refused.exception)
    advised = str(refused.exception).partition("`curate decide ")[2].partition("`")[0]
    assert command(*advised.split()).exit_code == 0
    assert found_groups(empty_workspace)[grown].kept == first
    assert command("reject", item).exit_code == 0  # nothing is new any more
    assert command("undo", item).exit_code == command("undo", item).exit_code == 0
    assert command("reject", item, "--whole").exit_code == 0
    assert found_groups(empty_workspace)[grown].state == "rejected"


@pytest.mark.parametrize("other", ["eve", "ada"])
def test_where_the_group_was_rejected_meanwhile_no_view_was_new_to_it(empty_workspace, growing, other):
    first = frozenset(growing.views[:4])
    item = str(found_groups(empty_workspace)[first].public_id)
    review.decide(empty_workspace, item, "accept", reviewer="eve")
    growing.take_in([(20, [0]), (21, [0])], noises=(0.25,))
    last(mine(empty_workspace, OPTIONS))
    review.decide(empty_workspace, item, "reject", reviewer=other)
    (grown,) = (members for members in found_groups(empty_workspace) if first < members)
    marks = {"different": list(map(str, grown - first))}
    review.decide(
        empty_workspace,
        str(found_groups(empty_workspace)[grown].public_id),
        "accept",
        marks=marks,
        reviewer="bob",
    )
    assert told(empty_workspace, "bob") == ("accept (2 different)", 0)


def told(workspace: Workspace, reviewer: str) -> tuple[str, int]:
    """The newest decision as the history tells it, and how many new views its button says it rejects."""
    served = queue.cards(workspace, queue.Seat(reviewer, uuid4()), 0)
    return said(past_decisions.history(workspace, limit=1)[0]), served.last.rejected_new


def test_a_view_that_is_like_some_of_an_accepted_group_only_does_not_join_it(empty_workspace, growing):
    first = frozenset(growing.views[:4])
    before = found_groups(empty_workspace)
    review.decide(empty_workspace, str(before[first].public_id), "accept")
    # A view in a photo that is a near-duplicate of a member's can be no view besides that member.
    growing.take_in([(30, [0])], perceptual_hash=hash_of(0))
    found = last(mine(empty_workspace, OPTIONS))
    assert found["joined"]["groups_unchanged"] == 3
    assert found_groups(empty_workspace)[first].state == "accepted"


def test_where_a_member_is_taken_down_the_others_stay_and_new_views_join_them(empty_workspace, growing):
    first = frozenset(growing.views[:4])
    review.decide(empty_workspace, str(found_groups(empty_workspace)[first].public_id), "accept")
    take_down(empty_workspace, 0)
    last(mine(empty_workspace, OPTIONS))
    left = first - {growing.views[0]}
    assert found_groups(empty_workspace)[left].state == "accepted"
    (new,) = growing.take_in([(20, [0])])
    found = last(mine(empty_workspace, OPTIONS))
    assert found_groups(empty_workspace)[left | {new}].kept == left
    assert found["joined"]["groups_with_new_views"] == 1
    assert accepted_sets(empty_workspace) == {left}


def test_new_views_outside_the_band_are_counted_with_how_near_they_came(empty_workspace, growing):
    far = growing.take_in([(20, [0]), (21, [0])], noises=(2.0,))
    growing.take_in([(22, [30]), (23, [30])], noises=(0.05,))  # alike as copies are
    growing.take_in([(24, [1])])
    found = last(mine(empty_workspace, OPTIONS))
    assert found["joined"]["new_objects"] == 5
    with empty_workspace.transaction() as session:
        run = mining.latest_run(session)
        everything = mining.candidates(session, run.detector_id, run.embedder_id, OPTIONS.filter)
    ids = uuids(everything["public_id"])
    rows = stored_vectors.of_objects(empty_workspace, run.embedder_id, ids)
    products = rows[[ids.index(each) for each in far]] @ rows.T
    nearest = float(np.sort(products)[:, -2].max())  # but for themselves
    assert found["joined"]["outside"] | {"why": None} == {
        "objects": 4, "new": 5, "above_band": 2, "closest": pytest.approx(nearest, abs=1e-3),
        "band": (0.7, 0.95), "why": None,
    }  # fmt: skip
    words = (
        "4 of 5 new objects have nothing in the band of 0.7 to 0.95, 2 lie above it, as copies of a photo "
        f"do, the most similar below it has {found['joined']['outside']['closest']:.3f}: if they are the "
        "same thing, type another --band; `curate analyse` shows how similar the nearest are."
    )
    assert found["joined"]["outside"]["why"] == words


def test_of_new_views_whose_edges_a_cap_may_have_taken_nothing_is_said(empty_workspace):
    growing = Growing(empty_workspace)
    capped = replace(OPTIONS, band=Band(0.5, 0.999, "tests"), min_views=2, max_size=3, top_k=3, max_degree=3)
    growing.take_in([(n, [0]) for n in range(12)], noises=(0.25,))
    last(mine(empty_workspace, capped))
    growing.take_in([(20, [0])], noises=(1.0,))
    found = last(mine(empty_workspace, capped))
    assert found["joined"]["new_objects"] == 1
    assert found["comparison"]["edges_dropped"] > 0
    assert "outside" not in found["joined"]


def test_with_other_options_or_too_many_new_objects_everything_is_compared(empty_workspace, growing):
    growing.take_in([(100 + n, [n % 40] * 10) for n in range(100)])
    other = replace(OPTIONS, min_views=1)
    assert "joined" not in last(mine(empty_workspace, other))
    found = last(mine(empty_workspace, OPTIONS))
    assert found["joined"]["compared_objects"] == found["objects"] == 1012
    assert found["joined"]["new_objects"] == 1000
    first = outcome(empty_workspace, found["run"])
    assert outcome(empty_workspace, mine_all_again(empty_workspace)["run"]) == first


def test_killed_between_runs_it_joins_the_last_one_that_ended(empty_workspace, growing):
    growing.take_in([(20, [0])])
    steps = mine(empty_workspace, OPTIONS)
    while next(steps).stage != "compare":
        pass
    steps.close()
    growing.take_in([(21, [1])])
    found = last(mine(empty_workspace, OPTIONS))
    assert found["joined"]["new_objects"] == found["joined"]["compared_objects"] == 2
    whole = outcome(empty_workspace, found["run"])
    assert outcome(empty_workspace, mine_all_again(empty_workspace)["run"]) == whole


def test_the_command_says_what_joined(empty_workspace, growing):
    words = ["--workspace", str(empty_workspace.root), "mine", "--band", "0.7", "0.95"]
    words += ["--min-views", "2", "--max-size", "6", "--min-confidence", "0", "--min-share", "0"]
    words += ["--max-share", "1", "--min-side", "1"]
    CliRunner().invoke(app, words)
    growing.take_in([(20, [2]), (21, [5])])
    done = CliRunner().invoke(app, words)
    joined = "2 new objects compared: 0 groups new, 0 accepted groups have new views, 1 open group has new "
    joined += "views, 2 unchanged, 0 gone.\n"
    alone = "1 of 2 new objects has nothing in the band of 0.7 to 0.95, the most similar below it has 0."
    assert done.stderr.startswith(joined + alone)
