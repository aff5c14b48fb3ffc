"""Accepted pairs as removal and insertion manifests: real Postgres, real files, read back by the consumer."""

from __future__ import annotations

import io
from dataclasses import replace

import cv2
import datasets
import numpy as np
import pytest
from PIL import Image

from curate.capture.thresholds import ALIGNABLE_CORNER
from curate.database import decisions, pair_checks
from curate.database import pairs as pair_rows
from curate.database.decisions import Said
from curate.errors import ExportError, VerificationError
from curate.exporters.tasks.pair_rules import ALIGNED_UP_TO
from curate.photos.reading import decode
from curate.workflows import pairs, review, shoots
from curate.workflows.export_pairs import MOVED, PairOptions, export_pairs
from curate.workflows.pair_selection import TORN
from curate.workflows.splits import TIED
from curate.workflows.verify import verify_manifest
from forgery import describe, rewrite
from pair_files import draw_pair, jpeg, png
from stored_pairs import accepted, check_by_hand, hand_in
from workspace_content import tree

SIZE = (160, 120)
TASKS = ("removal", "insertion-pairs")
TRAIN = PairOptions("jugs", "1", shares=(100, 0, 0))


def export(workspace, folder, task="removal", options=TRAIN):
    return export_pairs(task, workspace, options, folder)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def loaded(made):
        folder = str(made.manifest.directory)
        return datasets.load_dataset("imagefolder", data_dir=folder, cache_dir=str(tmp_path / "cache"))

    return loaded


def planes(row, *names):
    return [np.asarray(row[name]) for name in names]


def test_an_accepted_pair_is_a_removal_record_with_its_photos_as_they_were_taken(
    empty_workspace, tmp_path, load
):
    drawn = draw_pair(1, SIZE)
    said = {"object_name": "Jug", "consent": "signed", "credit": "Ada L."}
    pair = accepted(empty_workspace, drawn, photographer="ada@lab.org", **said)
    made = export(empty_workspace, tmp_path / "out")
    assert verify_manifest(made.manifest.directory, empty_workspace).counts["train"] == made.records == 1
    (row,) = load(made)["train"]
    photo, mask, target = planes(row, "input", "mask", "target")
    factual, counterfactual = map(decode, drawn.files)
    assert np.array_equal(photo, factual)
    assert np.array_equal(target, counterfactual)
    assert np.array_equal(mask == 255, drawn.mask)
    assert row["pair_id"] == str(pair)
    assert (row["licence"], row["consent"], row["credit"]) == ("CC-BY-4.0", "signed", "Ada L.")
    assert (row["qc_verdict"], row["qc_shift"], row["qc_ev"]) == ("pass", 0.0, 0.01)
    assert len(row["decision_ids"]) == 1
    assert not row["aligned"]
    assert "photographer" not in row
    assert not [name for name, data in tree(made.manifest.directory).items() if b"ada@lab.org" in data]
    assert "ada@lab.org" not in str(row)


def test_an_insertion_input_is_exact_for_photos_of_every_kind(empty_workspace, tmp_path, load):
    """Own JPEG bytes, JPEGs with a date and a place, which are cut out, a PNG, a turned one, 16 bits."""
    kinds = _undated, jpeg, png, lambda pixels: jpeg(pixels, location=True), _turned, _deep
    for number, encode in enumerate(kinds):
        drawn = draw_pair(number, SIZE)
        pair = hand_in(
            empty_workspace, (encode(drawn.factual), encode(drawn.counterfactual)), f"room {number}"
        )
        check_by_hand(empty_workspace, pair, drawn.mask)
        review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    made = export(empty_workspace, tmp_path / "out", "insertion-pairs")
    rows = load(made)["train"]
    assert len(rows) == 6
    for row in rows:
        given, mask, target, background = planes(row, "input", "mask", "target", "background")
        assert set(np.unique(mask)) == {0, 255}
        assert np.array_equal(given, np.where(mask[..., None] == 255, target, background))
        assert row["target"].size == row["mask"].size == SIZE
    for path in made.manifest.directory.rglob("*.jpg"):
        assert not Image.open(path).getexif()
    assert sorted(path.suffix for path in made.manifest.directory.rglob("??/*")).count(".jpg") == 6
    verify_manifest(made.manifest.directory, empty_workspace)


def _undated(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def _turned(pixels):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(pixels)).save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


