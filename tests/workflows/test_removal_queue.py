"""The queue of removals: cases are held whole, one accepted removal settles them, votes are stored once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from curate.database.removal_votes import backgrounds
from curate.database.removals import every
from curate.database.tables import CaseLease, Decision
from curate.errors import ConflictError, SettingsError
from curate.verdicts import Consensus
from curate.workflows import queue_rule, removal_queue, review
from curate.workflows.removal_queue import CasesLeft, Said, Vote
from queued import workspace_at
from removal_rows import add_removal, queue_removals


@pytest.fixture
def opened(database_url, tmp_path):
    with workspace_at(database_url, tmp_path) as workspace:
        yield workspace


def made(opened, count=1, **options):
    with opened.transaction() as session:
        return queue_removals(session, count, **options)


def sit(name, desk="review"):
    return removal_queue.seat(name, uuid4(), desk)


def said(output, verdict, reason=None):
    return Vote(uuid4(), output.removal, output.version, verdict, {}, reason)


def served(opened, seat, want=8, have=()):
    return removal_queue.cases(opened, seat, want, have).cases


def accept(opened, seat, output):
    return removal_queue.vote(opened, seat, said(output, "accept"))


def reject(opened, seat, output, reason="seam"):
    return removal_queue.vote(opened, seat, said(output, "reject", reason))


def refusal(call, *arguments):
    with pytest.raises(ConflictError) as refused:
        call(*arguments)
    return refused.value.code


def run_out(opened):
    with opened.transaction() as session:
        session.execute(text("UPDATE removal_leases SET expires_at = now() - interval '1 s'"))


def test_a_case_shows_every_removal_and_two_seats_never_get_one(opened):
    made(opened, 3, suggested={0: ["residual"]})
    ada, bob = sit("ada"), sit("bob")
    first = served(opened, ada, 2)
    assert [[each.remover for each in case.outputs] for case in first] == [["lama", "telea"]] * 2
    assert all(output.wanted and output.version == 0 for case in first for output in case.outputs)
    (other,) = served(opened, bob)
    assert other.object not in {case.object for case in first}
    assert served(opened, sit("cyd")) == ()
    assert served(opened, sit("ada")) == ()
    assert served(opened, ada) == first  # as after the page was loaded again


def test_an_accepted_removal_settles_the_case_and_the_others_stay_without_a_vote(opened):
    made(opened)
    ada = sit("ada")
    (case,) = served(opened, ada)
    voted = accept(opened, ada, case.outputs[1])
    assert voted.left == CasesLeft(open=0, mine=1, adjudicate=0, elsewhere=0, any=True)
    assert (voted.last.removal, voted.last.object) == (case.outputs[1].removal, case.object)
    assert served(opened, sit("bob")) == served(opened, ada) == ()
    with opened.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1
        assert session.scalar(select(func.count()).select_from(CaseLease)) == 0


def test_after_a_rejected_removal_the_seat_keeps_the_case_for_the_next_one(opened):
    made(opened)
    ada, bob = sit("ada"), sit("bob")
    (case,) = served(opened, ada)
    lama, telea = case.outputs
    reject(opened, ada, lama)
    assert served(opened, bob) == ()
    ((again),) = served(opened, ada)
    assert [output.wanted for output in again.outputs] == [False, True]
    assert again.outputs[0].mine == Said("reject", "seam")
    assert reject(opened, ada, telea, "residual: the handle").left.open == 0
    assert served(opened, ada) == served(opened, bob) == ()


def test_whoever_holds_the_case_may_come_back_to_what_they_rejected(opened):
    made(opened)
    ada = sit("ada")
    (case,) = served(opened, ada)
    lama = case.outputs[0]
    first = reject(opened, ada, lama)
    changed = accept(opened, ada, replace(lama, version=first.version))
    assert (changed.version, changed.left.open) == (2, 0)


def test_a_vote_that_comes_too_late_or_twice_is_refused_or_answered_as_before(opened):
    made(opened)
    ada, bob = sit("ada"), sit("bob")
    (case,) = served(opened, ada)
    lama = case.outputs[0]
    vote = said(lama, "reject", "seam: left ")
    assert refusal(removal_queue.vote, opened, bob, vote) == "taken"
    assert refusal(removal_queue.vote, opened, ada, replace(vote, reason=None)) == "verdict"
    assert refusal(removal_queue.vote, opened, ada, replace(vote, verdict="flag", reason=None)) == "verdict"
    first = removal_queue.vote(opened, ada, vote)
    assert removal_queue.vote(opened, ada, vote) == first
    assert refusal(removal_queue.vote, opened, ada, replace(vote, reason="blur")) == "stale"
    assert refusal(removal_queue.vote, opened, ada, replace(vote, event=uuid4())) == "stale"
    with opened.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_a_lease_that_ran_out_is_good_until_somebody_else_takes_the_case(opened):
    made(opened, 2)
    ada, bob = sit("ada"), sit("bob")
    first, second = served(opened, ada)
    run_out(opened)
    assert served(opened, bob, 1) == (first,)
    assert refusal(accept, opened, ada, first.outputs[0]) == "taken"
    assert removal_queue.heartbeat(opened, ada, [first.object, second.object]) == (second.object,)
    assert accept(opened, ada, second.outputs[0]).new
    assert removal_queue.leave(opened, bob) == 1
    assert served(opened, ada) == (first,)


def test_an_undone_verdict_brings_the_case_back_and_only_the_last_one_does(opened):
    made(opened, 2)
    ada = sit("ada")
    first, second = served(opened, ada)
    earlier = accept(opened, ada, first.outputs[0])
    later = reject(opened, ada, second.outputs[0])
    assert refusal(removal_queue.undo, opened, ada, uuid4(), earlier.decision) == "nothing"
    assert refusal(removal_queue.undo, opened, sit("bob"), uuid4(), later.decision) == "nothing"
    event = uuid4()
    undone = removal_queue.undo(opened, ada, event, later.decision)
    assert (undone.case.object, undone.case.outputs[0].mine) == (second.object, None)
    assert (undone.case.outputs[0].version, undone.case.outputs[0].wanted) == (2, True)
    assert removal_queue.undo(opened, ada, event, later.decision).decision == later.decision
    undone = removal_queue.undo(opened, ada, uuid4(), earlier.decision)
    assert undone.case == replace(first, outputs=(replace(first.outputs[0], version=2), *first.outputs[1:]))
    assert undone.left.mine == 0


def test_a_skipped_case_comes_last_and_others_may_have_it(opened):
    made(opened, 3)
    ada = sit("ada")
    first, second, third = served(opened, ada)
    after = removal_queue.skip(opened, ada, first.object, 3, [second.object, third.object])
    assert after.cases == (first,)
    removal_queue.leave(opened, ada)
    assert [case.object for case in served(opened, ada)] == [second.object, third.object, first.object]


def test_a_case_that_is_asked_for_comes_first_if_it_is_free(opened):
    made(opened, 3)
    ada, bob = sit("ada"), sit("bob")
    *_, third = served(opened, ada)
    assert refusal(removal_queue.cases, opened, bob, 1, [], third.object) == "taken"
    removal_queue.leave(opened, ada)
    assert removal_queue.cases(opened, bob, 1, [], third.object).cases == (third,)


def test_two_of_three_people_must_agree_and_nobody_sees_what_others_said(opened):
    made(opened)
    queue_rule.set_consensus(opened, Consensus(2, 3), "removal")
    ada, bob, cyd = sit("ada"), sit("bob"), sit("cyd")
    (case,) = served(opened, ada)
    assert served(opened, bob) == (case,)
    assert served(opened, cyd) == ()  # two votes are wanted, two people are at it
    assert accept(opened, ada, case.outputs[0]).left.open == 1
    reject(opened, bob, case.outputs[0])
    accept(opened, bob, case.outputs[1])
    (third,) = served(opened, cyd)
    assert all((o.mine, o.votes, o.wanted, o.version) == (None, (), True, 0) for o in third.outputs)
    assert accept(opened, cyd, third.outputs[1]).left.open == 0
    states = {str(row) for row in _states(opened)}
    assert states == {"accepted"}


def test_who_accepted_a_removal_that_the_others_rejected_is_asked_about_the_rest(opened):
    made(opened)
    queue_rule.set_consensus(opened, Consensus(2, 3), "removal")
    ada, bob, cyd = sit("ada"), sit("bob"), sit("cyd")
    (case,) = served(opened, ada)
    lama, _ = case.outputs
    accept(opened, ada, lama)
    assert served(opened, ada) == ()
    for seat in (bob, cyd):
        served(opened, seat)
        reject(opened, seat, lama)
        removal_queue.leave(opened, seat)
    ((again),) = served(opened, ada)
    assert [output.wanted for output in again.outputs] == [False, True]


def test_disputes_and_flags_wait_for_an_adjudicator_who_sees_the_votes(opened):
    made(opened, 2, removers=("lama",))
    queue_rule.set_consensus(opened, Consensus(2, 2), "removal")
    ada, bob, eve = sit("ada"), sit("bob"), sit("eve", "adjudicate")
    first, second = served(opened, ada)
    assert len(served(opened, bob)) == 2
    accept(opened, ada, first.outputs[0])
    reject(opened, bob, first.outputs[0], "blur: soft")
    told = removal_queue.vote(opened, ada, said(second.outputs[0], "flag", "a face"))
    assert (told.left.open, told.left.adjudicate) == (0, 2)
    assert refusal(accept, opened, bob, second.outputs[0]) == "taken"
    disputed, flagged = served(opened, eve)
    assert [output.votes for output in disputed.outputs] == [
        (Said("accept", None), Said("reject", "blur: soft"))
    ]
    assert flagged.outputs[0].flag_reasons == ("a face",)
    assert served(opened, sit("mia", "adjudicate")) == ()
    reject(opened, eve, disputed.outputs[0])
    assert accept(opened, eve, flagged.outputs[0]).left.adjudicate == 0
    assert refusal(accept, opened, eve, replace(flagged.outputs[0], version=1)) == "stale"
    assert _states(opened) == ["rejected", "accepted"]


def test_a_flag_holds_the_object_with_all_its_removals_until_an_adjudicator_has_ruled(opened):
    made(opened)
    ada, bob, eve = sit("ada"), sit("bob"), sit("eve", "adjudicate")
    (case,) = served(opened, ada)
    lama, telea = case.outputs
    told = removal_queue.vote(opened, ada, said(lama, "flag", "a face is in the photo"))
    assert (told.left.open, told.left.adjudicate, told.cases) == (0, 1, ())
    assert refusal(accept, opened, ada, telea) == "taken"
    assert served(opened, bob) == ()
    review.decide(opened, str(telea.removal), "accept", reviewer="bob")  # at the command line
    assert _states(opened) == ["flagged"]
    assert _background(opened, case) is None
    (waiting,) = served(opened, eve)
    assert [output.wanted for output in waiting.outputs] == [True, False]
    reject(opened, eve, waiting.outputs[0])
    assert _states(opened) == ["accepted"]
    assert _background(opened, case) == telea.removal


def test_people_who_each_accept_another_removal_are_in_dispute(opened):
    made(opened)
    queue_rule.set_consensus(opened, Consensus(2, 2), "removal")
    ada, bob, cyd, eve = sit("ada"), sit("bob"), sit("cyd"), sit("eve", "adjudicate")
    (case,) = served(opened, ada)
    served(opened, bob)
    assert accept(opened, ada, case.outputs[0]).left.open == 1
    told = accept(opened, bob, case.outputs[1])
    assert (told.left.open, told.left.adjudicate) == (0, 1)
    assert served(opened, cyd) == ()
    (waiting,) = served(opened, eve)
    assert [output.wanted for output in waiting.outputs] == [True, True]
    accept(opened, eve, waiting.outputs[1])
    assert _states(opened) == ["accepted"]
    assert _background(opened, case) == case.outputs[1].removal


def test_what_an_adjudicator_began_to_settle_stays_at_their_desk_until_it_is_settled(opened):
    made(opened)
    ada, bob, eve = sit("ada"), sit("bob"), sit("eve", "adjudicate")
    (case,) = served(opened, ada)
    removal_queue.vote(opened, ada, said(case.outputs[0], "flag", "not for the set"))
    (waiting,) = served(opened, eve)
    assert reject(opened, eve, waiting.outputs[0]).left.open == 0
    assert served(opened, bob) == ()
    (again,) = served(opened, eve)
    assert [output.wanted for output in again.outputs] == [False, True]
    assert reject(opened, eve, again.outputs[1]).left.adjudicate == 0
    assert _states(opened) == ["rejected"]


def _background(opened, case):
    with opened.transaction() as session:
        found = backgrounds(session, [case.object], with_automatic=False)
    return found[case.object][0].public_id if found else None


def test_what_an_adjudicator_flags_once_more_is_served_to_them_last(opened):
    made(opened, 2, removers=("lama",))
    for case in served(opened, ada := sit("ada")):
        removal_queue.vote(opened, ada, said(case.outputs[0], "flag", "odd"))
    eve = sit("eve", "adjudicate")
    first, second = served(opened, eve)
    removal_queue.vote(opened, eve, said(first.outputs[0], "flag", "ask the client"))
    removal_queue.leave(opened, eve)
    assert [case.object for case in served(opened, eve)] == [second.object, first.object]


def test_a_decision_at_the_command_line_takes_the_case_from_whoever_has_it_on_the_screen(opened):
    made(opened, 2)
    ada = sit("ada")
    first, second = served(opened, ada)
    review.decide(opened, str(first.outputs[1].removal), "accept", reviewer="bob")
    review.decide(opened, str(second.outputs[1].removal), "reject", reviewer="bob", reason="residual")
    assert removal_queue.heartbeat(opened, ada, [first.object, second.object]) == (second.object,)
    assert refusal(reject, opened, ada, first.outputs[0]) == "taken"
    assert refusal(reject, opened, ada, second.outputs[1]) == "taken"
    assert accept(opened, ada, second.outputs[0]).left.open == 0
    review.undo(opened, str(first.outputs[1].removal), "bob")
    assert [case.object for case in served(opened, ada)] == [first.object]


def test_one_more_removal_opens_a_rejected_case_again_and_no_accepted_one(opened):
    wanted, settled = made(opened, 2, removers=("telea",))
    ada = sit("ada")
    for case in served(opened, ada):
        (reject if case.object == wanted else accept)(opened, ada, case.outputs[0])
    with opened.transaction() as session:
        for object_id in (wanted, settled):
            add_removal(session, object_id, "lama")
    ((case),) = served(opened, ada)
    assert case.object == wanted
    assert [(output.remover, output.wanted) for output in case.outputs] == [("lama", True), ("telea", False)]


def test_an_order_is_for_removals_or_groups_and_nothing_else(opened):
    made(opened, 8, removers=("lama",), suggested={n: ["seam"] * n for n in range(8)})

    def by_order():
        rows = (
            "SELECT o.public_id FROM removal_queue JOIN objects o ON o.id = object_id"
            " WHERE NOT random_draw ORDER BY position"
        )
        with opened.transaction() as session:
            return list(session.scalars(text(rows)))

    assert by_order() == sorted(by_order(), reverse=True)  # the later objects have more suggested reasons
    queue_rule.set_ordering(opened, "likely", "removal")
    assert len(by_order()) == 6
    assert by_order() == sorted(by_order())
    with pytest.raises(SettingsError, match="No queue serves items of kind 'pair'"):
        queue_rule.set_ordering(opened, "likely", "pair")


@pytest.mark.parametrize("consensus", [Consensus(1, 1), Consensus(2, 3)])
def test_many_hands_at_once_settle_every_case_and_ask_nobody_too_often(opened, consensus):
    made(opened, 10)
    queue_rule.set_consensus(opened, consensus, "removal")
    names = ("ada", "bob", "cyd", "dan")
    together = Barrier(len(names))

    def work(name):
        seat, dice, judged = sit(name), Random(name), []
        together.wait()
        while removal_queue.cases(opened, seat, 1).left.open:
            for case in served(opened, seat, 2):
                for output in (output for output in case.outputs if output.wanted):
                    accepts = dice.random() < 0.5
                    try:
                        (accept if accepts else reject)(opened, seat, output)
                    except ConflictError:  # others settled it meanwhile
                        continue
                    judged.append(output.removal)
                    if accepts:
                        break
        return judged

    with ThreadPoolExecutor(len(names)) as pool:
        judged = Counter(removal for found in pool.map(work, names) for removal in found)
    assert max(judged.values()) <= consensus.asked
    with opened.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == judged.total()
        assert session.scalar(select(func.count()).select_from(CaseLease)) == 0
    split = {"disputed"} if consensus.asked > 1 else set()
    assert set(_states(opened)) <= {"accepted", "rejected"} | split


def test_a_queue_that_is_made_anew_says_what_it_said(opened):
    """As after an upgrade from a version without it."""
    queue_rule.set_consensus(opened, Consensus(2, 3), "removal")
    dice, names = Random(5), ("ada", "bob", "cyd", "dan")
    removals = [removal for object_id in made(opened, 10) for removal in _removals_of(opened, object_id)]
    for _ in range(60):
        verdict = dice.choice(("accept", "reject", "flag"))
        reviewer, removal = dice.choice(names), dice.choice(removals)
        review.decide(
            opened, str(removal), verdict, reviewer=reviewer, reason="seam", adjudicates=dice.random() < 0.1
        )
    before = _rows(opened)
    assert {state for _, state, _, _ in before} >= {"open", "accepted", "flagged"}
    with opened.transaction() as session:
        session.execute(text("DELETE FROM removal_queue"))
    removal_queue.refresh(opened)
    assert _rows(opened) == before
    seen = {case.object for case in served(opened, sit("eve"), 20)}
    assert len(seen) == sum(wanted > 0 for _, _, wanted, _ in before)


def _removals_of(opened, object_id):
    with opened.transaction() as session:
        return sorted(row.public_id for row in every(session, [object_id]))


def _rows(opened):
    with opened.transaction() as session:
        rows = "SELECT object_id, state, votes_wanted, voters FROM removal_queue ORDER BY object_id"
        return [tuple(row) for row in session.execute(text(rows))]


def _states(opened):
    with opened.transaction() as session:
        return list(session.scalars(text("SELECT state FROM removal_queue ORDER BY object_id")))
