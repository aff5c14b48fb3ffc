"""Pairs from the photographer's files to a verdict: stored once, measured once, superseded, corrected."""

from __future__ import annotations

import io
import json
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from curate.database import failures, pair_checks, photos
from curate.database import pairs as pair_rows
from curate.database import shoots as stored_shoots
from curate.errors import DecisionError, NotFoundError, PhotoError, SettingsError
from curate.photos.sources import read_bytes, read_photo_bytes
from curate.verdicts import Consensus
from curate.workflows import pair_approval, pair_checking, pairs, queue_rule, review, shoots
from curate.workflows.doctor import examine_workspace
from curate.workflows.pair_evidence import pulled_models
from curate.workflows.pair_pictures import write_report
from curate.workflows.pair_records import FRAME_SUFFIX, IMAGE_SUFFIX, HandedIn
from curate.workflows.renditions import Renditions
from curate.workspace import Workspace
from pair_files import DrawnPair, draw_pair, jpeg, png

ADA, EVE = "ada@lab.org", "eve@lab.org"


def hand_in(workspace: Workspace, drawn: DrawnPair, by: str = ADA, **options: object) -> HandedIn:
    """A pair in ``by``'s shoot called table."""
    shoot = shoots.create(workspace, "table", photographer=by, licence="CC0-1.0")
    files = [
        pairs.store_frame(workspace, data, name, by=by)
        for data, name in zip(drawn.files, ("with.jpg", "without.jpg"), strict=True)
    ]
    frames = (file.sha256 for file in files)
    return pairs.hand_in(workspace, *frames, **{"shoot": shoot.public_id, "by": by} | options)


def check(workspace: Workspace, pair: UUID):
    return pairs.check(workspace, pair, models=False)


@pytest.fixture(scope="module")
def good() -> DrawnPair:
    return draw_pair(1)


@pytest.fixture
def pair(empty_workspace: Workspace, good: DrawnPair) -> UUID:
    made = hand_in(empty_workspace, good)
    check(empty_workspace, made.pair)
    return made.pair


def test_a_good_pair_passes_and_is_approved_once_somebody_accepted_it(empty_workspace, good):
    made = hand_in(empty_workspace, good, object_name="vase")
    assert pairs.shown(empty_workspace, made.pair).report is None
    report = check(empty_workspace, made.pair)
    assert report.verdict == "pass", report.sentence
    assert report.models == "not asked"
    assert json.dumps(report.numbers, allow_nan=False)
    with empty_workspace.transaction() as session:
        assert pair_approval.approved_pairs(session) == []
    said = review.decide(empty_workspace, str(made.pair), "accept", reviewer="bob")
    with empty_workspace.transaction() as session:
        approved = pair_approval.approved_pairs(session)
    (only,) = approved
    assert (only.pair, only.object_name, only.licence, only.alignment) == (made.pair, "vase", "CC0-1.0", None)
    assert only.decision_ids == (str(said.public_id),)
    assert only.scene == min(only.factual.sha256, only.counterfactual.sha256)
    assert (only.factual.width, only.factual.height) == good.mask.shape[::-1]
    assert [read_bytes(photo.uri) for photo in (only.factual, only.counterfactual)] == list(good.files)
    for sha256 in (only.mask_sha256, only.effect_sha256, only.alpha_sha256):
        assert empty_workspace.media.get(sha256, IMAGE_SUFFIX)


def test_the_same_bytes_again_change_nothing(empty_workspace, good):
    first, again = (hand_in(empty_workspace, good) for _ in range(2))
    assert (first.pair, first.new, again.new) == (again.pair, True, False)
    assert not pairs.store_frame(empty_workspace, good.files[0], "other name.jpg", by=EVE).new
    once, twice = check(empty_workspace, first.pair), check(empty_workspace, first.pair)
    assert once == twice
    assert list(examine_workspace(empty_workspace)) == []