def _deep(pixels):
    sixteen = pixels[..., ::-1].astype(np.uint16) * 257
    return cv2.imencode(".tiff", sixteen)[1].tobytes()


@pytest.mark.parametrize("task", TASKS)
def test_a_pair_whose_camera_moved_a_little_is_aligned_and_cropped_and_says_so(
    empty_workspace, tmp_path, load, task
):
    drawn = draw_pair(3, SIZE, shift=1.5)
    pair = hand_in(empty_workspace, (png(drawn.factual), png(drawn.counterfactual)))
    check_by_hand(empty_workspace, pair, drawn.mask, dx=1.5)
    review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    made = export(empty_workspace, tmp_path / "out", task)
    (row,) = load(made)["train"]
    x, y, width, height = row["crop"]
    assert row["aligned"]
    assert x > 0
    assert (width, height) == row["input"].size == row["mask"].size == row["effect_mask"].size
    shown = slice(y, y + height), slice(x, x + width)
    factual, counterfactual = ("input", "target") if task == "removal" else ("target", "background")
    assert np.array_equal(np.asarray(row[factual]), drawn.factual[shown])
    assert np.array_equal(np.asarray(row["mask"]) == 255, drawn.mask[shown])
    still = ~np.asarray(row["mask"], bool) & ~np.asarray(row["effect_mask"], bool)
    still[:, width // 2 :] = False  # where the shadow is
    left = drawn.counterfactual[shown].astype(float), np.asarray(row[counterfactual]).astype(float)
    before, after = (np.abs(each - drawn.factual[shown])[still].mean() for each in left)
    assert after < before / 2
    verify_manifest(made.manifest.directory, empty_workspace)


@pytest.mark.parametrize("task", TASKS)
def test_an_accepted_pair_whose_camera_moved_too_far_is_named_in_the_warning_and_on_the_card(
    empty_workspace, tmp_path, load, task
):
    kept = accepted(empty_workspace, draw_pair(2, SIZE), "hall")
    pair = hand_in(empty_workspace, draw_pair(1, (320, 240), shift=6).files)
    assert pairs.check(empty_workspace, pair, models=False).verdict == "fail"
    review.decide(empty_workspace, str(pair), "accept", reviewer="judy", reason="wanted", adjudicates=True)
    made = export(empty_workspace, tmp_path / "out", task)
    assert made.warnings == {MOVED: (str(pair),)}
    rows = {row["pair_id"]: row for row in load(made)["train"]}
    assert not rows[str(pair)]["aligned"]
    assert rows[str(pair)]["qc_shift"] > ALIGNED_UP_TO
    card = " ".join((made.manifest.directory / "README.md").read_text().split())
    assert f"an adjudicator accepted them all the same: {pair}." in card
    assert str(kept) not in card
    verify_manifest(made.manifest.directory, empty_workspace)


def test_what_exporters_call_moved_too_far_is_what_checks_do_not_align():
    assert ALIGNED_UP_TO == ALIGNABLE_CORNER


def test_a_pair_that_was_really_measured_goes_all_the_way(empty_workspace, tmp_path, load):
    drawn = draw_pair(0)
    pair = hand_in(empty_workspace, drawn.files)
    report = pairs.check(empty_workspace, pair, models=False)
    assert report.verdict != "fail", report.sentence
    review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    for task in TASKS:
        made = export(empty_workspace, tmp_path / task, task)
        verify_manifest(made.manifest.directory, empty_workspace)
    (row,) = load(made)["train"]
    mask = np.asarray(row["mask"]) == 255
    assert not row["aligned"]
    assert (mask & drawn.mask).sum() > 0.9 * drawn.mask.sum()  # how tight masks are is for their own tests
    assert abs(row["qc_shift"]) < 1
    assert abs(row["qc_ev"]) < 0.05


@pytest.mark.parametrize("task", TASKS)
def test_exporting_the_same_pairs_again_gives_the_same_bytes(empty_workspace, tmp_path, task):
    for number in range(3):
        accepted(empty_workspace, draw_pair(number, SIZE), f"room {number}")
    first = export(empty_workspace, tmp_path / "one", task)
    second = export(empty_workspace, tmp_path / "two", task)
    assert first.manifest.content_hash == second.manifest.content_hash
    assert export(empty_workspace, tmp_path / "one", task).manifest.already_there


@pytest.mark.parametrize("task", TASKS)
def test_a_manifest_is_refused_when_its_decision_is_undone(empty_workspace, tmp_path, task):
    accepted(empty_workspace, draw_pair(0, SIZE))
    directory = export(empty_workspace, tmp_path, task).manifest.directory
    review.undo(empty_workspace, None, "bob")
    with pytest.raises(VerificationError, match="bob was undone: export again"):
        verify_manifest(directory, empty_workspace)
    assert verify_manifest(directory, None).counts["train"] == 1


def test_all_that_is_wrong_with_a_manifest_is_told_at_once_and_of_very_much_how_much(
    empty_workspace, tmp_path
):
    made = [accepted(empty_workspace, draw_pair(number, SIZE), f"room {number}") for number in range(23)]
    directory = export(empty_workspace, tmp_path).manifest.directory
    review.undo(empty_workspace, str(made[0]), "bob")
    review.decide(empty_workspace, str(made[1]), "reject", reviewer="carol", reason="blur")
    with pytest.raises(VerificationError) as told:
        verify_manifest(directory, empty_workspace)
    first, second = str(told.value).split("; ")
    assert first.endswith("of bob was undone")
    assert f"of pair {made[1]} is no longer accepted" in second
    assert str(told.value).count(": export again with a new --version.") == 1
    for pair in made[2:]:
        review.decide(empty_workspace, str(pair), "reject", reviewer="carol", reason="blur")
    with pytest.raises(VerificationError, match="; and 3 more: export again with a new --version"):
        verify_manifest(directory, empty_workspace)


def test_a_manifest_is_refused_when_somebody_disagrees_later(empty_workspace, tmp_path):
    pair = accepted(empty_workspace, draw_pair(0, SIZE))
    directory = export(empty_workspace, tmp_path).manifest.directory
    review.decide(empty_workspace, str(pair), "reject", reviewer="carol", reason="shadow_left")
    with pytest.raises(VerificationError, match=f"of pair {pair} is no longer accepted by its reviewers"):
        verify_manifest(directory, empty_workspace)


def test_a_manifest_is_refused_when_another_pair_took_the_place_of_one(empty_workspace, tmp_path):
    old = accepted(empty_workspace, draw_pair(0, SIZE))
    directory = export(empty_workspace, tmp_path).manifest.directory
    new = pairs.swap(empty_workspace, old, by="ada").pair
    with pytest.raises(VerificationError, match=f"Pair {old} of record .* was superseded by pair {new}"):
        verify_manifest(directory, empty_workspace)
    with pytest.raises(ExportError, match="Nothing is approved"):
        export(empty_workspace, tmp_path / "again")


def test_a_manifest_is_refused_when_a_person_corrected_a_mask_but_not_when_checks_did(
    empty_workspace, tmp_path
):
    drawn = draw_pair(0, SIZE)
    pair = accepted(empty_workspace, drawn)
    directory = export(empty_workspace, tmp_path).manifest.directory
    pairs.check(empty_workspace, pair, models=False)  # finds an outline of its own
    verify_manifest(directory, empty_workspace)
    pairs.correct_mask(empty_workspace, pair, png(np.roll(drawn.mask, 3, 1) * np.uint8(255)), by="ada")
    review.decide(empty_workspace, str(pair), "accept", reviewer="eve", adjudicates=True, reason="It fits.")
    with pytest.raises(VerificationError, match=f"The object mask of pair {pair} was corrected since"):
        verify_manifest(directory, empty_workspace)


def test_a_manifest_is_refused_when_a_shoot_it_trains_with_is_held_out_later(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE), "kitchen")
    directory = export(empty_workspace, tmp_path).manifest.directory
    shoots.hold_out(empty_workspace, "kitchen")
    with pytest.raises(VerificationError, match="is held out now, and its record is in train"):
        verify_manifest(directory, empty_workspace)
    with pytest.raises(
        ExportError,
        match=r"1 held out, after they or .* exported for train or validation .*hold-out SHOOT --back",
    ):
        export(empty_workspace, tmp_path / "again")


