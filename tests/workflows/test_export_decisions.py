"""Every vote as a manifest, read back with the consumer's library."""

from __future__ import annotations

import json
from dataclasses import replace

import datasets
import numpy as np
import pytest

from curate.errors import ExportError, VerificationError
from curate.records import PhotoRights
from curate.workflows import past_decisions, removals, review
from curate.workflows.convert import convert_manifest
from curate.workflows.decision_selection import AUTOMATIC, TORN, UNDONE, DecisionOptions
from curate.workflows.export_decisions import export_decisions
from curate.workflows.verify import verify_manifest
from forgery import rewrite
from pair_files import draw_pair
from removable import BOX as VIEW_BOX
from removable import make_removable
from stored_pairs import check_by_hand, hand_in
from stored_removals import encoded, scene, store_removal

TRAIN = DecisionOptions("votes", "1", shares=(100, 0, 0))
SIZE = (160, 120)


def export(workspace, folder, options=TRAIN, **more):
    return export_decisions(workspace, options, folder, **more)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def loaded(made, split="train"):
        folder = str(made.manifest.directory)
        cache = str(tmp_path / "cache")
        return list(datasets.load_dataset("imagefolder", data_dir=folder, cache_dir=cache)[split])

    return loaded


@pytest.fixture
def drawn(empty_workspace, tmp_path):
    """Stores the removal of a drawn object."""
    (folder := tmp_path / "photos").mkdir()

    def store(number=0, **options):
        file = folder / f"{number}.jpg"
        file.write_bytes(encoded(scene(number)[0], "JPEG", quality=95))
        return store_removal(empty_workspace, file, **options)

    return store


def test_a_rejected_removal_comes_with_its_reason_its_pictures_and_all_that_was_measured(
    empty_workspace, tmp_path, drawn, load
):
    made = drawn(numbers={"seam": 12.5, "residual_object": None}, reasons=("seam", "residual"))
    review.decide(empty_workspace, str(made.removal), "reject", reviewer="ada", reason="seam: left edge")
    exported = export(empty_workspace, tmp_path / "out")
    (row,) = load(exported)
    assert (row["kind"], row["verdict"], row["reason"], row["words"]) == (
        "removal",
        "reject",
        "seam",
        "left edge",
    )
    (shown,) = removals.listed(empty_workspace)
    x, y, width, height = row["region"]
    part = slice(y, y + height), slice(x, x + width)
    for name, whole in (("input", made.photo), ("output", made.output)):
        assert np.array_equal(np.asarray(row[name]), whole[part])
    assert np.array_equal(np.asarray(row["mask"]) == 255, made.mask[part])
    assert (np.asarray(row["mask"]) <= np.asarray(row["widened_mask"])).all()
    assert json.loads(row["numbers"]) == {"effect_removed": 0.2, "residual_object": None, "seam": 12.5}
    assert row["suggested_reasons"] == ["seam", "residual"]
    assert row["output_sha256"] == shown.output_sha256
    assert (row["mask_sha256"], row["widened_mask_sha256"]) == (shown.object_mask_sha256, shown.mask_sha256)
    assert (row["remover"], row["segmenter"], row["dilation"]) == ("drawn", "drawn outline", 2)
    assert row["object_ids"] == [str(made.object_)]
    assert row["photo_licences"] == ["CC0-1.0"]
    assert (row["standing"], row["undone"], row["adjudicates"]) == (True, False, False)
    assert verify_manifest(exported.manifest.directory, empty_workspace).counts["items"] == 1


def test_numbers_are_those_that_were_there_when_the_vote_was_cast(empty_workspace, tmp_path, drawn, load):
    made = drawn(numbers={"seam": 1.0})
    review.decide(empty_workspace, str(made.removal), "accept", reviewer="ada")
    with empty_workspace.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO removal_measurements (removal_id, fingerprint, numbers, suggested_reasons) "
            "SELECT removal_id, repeat('7', 64), '{\"seam\": 9}', '[]' FROM removal_measurements"
        )
    review.decide(empty_workspace, str(made.removal), "accept", reviewer="bob")
    rows = load(export(empty_workspace, tmp_path / "out", replace(TRAIN, reviewers="names")))
    assert {row["reviewer"]: json.loads(row["numbers"])["seam"] for row in rows} == {"ada": 1.0, "bob": 9}


