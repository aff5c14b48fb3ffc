"""Pairs in the database: added once, superseded in turn, never changed; what is settled of them."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from curate.database import (
    approval_columns,
    decisions,
    frames,
    object_names,
    pair_checks,
    pair_votes,
    pairs,
    photos,
    rules,
    shoots,
    waiting_photos,
)
from curate.database.connection import engine
from curate.database.decisions import Recorded, Said
from curate.database.pair_checks import FILES, Measurement
from curate.errors import ConflictError, DecisionError, NotFoundError
from curate.pair_verdicts import NO_CHECK
from curate.verdicts import ACCEPTED, DISPUTED, FLAGGED, OPEN, REJECTED, Consensus
from stored_photos import store_photo


@pytest.fixture
def database(database_url: str):
    opened = engine(database_url)
    yield opened
    opened.dispose()


def frame(session: Session, number: int, sender: str = "ada") -> frames.KnownFrame:
    ref = store_photo(session, number)
    frames.record(session, ref.id, sender, f"{number}.jpg")
    return frames.only(session, ref.sha256)


def add(session: Session, one: int, other: int, photographer: str = "ada") -> UUID:
    """A pair of the photos with these numbers."""
    shoot = shoots.ensure(session, photographer, "table")
    factual, counterfactual = frame(session, one, photographer), frame(session, other, photographer)
    session.flush()
    options = {"shoot_id": shoot.id, "kind": "pair", "object_name": None, "by": photographer}
    pairs.record(session, factual, counterfactual, **options)
    return pairs.pair_id(factual.sha256, counterfactual.sha256)


def check(
    session: Session,
    pair: UUID,
    verdict: str = "pass",
    fingerprint: str = "f",
    includes: str | None = None,
    **values: str,
) -> None:
    key = pairs.find(session, str(pair)).pair.id
    given = pair_checks.masks(session, key)
    what = Measurement(key, fingerprint, given[0].sha256 if given else None, includes)
    report = {"numbers": {"findings": [], "swapped": False}, "models": "not asked"}
    told = {"verdict": verdict, "sentence": f"It is a {verdict}.", "report": report, "alignment": None}
    pair_checks.record(session, what, {**told, **dict.fromkeys(FILES, "0" * 64), **values})


def say(session: Session, pair: UUID, verdict: str, reviewer: str = "bob", **options: object) -> Recorded:
    reason = options.pop("reason", "blur" if verdict == "reject" else None)
    return decisions.decide(session, pair, Said(verdict, reason=reason), reviewer=reviewer, **options)


def state(session: Session, pair: UUID) -> str:
    key = pairs.find(session, str(pair)).pair.item_id
    return pair_votes.settled(session, [key], with_automatic=False)[key].name


@pytest.fixture
def session(database: Engine):
    with Session(database) as opened, opened.begin():
        yield opened


@pytest.fixture
def pair(session: Session) -> UUID:
    made = add(session, 1, 2)
    check(session, made)
    return made


def test_the_same_two_frames_are_one_pair_and_the_other_way_round_another(session):
    assert add(session, 1, 2) == add(session, 1, 2) != add(session, 2, 1)
    assert [row.public_id for row in pairs.every(session)] == [add(session, 2, 1), add(session, 1, 2)]


def test_only_the_photographer_s_own_pairs_are_seen(session):
    mine, foreign = add(session, 1, 2), add(session, 3, 4, "eve")
    assert [row.public_id for row in pairs.every(session, "ada")] == [mine]
    with pytest.raises(NotFoundError) as unseen:
        pairs.find(session, str(foreign), "ada")
    with pytest.raises(NotFoundError) as unknown:
        pairs.find(session, str(UUID(int=0)), "ada")
    assert str(unseen.value).replace(str(foreign), "") == str(unknown.value).replace(str(UUID(int=0)), "")


def test_a_frame_s_sha256_is_not_enough_to_use_it(session):
    foreign = frame(session, 1, "eve")
    with pytest.raises(NotFoundError, match="send the file first"):
        frames.only(session, foreign.sha256, "ada")
    frames.record(session, foreign.key, "ada", "again.jpg")
    assert frames.only(session, foreign.sha256, "ada") == foreign


def test_frames_are_left_alone_by_detectors_embedders_and_mining(session):
    add(session, 1, 2)
    other = store_photo(session, 3)
    which = waiting_photos.to_detect(1, "d" * 64, retry_failed=False)
    assert [ref.id for ref in waiting_photos.page(session, which, 0, 10)] == [other.id]
    assert approval_columns.photos(session, *waiting_photos.can_be_mined())["key"].tolist() == [other.id]
    assert len(photos.all_hashes(session)[0]) == 3


def test_a_pair_gives_way_to_one_pair_only_and_comes_back_when_that_one_gives_way_to_it(session):
    first, second, third = add(session, 1, 2), add(session, 2, 1), add(session, 1, 3)
    pairs.supersede(session, first, second, "ada")
    pairs.supersede(session, first, second, "ada")
    assert pairs.find(session, str(first)).superseded_by == second
    with pytest.raises(DecisionError, match=f"{second} took the place"):
        pairs.supersede(session, first, third, "ada")
    pairs.supersede(session, second, first, "ada")
    assert pairs.find(session, str(first)).superseded_by is None
    assert pairs.find(session, str(second)).superseded_by == first
    assert len(pairs.successions(session, first)) == 2


def test_a_pair_that_gave_way_comes_back_in_the_place_of_its_own_last_successor_only(session):
    first, second, third, other = (add(session, 1, number) for number in (2, 3, 4, 5))
    pairs.supersede(session, first, second, "ada")
    with pytest.raises(DecisionError, match=f"{second} took the place of {first}"):
        pairs.supersede(session, other, first, "ada")
    pairs.supersede(session, second, third, "ada")
    with pytest.raises(DecisionError, match=f"{third} took the place of {first}"):
        pairs.supersede(session, other, first, "ada")
    pairs.supersede(session, third, first, "ada")
    standing = {row.public_id for row in pairs.every(session) if row.superseded_by is None}
    assert standing == {first, other}


@pytest.mark.parametrize(
    "table",
    ["pairs", "pair_successions", "pair_masks", "pair_checks", "pair_object_names", "shoot_corrections"],
)
def test_rows_are_only_ever_added(database, table):
    with Session(database) as session, session.begin():
        one, other = add(session, 1, 2), add(session, 2, 1)
        pairs.supersede(session, one, other, "ada")
        pair_checks.add_mask(session, pairs.find(session, str(one)).pair.id, "a" * 64, "ada")
        check(session, one)
        row = pairs.find(session, str(one))
        object_names.rename(session, [row.pair.id], "jug", "ada")
        shoots.correct(session, row.shoot, "licence", "CC0-1.0", "ada")
    for change in (f"UPDATE {table} SET id = DEFAULT", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
            connection.execute(text(change))


def test_a_nameless_object_gets_a_name_once_and_nothing_else_of_a_pair_changes(database):
    with Session(database) as session, session.begin():
        add(session, 1, 2)
    for change, refused in (
        ("object_name = 'jug', kind = 'burst'", True),
        ("object_name = 'jug'", False),
        ("object_name = 'vase'", True),
        ("object_name = NULL", True),
    ):
        refusal = pytest.raises(DBAPIError, match="append-only") if refused else nullcontext()
        with refusal, database.begin() as connection:
            connection.execute(text(f"UPDATE pairs SET {change}"))


def test_the_current_check_is_the_newest_one_made_with_the_newest_mask(session, pair):
    key = pairs.find(session, str(pair)).pair.id
    check(session, pair, "warn", "g")
    assert pair_checks.current(session)[key].verdict == "warn"
    pair_checks.add_mask(session, key, "a" * 64, "ada")
    assert pair_checks.current(session) == {}
    assert pair_checks.measured(session, "g") == set()
    check(session, pair, "pass", "g")
    check(session, pair, "fail", "g")  # was measured before, and that stays
    assert pair_checks.current(session)[key].verdict == "pass"
    assert pair_checks.measured(session, "g") == {key}
    assert len(pair_checks.of_pair(session, key)) == 3


def test_a_measurement_that_is_asked_for_again_is_current_again(session, pair):
    key = pairs.find(session, str(pair)).pair.id
    check(session, pair, "fail", "g")
    assert pair_checks.measured(session, "f") == set()
    check(session, pair, "pass", "f")
    assert pair_checks.current(session)[key].verdict == "pass"
    assert pair_checks.measured(session, "f") == {key}
    assert len(pair_checks.of_pair(session, key)) == 3


def test_pictures_that_come_out_differently_are_named_by_a_check_of_their_own(session, pair):
    key = pairs.find(session, str(pair)).pair.id
    for encoder in ("1", "1", "2"):
        check(session, pair, mask_sha256=encoder * 64)
        assert pair_checks.current(session)[key].mask_sha256 == encoder * 64
    assert len(pair_checks.of_pair(session, key)) == 3


def test_a_check_without_models_never_takes_the_place_of_one_with_them(session, pair):
    key = pairs.find(session, str(pair)).pair.id
    check(session, pair, "fail", "f and models", includes="f")
    for pictures in ("0" * 64, "1" * 64):
        check(session, pair, "pass", "f", mask_sha256=pictures)
        assert pair_checks.current(session)[key].verdict == "fail"
    assert pair_checks.measured(session, "f") == {key}
    check(session, pair, "pass", "g")  # newer checks
    assert pair_checks.current(session)[key].verdict == "pass"


def test_an_acceptance_holds_for_the_masks_it_was_given_on(session, pair):
    say(session, pair, "accept")
    check(session, pair, "pass", "g")  # the same masks
    assert state(session, pair) == ACCEPTED
    check(session, pair, "pass", "h", mask_sha256="1" * 64)
    assert state(session, pair) == OPEN
    assert say(session, pair, "accept").new
    assert state(session, pair) == ACCEPTED
    pair_checks.add_mask(session, pairs.find(session, str(pair)).pair.id, "a" * 64, "ada")
    assert state(session, pair) == OPEN
    check(session, pair, "pass", "h", effect_sha256="2" * 64)
    assert state(session, pair) == OPEN


def test_a_decision_on_another_check_than_the_current_one_is_refused(session):
    pair = add(session, 1, 2)
    key = pairs.find(session, str(pair)).pair.id
    said = Said("reject", reason="blur", seen=NO_CHECK)
    stored = decisions.decide(session, pair, said, reviewer="eve", event_id=UUID(int=9))
    check(session, pair)
    seen = pair_checks.check_id(pair, pair_checks.current(session)[key])
    check(session, pair, "warn", "g")
    for stale in (seen, NO_CHECK):
        with pytest.raises(ConflictError, match="measured again meanwhile"):
            decisions.decide(session, pair, Said("accept", seen=stale), reviewer="bob")
    again = decisions.decide(session, pair, said, reviewer="eve", event_id=UUID(int=9))
    assert again.public_id == stored.public_id
    check(session, pair)
    assert decisions.decide(session, pair, Said("accept", seen=seen), reviewer="bob").new


def test_a_pair_is_accepted_rejected_flagged_and_undone_like_a_group(session, pair):
    assert state(session, pair) == OPEN
    assert say(session, pair, "accept").kind == "pair"
    assert not say(session, pair, "accept").new
    assert state(session, pair) == ACCEPTED
    assert say(session, pair, "reject").new
    assert say(session, pair, "reject", reason="other: a fly").new
    assert state(session, pair) == REJECTED
    say(session, pair, "flag", "eve", reason="is that one object?")
    assert state(session, pair) == FLAGGED
    decisions.undo(session, "eve")
    for _ in range(3):
        decisions.undo(session, "bob", pair)
    assert state(session, pair) == OPEN


@pytest.mark.parametrize(
    ("verdict", "reason", "sentence"),
    [
        ("reject", None, "begin it with one of camera_moved"),
        ("reject", "ugly", r"'ugly' is none of the reasons \(camera_moved, .*--reason 'other: ugly'"),
        ("flag", None, "flag needs a reason"),
        ("flag", " ", "flag needs a reason"),
        ("maybe", None, "no verdict 'maybe'"),
    ],
)
def test_what_cannot_be_said_of_a_pair_is_refused(session, pair, verdict, reason, sentence):
    with pytest.raises(DecisionError, match=sentence):
        say(session, pair, verdict, reason=reason)


def test_a_failed_check_is_overruled_by_an_adjudicator_with_a_reason_only(session):
    pair = add(session, 1, 2)
    with pytest.raises(DecisionError, match="not checked yet"):
        say(session, pair, "accept")
    check(session, pair, "fail")
    for options in (
        {},
        {"adjudicates": True},
        {"adjudicates": True, "reason": " "},
        {"reason": "it is fine"},
    ):
        with pytest.raises(DecisionError, match=r"It is a fail\. Only an adjudicator"):
            say(session, pair, "accept", **options)
    with pytest.raises(DecisionError, match="--reason WHY is missing"):
        say(session, pair, "accept", adjudicates=True)
    say(session, pair, "reject")
    say(session, pair, "accept", "judy", reason="the shift is wanted", adjudicates=True)
    assert state(session, pair) == ACCEPTED


def test_people_who_accepted_are_in_dispute_with_a_check_that_fails_later(session, pair):
    say(session, pair, "accept")
    check(session, pair, "fail", "g")
    assert state(session, pair) == DISPUTED


def test_a_ruling_covers_the_check_it_was_made_on_and_no_later_failure(session, pair):
    say(session, pair, "accept", "judy", reason="good", adjudicates=True)
    check(session, pair, "fail", "g")
    assert state(session, pair) == DISPUTED
    assert say(session, pair, "accept", "judy", reason="good", adjudicates=True).new
    assert state(session, pair) == ACCEPTED
    check(session, pair, "fail", "h")
    assert state(session, pair) == DISPUTED


def test_a_superseded_pair_is_not_accepted_and_says_which_took_its_place(session, pair):
    newer = add(session, 1, 3)
    pairs.supersede(session, pair, newer, "ada")
    with pytest.raises(DecisionError, match=f"The pair {newer} took the place"):
        say(session, pair, "accept")
    say(session, pair, "reject")


def test_pairs_have_a_consensus_of_their_own(session, pair):
    rules.set_consensus(session, Consensus(2, 3), rules.PAIR)
    assert rules.consensus(session) == Consensus()
    say(session, pair, "accept", "bob")
    assert state(session, pair) == OPEN
    say(session, pair, "accept", "eve")
    assert state(session, pair) == ACCEPTED


def test_a_decision_that_is_sent_twice_is_stored_once(session, pair):
    event = UUID(int=7)
    first = say(session, pair, "accept", event_id=event)
    again = say(session, pair, "accept", event_id=event)
    assert (first.public_id, again.new) == (again.public_id, False)
    with pytest.raises(ConflictError, match="sent before"):
        say(session, pair, "reject", event_id=event)