def test_pairs_that_were_exported_are_known_by_the_folders_of_their_exports(empty_workspace, tmp_path):
    shoot_of = {}
    for number, (shoot, held_out) in enumerate({"kitchen": False, "hall": False, "attic": True}.items()):
        pair = accepted(empty_workspace, draw_pair(number, SIZE), shoot, held_out=held_out)
        shoot_of[shoot] = shoots.find(empty_workspace, shoot).public_id, pair
    kitchen, pair = shoot_of["kitchen"]
    assert shoots.exported_before(empty_workspace, kitchen) == {}
    folders = [str(export(empty_workspace, tmp_path / task, task).manifest.directory) for task in TASKS]
    assert shoots.exported_before(empty_workspace, kitchen) == {folder: [pair] for folder in sorted(folders)}
    assert shoots.exported_before(empty_workspace, shoot_of["attic"][0]) == {}


def test_a_forgery_that_was_sealed_again_is_noticed_with_the_database(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE))
    directory = export(empty_workspace, tmp_path).manifest.directory
    rewrite(directory, "train", lambda rows: [row | {"object_name": "bomb"} for row in rows])
    describe(directory)
    assert verify_manifest(directory, None).counts["train"] == 1
    with pytest.raises(VerificationError, match="changed and sealed again"):
        verify_manifest(directory, empty_workspace)