def test_a_frame_can_be_looked_at_like_any_photo(empty_workspace, pair):
    sha256 = pairs.shown(empty_workspace, pair).summary.factual_sha256
    assert Renditions(empty_workspace).photo(sha256, 640)[:4] == b"RIFF"
    with empty_workspace.transaction() as session:
        key = photos.by_sha256(session, [sha256])[sha256].id
        ref = photos.by_keys(session, [key])[key]
    assert read_photo_bytes(ref) == empty_workspace.media.get(sha256, FRAME_SUFFIX)


def test_a_moved_camera_fails_and_a_re_shot_pair_takes_its_place(empty_workspace, good):
    moved = hand_in(empty_workspace, draw_pair(1, shift=6))
    report = check(empty_workspace, moved.pair)
    assert (report.verdict, report.findings[0]["reason"]) == ("fail", "camera_moved")
    with pytest.raises(DecisionError, match="Only an adjudicator"):
        review.decide(empty_workspace, str(moved.pair), "accept", reviewer="bob")
    better = hand_in(empty_workspace, good, supersedes=moved.pair)
    assert [each.pair for each in pairs.listed(empty_workspace)] == [better.pair]
    (old,) = pairs.listed(empty_workspace, state="superseded")
    assert (old.pair, old.superseded_by) == (moved.pair, better.pair)
    assert pairs.shown(empty_workspace, better.pair).supersedes == (moved.pair,)
    with pytest.raises(DecisionError, match=f"{better.pair} took the place"):
        review.decide(empty_workspace, str(moved.pair), "accept", reviewer="bob")


def test_an_adjudicator_overrules_a_failed_check_with_a_reason(empty_workspace):
    moved = hand_in(empty_workspace, draw_pair(1, shift=6))
    check(empty_workspace, moved.pair)
    review.decide(
        empty_workspace, str(moved.pair), "accept", reviewer="judy", reason="wanted", adjudicates=True
    )
    with empty_workspace.transaction() as session:
        (approved,) = pair_approval.approved_pairs(session)
    assert approved.verdict == "fail"


def test_swapped_frames_are_seen_and_swapping_twice_brings_the_first_pair_back(empty_workspace, good):
    wrong = DrawnPair(good.counterfactual, good.factual, good.mask)
    made = hand_in(empty_workspace, wrong)
    report = check(empty_workspace, made.pair)
    assert (report.verdict, report.swapped) == ("fail", True), report.sentence
    right = pairs.swap(empty_workspace, made.pair, ADA)
    assert pairs.swap(empty_workspace, made.pair, ADA) == HandedIn(right.pair, False)  # a second click
    assert check(empty_workspace, right.pair).verdict == "pass"
    assert pairs.swap(empty_workspace, right.pair, ADA) == HandedIn(made.pair, False)
    assert [each.pair for each in pairs.listed(empty_workspace)] == [made.pair]