def test_a_vote_on_a_group_comes_with_its_marks_similarities_and_band(empty_workspace, tmp_path, load):
    views = make_removable(empty_workspace, tmp_path / "photos", accepted=False)
    odd = views.objects[2]
    review.decide(empty_workspace, str(views.group), "accept", reviewer="ada", marks={"variant": [str(odd)]})
    exported = export(empty_workspace, tmp_path / "out")
    (row,) = load(exported)
    assert (row["kind"], row["verdict"], row["item_id"]) == ("group", "accept", str(views.group))
    assert row["object_ids"] == list(map(str, views.objects))
    assert row["marks"] == [None, None, "variant", None]
    assert row["similarities"] == [1.0, 0.8, 0.8, 0.7]
    assert (row["weakest"], row["band"]) == (0.7, [0.5, 0.95])
    assert row["boxes"][0] == [VIEW_BOX.x, VIEW_BOX.y, VIEW_BOX.width, VIEW_BOX.height]
    assert len(set(row["photo_sha256s"])) == 4
    assert row["input"] is row["numbers"] is row["reason"] is None
    verify_manifest(exported.manifest.directory, empty_workspace)


def test_a_vote_on_a_pair_comes_with_the_check_that_was_shown(empty_workspace, tmp_path, load):
    pair_drawn = draw_pair(0, SIZE)
    pair = hand_in(empty_workspace, pair_drawn.files)
    review.decide(
        empty_workspace, str(pair), "flag", reviewer="ada", reason="blur: or is it?"
    )  # not measured
    check_by_hand(empty_workspace, pair, pair_drawn.mask)
    review.decide(empty_workspace, str(pair), "reject", reviewer="bob", reason="shadow_left")
    exported = export(empty_workspace, tmp_path / "out", replace(TRAIN, reviewers="names"))
    rows = {row["reviewer"]: row for row in load(exported)}
    flagged, rejected = rows["ada"], rows["bob"]
    assert (flagged["check_id"], flagged["reason"], flagged["words"]) == (None, None, "blur: or is it?")
    assert (rejected["reason"], rejected["words"], rejected["check_verdict"]) == ("shadow_left", None, "pass")
    assert "alignment" in json.loads(rejected["numbers"])
    assert rejected["effect_mask_sha256"]
    assert len(rejected["photo_sha256s"]) == 2
    assert rejected["input"] is None
    verify_manifest(exported.manifest.directory, empty_workspace)
    converted = convert_manifest(exported.manifest.directory, "webdataset", tmp_path / "shards")
    verify_manifest(converted.manifest.directory, empty_workspace)


def test_reviewers_have_the_same_pseudonym_in_all_versions_and_names_only_if_asked_for(
    empty_workspace, tmp_path, drawn, load
):
    made = [drawn(number) for number in range(2)]
    for each in made:
        for who in ("ada@example.org", "bob@example.org"):
            review.decide(empty_workspace, str(each.removal), "accept", reviewer=who)
    public = {str(each.public_id) for each in past_decisions.history(empty_workspace)}

    def shown(**change):
        exported = export(empty_workspace, tmp_path / "out", replace(TRAIN, **change))
        verify_manifest(exported.manifest.directory, empty_workspace)
        for path in exported.manifest.directory.rglob("*"):
            if path.is_file() and change.get("reviewers") != "names":
                assert b"example.org" not in path.read_bytes()
        rows = load(exported)
        return {row["reviewer"] for row in rows}, {each for row in rows for each in row["decision_ids"]}

    people, ids = shown()
    assert len(people) == 2
    assert len(ids) == 4
    assert ids.isdisjoint(public)  # they could be recomputed from a guessed name
    assert shown(version="2", with_undone=True) == (people, ids)
    others, other_ids = shown(name="other")
    assert others.isdisjoint(people)
    assert other_ids.isdisjoint(ids)
    assert shown(version="3", reviewers="names") == ({"ada@example.org", "bob@example.org"}, public)