def test_held_out_shoots_are_tested_with_and_an_object_stays_on_one_side(empty_workspace, tmp_path, load):
    shown = [
        ("kitchen", "jug", False),
        ("garden", " JUG", False),
        ("hall", "lamp", False),
        ("attic", None, True),
    ]
    for number, (shoot, name, held_out) in enumerate(shown):
        accepted(empty_workspace, draw_pair(number, SIZE), shoot, object_name=name, held_out=held_out)
    accepted(empty_workspace, draw_pair(9, SIZE), "attic", held_out=True)
    made = export(empty_workspace, tmp_path / "out")
    splits = load(made)
    card = (made.manifest.directory / "README.md").read_text()
    assert "objects of two photographers count as two" in " ".join(card.split())
    assert [row["held_out"] for row in splits["test"]] == [True, True]
    assert {row["held_out"] for row in splits["train"]} == {False}
    keys = [row["object_key"] for row in splits["train"]]
    assert (len(keys), len(set(keys))) == (3, 2)


def test_a_pair_keeps_the_split_of_its_first_export_and_a_joining_one_is_withheld(empty_workspace, tmp_path):
    jug = accepted(empty_workspace, draw_pair(0, SIZE), "kitchen", object_name="jug")
    export(empty_workspace, tmp_path / "one")
    lamp = accepted(empty_workspace, draw_pair(1, SIZE), "garden", object_name="lamp")
    tested = replace(TRAIN, version="2", shares=(0, 0, 100))
    assert (
        export(empty_workspace, tmp_path / "two", options=tested).manifest.counts.items()
        >= {
            "train": 1,
            "test": 1,
        }.items()
    )
    joining = accepted(empty_workspace, draw_pair(2, SIZE), "garden", object_name="Jug")
    made = export(empty_workspace, tmp_path / "three", options=replace(tested, version="3"))
    assert made.records == 2
    assert made.left_out == {TORN: (str(joining),)}
    assert made.warnings == {TIED: tuple(sorted(map(str, (jug, lamp))))}


def test_what_a_later_name_ties_across_splits_is_withheld_and_the_rest_is_exported(empty_workspace, tmp_path):
    jug = accepted(empty_workspace, draw_pair(0, SIZE), "kitchen", object_name="jug")
    export(empty_workspace, tmp_path / "one")
    drawn = draw_pair(1, SIZE)
    nameless = accepted(empty_workspace, drawn, "garden")
    lamp = accepted(empty_workspace, draw_pair(2, SIZE), "hall", object_name="lamp")
    tested = replace(TRAIN, version="2", shares=(0, 0, 100))
    assert export(empty_workspace, tmp_path / "two", options=tested).records == 3
    assert hand_in(empty_workspace, drawn.files, "garden", object_name="Jug") == nameless
    made = export(empty_workspace, tmp_path / "three", options=replace(tested, version="3"))
    assert made.records == 1
    withheld = tuple(sorted(map(str, (jug, nameless))))
    assert made.left_out == {TORN: withheld}
    assert str(lamp) not in withheld
    verify_manifest(made.manifest.directory, empty_workspace)