def test_a_corrected_mask_is_measured_with_and_every_one_is_kept(empty_workspace, pair, good):
    found = pairs.shown(empty_workspace, pair).report
    drawn = good.mask.copy()
    drawn[:, : drawn.shape[1] // 2] = False
    report = pairs.correct_mask(empty_workspace, pair, png(drawn * np.uint8(255)), ADA)
    assert report.mask_sha256 != found.mask_sha256
    assert report.given_mask_sha256
    detail = pairs.shown(empty_workspace, pair)
    assert detail.report == report
    assert detail.earlier_reports == (found,)
    assert [each.by for each in detail.masks] == [ADA]
    for broken in (b"", good.files[0], png(drawn[:10] * np.uint8(255))):
        with pytest.raises(PhotoError):
            pairs.correct_mask(empty_workspace, pair, broken, ADA)
    assert list(examine_workspace(empty_workspace, originals=True)) == []


def test_a_photographer_sees_own_shoots_only(empty_workspace, pair, good):
    foreign = hand_in(empty_workspace, draw_pair(2), EVE).pair
    shoot = shoots.listed(empty_workspace, EVE)[0]
    frame = pairs.shown(empty_workspace, foreign).summary.factual_sha256
    assert [each.pair for each in pairs.listed(empty_workspace, viewer=ADA)] == [pair]
    assert [each.photographer for each in shoots.listed(empty_workspace, ADA)] == [ADA]
    assert pairs.known(empty_workspace, [frame], ADA) == {}
    assert pairs.known(empty_workspace, [frame], EVE) == pairs.known(empty_workspace, [frame])
    sentences = set()
    for unseen in (foreign, uuid4()):
        for act in (
            lambda unseen=unseen: pairs.shown(empty_workspace, unseen, ADA),
            lambda unseen=unseen: pairs.check(empty_workspace, unseen, viewer=ADA),
            lambda unseen=unseen: pairs.swap(empty_workspace, unseen, ADA, ADA),
            lambda unseen=unseen: pairs.correct_mask(empty_workspace, unseen, b"", ADA, ADA),
            lambda unseen=unseen: hand_in(empty_workspace, draw_pair(3), supersedes=unseen, viewer=ADA),
        ):
            with pytest.raises(NotFoundError) as refused:
                act()
            sentences.add(str(refused.value).replace(str(unseen), ""))
    assert len(sentences) == 1
    with pytest.raises(NotFoundError, match="There is no shoot"):
        hand_in(empty_workspace, good, shoot=shoot.public_id, viewer=ADA)
    mine = pairs.shown(empty_workspace, pair).summary.counterfactual_sha256
    table = shoots.create(empty_workspace, "table", photographer=ADA).public_id
    with pytest.raises(NotFoundError, match="send the file first"):
        pairs.hand_in(empty_workspace, frame, mine, shoot=table, by=ADA, viewer=ADA)


def test_pairs_that_somebody_else_handed_in_are_not_taken_over(empty_workspace, pair, good):
    with pytest.raises(DecisionError, match="Somebody else handed in"):
        hand_in(empty_workspace, good, EVE)


def test_swapping_does_not_put_somebody_else_s_pair_in_the_place_of_one_s_own(empty_workspace, pair, good):
    theirs = shoots.create(empty_workspace, "theirs", photographer=EVE).public_id
    frames = [pairs.store_frame(empty_workspace, data, "x.jpg", by=EVE).sha256 for data in good.files[::-1]]
    mirrored = pairs.hand_in(empty_workspace, *frames, shoot=theirs, by=EVE, viewer=EVE).pair
    with pytest.raises(DecisionError, match="Somebody else handed in"):
        pairs.swap(empty_workspace, pair, ADA, ADA)
    assert {each.pair for each in pairs.listed(empty_workspace)} == {pair, mirrored}


def test_a_photographer_does_not_take_accepted_pairs_back(empty_workspace, pair, good):
    review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    mask = png(np.roll(good.mask, 9, 1) * np.uint8(255))
    for act in (
        lambda viewer: pairs.swap(empty_workspace, pair, ADA, viewer),
        lambda viewer: hand_in(empty_workspace, draw_pair(3), supersedes=pair, viewer=viewer),
        lambda viewer: pairs.correct_mask(empty_workspace, pair, mask, ADA, viewer),
    ):
        with pytest.raises(DecisionError, match="was accepted and stays as it is"):
            act(ADA)
    assert pairs.shown(empty_workspace, pair).summary.state == "accepted"
    with empty_workspace.transaction() as session:
        assert len(pair_approval.approved_pairs(session)) == 1
    pairs.correct_mask(empty_workspace, pair, mask, "curator")
    assert pairs.shown(empty_workspace, pair).summary.state != "accepted"
    with empty_workspace.transaction() as session:
        assert pair_approval.approved_pairs(session) == []


def test_a_photographer_does_not_name_the_object_of_an_accepted_pair(empty_workspace, pair, good):
    review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    with pytest.raises(DecisionError, match="was accepted and stays as it is"):
        hand_in(empty_workspace, good, object_name="jug", viewer=ADA)
    assert pairs.shown(empty_workspace, pair).summary.object_name is None
    assert not hand_in(empty_workspace, good, object_name=" jug ").new
    assert not hand_in(empty_workspace, good, object_name="jug", viewer=ADA).new  # its name by now
    assert pairs.shown(empty_workspace, pair).summary.object_name == "jug"
    with pytest.raises(DecisionError, match="is called 'jug', not 'vase', and keeps that name"):
        hand_in(empty_workspace, good, object_name="vase")


def test_checking_tells_which_acceptances_it_sent_back(empty_workspace, pair):
    kept = hand_in(empty_workspace, draw_pair(2)).pair
    check(empty_workspace, kept)
    with empty_workspace.transaction() as session:  # as older checks would have drawn it
        key = pair_rows.find(session, str(pair)).pair.id
        stored = pair_checks.current(session, [key])[key]
        columns = ("verdict", "sentence", "report", "alignment", *pair_checks.FILES)
        old = {column: getattr(stored, column) for column in columns}
        changed = {"mask_sha256": stored.effect_sha256}
        pair_checks.record(session, pair_checks.Measurement(key, "older checks", None), old | changed)
    for each in (pair, kept):
        review.decide(empty_workspace, str(each), "accept", reviewer="bob")
    found = list(pair_checking.check_all(empty_workspace, [pair, kept], models=False))
    assert [(each.pair, each.sent_back) for each in found] == [(pair, True), (kept, False)]
    assert pairs.shown(empty_workspace, pair).summary.state == "open"


def test_a_shoot_is_found_by_its_id_though_another_one_is_called_so(empty_workspace):
    ours = shoots.create(empty_workspace, "sill", photographer=ADA).public_id
    with pytest.raises(SettingsError, match="is an id and no name of a shoot"):
        shoots.create(empty_workspace, str(ours), photographer=EVE)
    with empty_workspace.transaction() as session:  # named before that was refused
        for name in (str(ours), str(ours)[:8], "20261122"):
            stored_shoots.ensure(session, EVE, name)
    for start in (ours, str(ours).upper(), str(ours)[:8]):
        assert shoots.find(empty_workspace, start).public_id == ours
    assert shoots.hold_out(empty_workspace, str(ours)).public_id == ours
    assert shoots.find(empty_workspace, "20261122").name == "20261122"


def test_a_shoot_is_filled_in_and_never_contradicted(empty_workspace):
    shoots.create(empty_workspace, "sill", photographer=ADA)
    known = shoots.create(empty_workspace, "sill", photographer=ADA, licence="CC0-1.0")
    assert (known.licence, known.consent, known.held_out) == ("CC0-1.0", None, False)
    with pytest.raises(SettingsError, match=r"has the licence 'CC0-1\.0', not 'MIT'"):
        shoots.create(empty_workspace, "sill", photographer=ADA, licence="MIT")
    shoots.create(empty_workspace, "sill", photographer=EVE, licence="MIT")
    with pytest.raises(NotFoundError, match="Several shoots"):
        shoots.find(empty_workspace, "sill")
    assert shoots.hold_out(empty_workspace, known.public_id).held_out
    with pytest.raises(SettingsError, match="needs a name"):
        shoots.create(empty_workspace, " ", photographer=ADA)


def test_pairs_with_a_common_clean_plate_are_one_scene(empty_workspace, good):
    clean = good.files[1]
    table = shoots.create(empty_workspace, "table", photographer=ADA).public_id
    shown = [jpeg(draw_pair(1, place=(x, 0.5)).factual) for x in (0.3, 0.7)]
    stored = [pairs.store_frame(empty_workspace, data, "x.jpg", by=ADA).sha256 for data in (*shown, clean)]
    made = pairs.hand_in_all(empty_workspace, stored[:2], stored[2], shoot=table, by=ADA)
    for each in made:
        assert check(empty_workspace, each.pair).verdict == "pass"
        review.decide(empty_workspace, str(each.pair), "accept", reviewer="bob")
    hand_in(empty_workspace, draw_pair(5))
    with empty_workspace.transaction() as session:
        approved = pair_approval.approved_pairs(session)
    assert [(each.kind, each.scene) for each in approved] == [("triplet", min(stored))] * 2


def test_as_many_must_agree_on_a_pair_as_the_rule_for_pairs_says(empty_workspace, pair):
    queue_rule.set_consensus(empty_workspace, Consensus(2, 3), "pair")
    review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    assert pairs.shown(empty_workspace, pair).summary.state == "open"
    with empty_workspace.transaction() as session:
        assert pair_approval.approved_pairs(session) == []
        assert len(pair_approval.approved_pairs(session, consensus=Consensus())) == 1
    review.decide(empty_workspace, str(pair), "reject", reviewer="eve", reason="blur: soft")
    review.decide(empty_workspace, str(pair), "accept", reviewer="dan")
    assert pairs.shown(empty_workspace, pair).summary.state == "accepted"


@pytest.mark.usefixtures("offline_models")
def test_models_are_asked_if_they_are_pulled_and_make_it_another_check(empty_workspace, pair):
    without = pairs.shown(empty_workspace, pair).report
    report = pairs.check(empty_workspace, pair)
    models = pulled_models(empty_workspace.settings)
    assert report.models == f"{models.detector_name} and {models.embedder_name}"
    assert report.fingerprint != without.fingerprint
    assert [each.done for each in pair_checking.check_all(empty_workspace)] == []
    assert check(empty_workspace, pair) == report  # the same checks without models say no more
    assert pairs.shown(empty_workspace, pair).report == report
    assert [each.done for each in pair_checking.check_all(empty_workspace, models=False)] == []


def test_only_what_was_not_measured_is_measured_and_what_cannot_be_is_a_failure(empty_workspace, pair):
    broken = hand_in(empty_workspace, draw_pair(2)).pair
    frame = pairs.shown(empty_workspace, broken).summary.factual_sha256
    empty_workspace.media.remove(f"{frame}{FRAME_SUFFIX}")
    (found,) = pair_checking.check_all(empty_workspace, models=False)
    assert (found.pair, found.report) == (broken, None)
    assert "hand in the same file once more" in found.problem
    assert list(pair_checking.check_all(empty_workspace, models=False)) == []
    (lost,) = (finding for finding in examine_workspace(empty_workspace) if not finding.mended)
    assert lost.subject == frame
    hand_in(empty_workspace, draw_pair(2))
    (mended,) = pair_checking.check_all(empty_workspace, models=False, failed=True)
    assert mended.report.verdict == "pass"


def test_a_pair_that_older_checks_could_not_measure_is_measured_by_newer_ones(empty_workspace):
    broken = hand_in(empty_workspace, draw_pair(2)).pair
    with empty_workspace.transaction() as session:
        failures.supersede(session, pair_checking.STAGE, str(broken), "It ended in KeyError.", "older checks")
    (measured,) = pair_checking.check_all(empty_workspace, models=False)
    assert measured.report.verdict == "pass"
    with empty_workspace.transaction() as session:
        assert failures.every(session, pair_checking.STAGE) == []


def test_pictures_that_were_lost_are_made_again(empty_workspace, pair, tmp_path):
    report = pairs.shown(empty_workspace, pair).report
    for sha256 in (report.mask_sha256, report.report_sha256):
        empty_workspace.media.remove(f"{sha256}{IMAGE_SUFFIX}")
    assert sum(not finding.mended for finding in examine_workspace(empty_workspace)) == 2
    check(empty_workspace, pair)
    assert list(examine_workspace(empty_workspace)) == []


def test_a_written_report_names_its_pair(empty_workspace, pair, tmp_path):
    report = empty_workspace.media.get(check(empty_workspace, pair).report_sha256, IMAGE_SUFFIX)
    write_report(empty_workspace, pairs.shown(empty_workspace, pair), tmp_path / "report.png")
    stored, written = (Image.open(file) for file in (io.BytesIO(report), tmp_path / "report.png"))
    assert written.height > stored.height
    below = written.crop((0, written.height - stored.height, *written.size))
    assert below.tobytes() == stored.tobytes()