def test_what_was_taken_back_is_left_out_or_flagged(empty_workspace, tmp_path, drawn, load):
    made = drawn()
    review.decide(empty_workspace, str(made.removal), "accept", reviewer="ada")
    review.undo(empty_workspace, str(made.removal), "ada")
    with pytest.raises(
        ExportError, match=r"1 taken back by their reviewers .*\): take the votes .* with --with-undone\.$"
    ):
        export(empty_workspace, tmp_path / "out")
    for reason in ("seam", "blur"):
        review.decide(empty_workspace, str(made.removal), "reject", reviewer="ada", reason=reason)
    exported = export(empty_workspace, tmp_path / "out")
    assert [len(gone) for gone in exported.left_out.values()] == [1]
    assert UNDONE in exported.left_out
    everything = export(empty_workspace, tmp_path / "all", replace(TRAIN, with_undone=True))
    told = {row["reason"]: (row["standing"], row["undone"]) for row in load(everything)}
    assert told == {None: (False, True), "seam": (False, False), "blur": (True, False)}


def test_policies_are_left_out_unless_asked_for_and_keep_their_name(empty_workspace, tmp_path, drawn, load):
    drawn()
    removals.accept_automatically(empty_workspace, "drawn")
    with pytest.raises(ExportError, match=f"1 {AUTOMATIC[:21]}"):
        export(empty_workspace, tmp_path / "out")
    (row,) = load(export(empty_workspace, tmp_path / "out", replace(TRAIN, include_automatic=True)))
    assert (row["reviewer"], row["reviewer_kind"]) == ("accept removals by drawn", "automatic")


def test_only_the_kinds_that_were_asked_for_are_written(empty_workspace, tmp_path, drawn, load):
    views = make_removable(empty_workspace, tmp_path / "views")
    made = drawn()
    review.decide(empty_workspace, str(made.removal), "accept", reviewer="ada")
    for kind in ("group", "removal"):
        rows = load(export(empty_workspace, tmp_path / kind, replace(TRAIN, kinds=(kind,))))
        assert [row["kind"] for row in rows] == [kind]
    both = export(empty_workspace, tmp_path / "both")
    assert both.records == 2
    assert both.manifest.counts["photos"] == 1 + len(views.objects)


def test_without_pictures_neither_rights_nor_photos_are_needed(empty_workspace, tmp_path, drawn, load):
    made = drawn(rights=PhotoRights())
    review.decide(empty_workspace, str(made.removal), "reject", reviewer="ada", reason="seam")
    with pytest.raises(ExportError, match="no licence on record"):
        export(empty_workspace, tmp_path / "out")
    made.file.unlink()
    with pytest.raises(ExportError, match="or leave the pictures out with --no-pictures"):
        export(empty_workspace, tmp_path / "out", replace(TRAIN, allow_unknown_rights=True))
    exported = export(empty_workspace, tmp_path / "out", replace(TRAIN, pictures=False))
    (row,) = load(exported)
    assert (row["input"], row["reason"]) == (None, "seam")
    verify_manifest(exported.manifest.directory, empty_workspace)


def test_an_item_whose_photos_were_exported_to_two_splits_is_left_out(empty_workspace, tmp_path, drawn):
    """Reviewers said of two different things that they are different: each trains on its own side."""
    made = drawn()
    review.decide(empty_workspace, str(made.removal), "accept", reviewer="ada")
    export(empty_workspace, tmp_path / "one")
    views = make_removable(empty_workspace, tmp_path / "views")
    with empty_workspace.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO photo_splits (photo_id, split) "
            "SELECT o.photo_id, CASE WHEN row_number() OVER () = 1 THEN 'train' ELSE 'test' END "
            "FROM objects o JOIN group_members m ON m.object_id = o.id"
        )
    exported = export(empty_workspace, tmp_path / "two", replace(TRAIN, version="2"))
    assert exported.records == 1
    assert [len(gone) for gone in exported.left_out.values()] == [1]
    assert TORN in exported.left_out
    assert views.group