def test_what_newer_checks_find_other_masks_of_is_left_out_and_listed(empty_workspace, tmp_path):
    drawn = draw_pair(0, SIZE)
    measured, unmeasured = accepted(empty_workspace, drawn), accepted(empty_workspace, draw_pair(1, SIZE))
    accepted(empty_workspace, draw_pair(2, SIZE))
    check_by_hand(empty_workspace, measured, np.roll(drawn.mask, 3, 1))
    with empty_workspace.transaction() as session:
        key = pair_rows.find(session, str(unmeasured)).pair.id
        pair_checks.add_mask(session, key, "a" * 64, "ada")  # killed before it was measured with
    made = export(empty_workspace, tmp_path)
    assert made.records == 1
    assert made.left_out == {
        "accepted with other masks than are measured now: look again": (str(measured),),
        "accepted, but not measured with their newest mask (`curate pairs check`)": (str(unmeasured),),
    }


def test_an_export_that_another_one_overtook_with_other_splits_is_not_registered(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE))

    def overtake(done, total):
        export(empty_workspace, tmp_path / "other", options=replace(TRAIN, shares=(0, 0, 100)))

    with pytest.raises(ExportError, match="Another export placed some of these photos in another split"):
        export_pairs("removal", empty_workspace, TRAIN, tmp_path / "this", overtake)
    with pytest.raises(VerificationError, match="was not exported from this workspace"):
        verify_manifest(tmp_path / "this" / "jugs-1", empty_workspace)
    verify_manifest(tmp_path / "other" / "jugs-1", empty_workspace)


def test_what_people_did_not_settle_is_left_out_and_listed(empty_workspace, tmp_path):
    kept, disputed, flagged = (
        accepted(empty_workspace, draw_pair(number, SIZE), f"room {number}") for number in range(3)
    )
    hand_in(empty_workspace, draw_pair(5, SIZE).files, "room 5")  # nobody spoke of it
    review.decide(empty_workspace, str(disputed), "reject", reviewer="carol", reason="blur")
    review.decide(empty_workspace, str(flagged), "flag", reviewer="carol", reason="who is this?")
    made = export(empty_workspace, tmp_path)
    assert made.records == 1
    assert made.left_out == {
        "disputed by reviewers": (str(disputed),),
        "flagged by a reviewer": (str(flagged),),
    }
    assert str(kept) not in {pair for gone in made.left_out.values() for pair in gone}


def test_what_only_a_policy_accepted_is_left_out_unless_asked_for(empty_workspace, tmp_path):
    drawn = draw_pair(0, SIZE)
    pair = hand_in(empty_workspace, drawn.files)
    check_by_hand(empty_workspace, pair, drawn.mask)
    with empty_workspace.transaction() as session:
        decisions.decide(session, pair, Said("accept"), reviewer="policy", automatic=True)
    with pytest.raises(ExportError, match="1 accepted by an automatic policy alone"):
        export(empty_workspace, tmp_path)
    with_them = export(empty_workspace, tmp_path, options=replace(TRAIN, include_automatic=True))
    assert with_them.records == 1
    verify_manifest(with_them.manifest.directory, empty_workspace)


def test_pairs_without_a_licence_are_not_exported_unless_told(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE), licence=None)
    with pytest.raises(ExportError, match="No licence is on record for the pairs of the shoot 'kitchen'"):
        export(empty_workspace, tmp_path)
    told = export(empty_workspace, tmp_path, options=replace(TRAIN, allow_unknown_rights=True))
    assert "| unknown | 2 |" in (told.manifest.directory / "README.md").read_text()


def test_a_frame_that_is_gone_from_the_media_store_is_named_with_its_pair(empty_workspace, tmp_path):
    drawn = draw_pair(0, SIZE)
    pair = accepted(empty_workspace, drawn)
    for path in (empty_workspace.root / ".recurate").rglob("*.frame"):
        path.unlink()
    with pytest.raises(
        ExportError, match=rf"Pair {pair} cannot be exported \(.*hand in the same file once more\)"
    ):
        export(empty_workspace, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_nothing_approved_is_said_in_a_sentence(empty_workspace, tmp_path):
    with pytest.raises(ExportError, match="Nothing is approved for export: accept pairs"):
        export(empty_workspace, tmp_path)


def test_photos_of_a_pair_are_on_record_for_takedown(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE))
    export(empty_workspace, tmp_path)
    with empty_workspace.transaction() as session:
        held = session.connection().exec_driver_sql(
            "SELECT (SELECT count(*) FROM manifest_photos), (SELECT count(*) FROM manifest_decisions), "
            "(SELECT count(*) FROM photo_splits WHERE split = 'train')"
        )
        assert tuple(held.one()) == (2, 1, 2)