def test_what_a_held_out_shoot_shows_is_tested_with_only(empty_workspace, tmp_path, drawn, load):
    pair_drawn = draw_pair(0, SIZE)
    pair = hand_in(empty_workspace, pair_drawn.files, "attic", held_out=True)
    review.decide(empty_workspace, str(pair), "reject", reviewer="bob", reason="blur")
    made = drawn()
    review.decide(empty_workspace, str(made.removal), "accept", reviewer="bob")
    exported = export(empty_workspace, tmp_path / "out")
    assert [row["kind"] for row in load(exported, "test")] == ["pair"]
    assert [row["kind"] for row in load(exported)] == ["removal"]


def test_exporting_again_gives_the_same_bytes(empty_workspace, tmp_path, drawn):
    for number in range(2):
        made = drawn(number)
        review.decide(empty_workspace, str(made.removal), "reject", reviewer="ada", reason="seam")
    first, second = (export(empty_workspace, tmp_path / name) for name in ("one", "two"))
    assert first.manifest.content_hash == second.manifest.content_hash
    assert export(empty_workspace, tmp_path / "one").manifest.already_there


def test_a_run_that_is_cut_in_the_middle_leaves_nothing_that_looks_finished(empty_workspace, tmp_path, drawn):
    for number in range(2):
        review.decide(empty_workspace, str(drawn(number).removal), "accept", reviewer="ada")

    def cut(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(empty_workspace, tmp_path / "out", on_step=cut)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_manifest_is_refused_when_somebody_took_a_vote_back_or_said_something_else(
    empty_workspace, tmp_path, drawn
):
    first, second = (drawn(number) for number in range(2))
    for each in (first, second):
        review.decide(empty_workspace, str(each.removal), "accept", reviewer="ada")
    directory = export(empty_workspace, tmp_path / "out").manifest.directory
    review.decide(empty_workspace, str(first.removal), "accept", reviewer="bob")  # changes nothing
    verify_manifest(directory, empty_workspace)
    review.decide(empty_workspace, str(first.removal), "reject", reviewer="ada", reason="seam")
    with pytest.raises(VerificationError, match="ada said something else since than record"):
        verify_manifest(directory, empty_workspace)
    review.undo(empty_workspace, str(second.removal), "ada")
    with pytest.raises(VerificationError, match="was taken back by ada"):
        verify_manifest(directory, empty_workspace)
    assert verify_manifest(directory, None).counts["train"] == 2


def test_forged_pictures_and_columns_are_noticed(empty_workspace, tmp_path, drawn):
    review.decide(empty_workspace, str(drawn().removal), "accept", reviewer="ada")

    def forged(version, **change):
        made = export(empty_workspace, tmp_path / "out", replace(TRAIN, version=version))
        rewrite(made.manifest.directory, "train", lambda rows: [row | change for row in rows])
        with pytest.raises(VerificationError) as told:
            verify_manifest(made.manifest.directory, None)
        return str(told.value)

    assert "has pictures that do not show its region" in forged("2", region=[0, 0, 5, 5])
    assert "has some of its pictures only" in forged("3", mask_file_name=None)
    assert "columns of different length for its objects" in forged("4", labels=[])
    assert "the verdict 'maybe', which there is not" in forged("5", verdict="maybe")
    assert "the kind 'photo', which there is not" in forged("6", kind="photo")
    assert "the reason 'evil', which there is not" in forged("7", verdict="reject", reason="evil")
    assert "is no rejection of a pair or removal" in forged("8", reason="seam")
    assert "numbers that are no JSON" in forged("9", numbers="{")
    assert "to stand and to be undone" in forged("10", standing=True, undone=True)
    assert "names its reviewer in a manifest of pseudonyms" in forged("11", reviewer="Ada Lovelace")


def test_nothing_decided_is_said_in_a_sentence(empty_workspace, tmp_path, drawn):
    drawn()
    with pytest.raises(ExportError, match="Nobody has decided anything yet"):
        export(empty_workspace, tmp_path / "out")
