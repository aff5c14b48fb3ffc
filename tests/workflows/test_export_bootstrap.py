"""Accepted removals as bootstrapped insertion manifests, read with the consumer's library."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import datasets
import numpy as np
import pytest
from PIL import Image

from chain import last
from curate.database import decisions
from curate.database.decisions import Said
from curate.errors import ExportError, SettingsError, VerificationError
from curate.exporters.tasks.bootstrap_rules import BootstrapRules
from curate.photos.reading import decode
from curate.records import Box, PhotoRights
from curate.vision.loading import load_remover, load_segmenter
from curate.workflows import removals, review
from curate.workflows.bootstrap_selection import AUTOMATIC, TORN, BootstrapOptions
from curate.workflows.decision_selection import DecisionOptions
from curate.workflows.export_bootstrap import export_bootstrap
from curate.workflows.export_decisions import export_decisions
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.remove import RemovalTools, remove
from curate.workflows.splits import TIED
from curate.workflows.verify import verify_manifest
from forgery import reseal, rewrite
from pair_files import draw_pair
from stored_pairs import hand_in
from stored_removals import BOX, SIZE, encoded, scene, store_removal

TRAIN = BootstrapOptions("jugs", "1", shares=(100, 0, 0))


def drawn(workspace, folder, number=0, *, box=BOX, accepted=True, suffix="png", **options):
    folder.mkdir(exist_ok=True)
    file = folder / f"{number}.{suffix}"
    if not file.exists():
        file.write_bytes(encoded(scene(number, box=box)[0]))
    made = store_removal(workspace, file, box, **options)
    if accepted:
        accept(workspace, made)
    return made


def accept(workspace, made, **options):
    review.decide(workspace, str(made.removal), "accept", reviewer="bob", **options)


def export(workspace, folder, options=TRAIN, **more):
    return export_bootstrap(workspace, options, folder, **more)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def loaded(made):
        folder = str(made.manifest.directory)
        return datasets.load_dataset("imagefolder", data_dir=folder, cache_dir=str(tmp_path / "cache"))

    return loaded


def test_the_equation_holds_for_photos_of_every_kind_as_the_consumer_reads_them(
    empty_workspace, tmp_path, load
):
    """Own JPEG bytes, a PNG with transparency, a JPEG with a place in it, one that is turned, and 16 bits."""
    (photos := tmp_path / "photos").mkdir()
    made = {}
    for number, (name, encode) in enumerate(KINDS.items()):
        file = photos / name
        file.write_bytes(encode(scene(number)[0]))
        each = store_removal(empty_workspace, file)
        accept(empty_workspace, each)
        made[str(each.removal)] = each
    exported = export(empty_workspace, tmp_path / "out")
    rows = load(exported)["train"]
    assert len(rows) == exported.records == 5
    for row in rows:
        y, m, x, z = (np.asarray(row[name]) for name in ("input", "mask", "target", "background"))
        assert np.array_equal(y, np.where(m[..., None] == 255, x, z))
        each = made[row["removal_id"]]
        assert np.array_equal(x, each.photo)
        assert np.array_equal(z, each.output)
        assert np.array_equal(m == 255, each.mask)
        assert set(np.unique(m)) == {0, 255}
        assert row["mask_share"] == each.mask.mean()
        assert (row["border_share"], row["effect_share"]) == (0, 0.2)
    suffixes = [path.suffix for path in exported.manifest.directory.rglob("train/??/*")]
    assert suffixes.count(".jpg") == 2, "the plain one, and the one with a place, which is cut out"
    assert verify_manifest(exported.manifest.directory, empty_workspace).task == "insertion-bootstrap"


def _placed(pixels):
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (48.0, 8.0, 0.0)}
    return encoded(pixels, "JPEG", quality=95, exif=exif)


def _turned(pixels):
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(np.rot90(pixels), "JPEG", quality=95, exif=exif)


def _glass(pixels):
    alpha = np.asarray(Image.linear_gradient("L").resize(SIZE))
    return encoded(np.dstack([pixels, alpha]))


KINDS = {
    "plain.jpg": lambda pixels: encoded(pixels, "JPEG", quality=95),
    "glass.png": _glass,
    "placed.jpg": _placed,
    "turned.jpg": _turned,
    "deep.tif": lambda pixels: cv2.imencode(".tiff", pixels[..., ::-1].astype(np.uint16) * 257)[1].tobytes(),
}


class Plate:
    """Knows what is behind every object: gives the empty scene at the same place."""

    name, fingerprint = "plate", "a" * 64
    largest_side, padding = None, 0.5

    def __init__(self, scenes):
        self._scenes = scenes

    def remove(self, photo, mask):
        for full, empty in self._scenes:
            found = cv2.matchTemplate(full, photo, cv2.TM_SQDIFF)
            _, _, (x, y), _ = cv2.minMaxLoc(found)
            height, width = photo.shape[:2]
            if np.array_equal(full[y : y + height, x : x + width], photo):
                return empty[y : y + height, x : x + width].copy()
        raise AssertionError("Not one of the drawn scenes.")


def test_who_leaves_the_shadow_there_gives_no_record_and_who_takes_it_away_does(empty_workspace, tmp_path):
    """Measured for real: the fill of a mask alone teaches a model nothing about shadows."""
    thing = drawn(empty_workspace, tmp_path / "photos", accepted=False)
    models = empty_workspace.settings.models_dir
    for remover in (load_remover("telea", models), Plate([scene(0)])):
        way = RemovalTools(remover, load_segmenter("box", models), dilation=2)
        last(remove(empty_workspace, way, [thing.object_], RemovalMeasures(None)))
    by_name = {each.remover: str(each.removal) for each in removals.listed(empty_workspace)}
    review.decide(empty_workspace, by_name["telea"], "accept", reviewer="bob")
    with pytest.raises(
        ExportError, match="1 objects whose removal took no shadow or reflection away to speak of"
    ):
        export(empty_workspace, tmp_path / "out")
    review.decide(empty_workspace, by_name["plate"], "accept", reviewer="bob")  # the last one counts
    made = export(empty_workspace, tmp_path / "out")
    assert (made.records, made.left_out) == (1, {})
    verify_manifest(made.manifest.directory, empty_workspace)


def test_every_rule_leaves_out_what_it_is_about_and_says_so(empty_workspace, tmp_path):
    photos = tmp_path / "photos"
    kept = drawn(empty_workspace, photos, 0)
    small = drawn(empty_workspace, photos, 1, box=Box(20, 20, 50, 50))
    large = drawn(empty_workspace, photos, 2, box=Box(5, 5, 220, 170), mask=_all_but_a_rim())
    cut = drawn(empty_workspace, photos, 3, box=Box(80, 90, 80, 90), mask=_to_the_border())
    flat = drawn(empty_workspace, photos, 4, effect=0.01)
    made = export(empty_workspace, tmp_path / "out")
    assert made.records == 1
    assert made.left_out == {
        "objects whose mask covers less than 5 % of the photo": (str(small.object_),),
        "objects whose mask covers more than 50 % of the photo": (str(large.object_),),
        "objects whose mask touches more than 20 % of the photo's lower border, so that the shadow may lie "
        "out of the frame": (str(cut.object_),),
        "objects whose removal took no shadow or reflection away to speak of: it changed the light around "
        "them on less than 3 % of their mask's area": (str(flat.object_),),
    }
    manifest = json.loads((made.manifest.directory / "manifest.json").read_bytes())
    assert manifest["parameters"]["rules"] == {
        "smallest_mask": {"limit": 0.05, "provenance": "objectdrop"},
        "largest_mask": {"limit": 0.5, "provenance": "objectdrop"},
        "lower_border": {"limit": 0.2, "provenance": "objectdrop"},
        "smallest_effect": {"limit": 0.03, "provenance": "ours"},
    }
    assert manifest["masks"] == {"mask_file_name": "white (255) is the object, black (0) everything else"}
    wider = replace(TRAIN, version="2", rules=BootstrapRules(0.01, 0.95, 1.0, 0.0))
    again = export(empty_workspace, tmp_path / "out", wider)
    assert again.records == 5
    given = json.loads((again.manifest.directory / "manifest.json").read_bytes())["parameters"]["rules"]
    assert {each["provenance"] for each in given.values()} == {"given"}
    assert str(kept.object_) not in str(made.left_out)
    with pytest.raises(ExportError) as told:
        export(empty_workspace, tmp_path / "out", replace(TRAIN, rules=BootstrapRules(smallest_effect=5.0)))
    for step in ("lower --min-mask", "raise --max-mask", "raise --max-border", "lower --min-effect"):
        assert step in str(told.value)


def _all_but_a_rim():
    mask = np.zeros(SIZE[::-1], bool)
    mask[8:172, 8:222] = True
    return mask


def _to_the_border():
    mask = np.zeros(SIZE[::-1], bool)
    mask[100:, 90:150] = True
    return mask


def test_rules_that_nothing_can_keep_are_refused():
    with pytest.raises(SettingsError, match="the smallest mask not above the largest"):
        BootstrapRules(smallest_mask=0.6)


@pytest.mark.parametrize("limit", ["smallest_mask", "largest_mask", "lower_border", "smallest_effect"])
def test_a_limit_that_is_no_number_is_refused(limit):
    for number in (float("nan"), float("inf")):
        with pytest.raises(SettingsError, match="give other numbers"):
            BootstrapRules(**{limit: number})


def test_what_people_did_not_settle_is_left_out_and_listed(empty_workspace, tmp_path):
    photos = tmp_path / "photos"
    drawn(empty_workspace, photos, 0)
    disputed, flagged = (drawn(empty_workspace, photos, number) for number in (1, 2))
    drawn(empty_workspace, photos, 3, accepted=False)  # nobody spoke of it
    review.decide(empty_workspace, str(disputed.removal), "reject", reviewer="carol", reason="seam")
    review.decide(empty_workspace, str(flagged.removal), "flag", reviewer="carol", reason="who is this?")
    made = export(empty_workspace, tmp_path / "out")
    assert made.records == 1
    assert made.left_out == {
        "objects whose removals reviewers disagree about": (str(disputed.object_),),
        "objects whose removals were flagged": (str(flagged.object_),),
    }


def test_what_only_a_policy_accepted_is_left_out_unless_asked_for(empty_workspace, tmp_path):
    drawn(empty_workspace, tmp_path / "photos", accepted=False)
    removals.accept_automatically(empty_workspace, "drawn")
    with pytest.raises(
        ExportError, match=rf"1 {AUTOMATIC[:30]}.*: accept them in .*, or take .* --include-automatic\.$"
    ):
        export(empty_workspace, tmp_path / "out")
    made = export(empty_workspace, tmp_path / "out", replace(TRAIN, include_automatic=True))
    assert made.records == 1
    verify_manifest(made.manifest.directory, empty_workspace)


def test_of_several_accepted_removals_the_last_accepted_counts(empty_workspace, tmp_path):
    first, second = (drawn(empty_workspace, tmp_path / "photos", remover=name) for name in ("one", "two"))
    assert first.object_ == second.object_
    made = export(empty_workspace, tmp_path / "out")
    assert made.records == 1
    (row,) = _rows(made)
    assert (row["removal_id"], row["remover"]) == (str(second.removal), "two")


def _rows(made):
    import pyarrow.parquet as pq

    return pq.read_table(made.manifest.directory / "train" / "metadata.parquet").to_pylist()


def test_photos_without_a_licence_are_not_exported_unless_told(empty_workspace, tmp_path):
    drawn(empty_workspace, tmp_path / "photos", rights=PhotoRights())
    with pytest.raises(ExportError, match="1 photos have no licence on record"):
        export(empty_workspace, tmp_path / "out")
    made = export(empty_workspace, tmp_path / "out", replace(TRAIN, allow_unknown_rights=True))
    assert "| unknown | 1 |" in (made.manifest.directory / "README.md").read_text()


def test_what_a_held_out_shoot_shows_is_tested_with_only(empty_workspace, tmp_path):
    """The same bytes were handed in for a pair and lie in a folder of photos."""
    pair = draw_pair(0, SIZE)
    hand_in(empty_workspace, pair.files, "attic", held_out=True)
    (photos := tmp_path / "photos").mkdir()
    (photos / "0.png").write_bytes(pair.files[0])
    held = drawn(empty_workspace, photos)
    drawn(empty_workspace, photos, 1)
    made = export(empty_workspace, tmp_path / "out")
    assert made.manifest.counts["test"] == made.manifest.counts["train"] == 1
    assert decode(held.file.read_bytes()).shape == held.photo.shape
    verify_manifest(made.manifest.directory, empty_workspace)


def test_a_photo_keeps_the_split_of_its_first_export_whatever_the_task(empty_workspace, tmp_path):
    photos = tmp_path / "photos"
    drawn(empty_workspace, photos, 0)
    export(empty_workspace, tmp_path / "one")
    near = tmp_path / "photos" / "near.jpg"
    near.write_bytes(encoded(scene(0)[0], "JPEG", quality=60))
    accept(empty_workspace, store_removal(empty_workspace, near))
    tested = replace(TRAIN, version="2", shares=(0, 0, 100))
    assert export(empty_workspace, tmp_path / "two", tested).manifest.counts["train"] == 2


def test_a_shoot_that_is_held_out_after_its_photo_was_exported_tears(empty_workspace, tmp_path):
    pair = draw_pair(0, SIZE)
    (photos := tmp_path / "photos").mkdir()
    (photos / "0.png").write_bytes(pair.files[0])
    torn = drawn(empty_workspace, photos)
    drawn(empty_workspace, photos, 1)
    export(empty_workspace, tmp_path / "one")
    hand_in(empty_workspace, pair.files, "attic", held_out=True)
    made = export(empty_workspace, tmp_path / "two", replace(TRAIN, version="2"))
    assert made.records == 1
    assert made.left_out == {TORN: (str(torn.object_),)}


def test_exporting_again_gives_the_same_bytes_and_registers_once(empty_workspace, tmp_path):
    for number in range(3):
        drawn(empty_workspace, tmp_path / "photos", number)
    first, second = (export(empty_workspace, tmp_path / name) for name in ("one", "two"))
    assert first.manifest.content_hash == second.manifest.content_hash
    assert export(empty_workspace, tmp_path / "one").manifest.already_there


def test_a_run_that_is_cut_in_the_middle_leaves_nothing_that_looks_finished(empty_workspace, tmp_path):
    for number in range(3):
        drawn(empty_workspace, tmp_path / "photos", number)

    class Cut(BaseException):
        """As a signal comes: no error that anybody handles."""

    def cut(done, total):
        if done == 2:
            raise Cut

    with pytest.raises(Cut):
        export(empty_workspace, tmp_path / "out", on_step=cut)
    assert list((tmp_path / "out").iterdir()) == []
    assert export(empty_workspace, tmp_path / "out").records == 3


def test_a_manifest_is_refused_when_its_removal_is_undone_or_rejected_later(empty_workspace, tmp_path):
    first, second = (drawn(empty_workspace, tmp_path / "photos", number) for number in range(2))
    directory = export(empty_workspace, tmp_path / "out").manifest.directory
    review.decide(empty_workspace, str(first.removal), "reject", reviewer="carol", reason="residual")
    with pytest.raises(VerificationError, match=r"The background of record .* is no longer accepted"):
        verify_manifest(directory, empty_workspace)
    review.undo(empty_workspace, str(second.removal), "bob")
    with pytest.raises(VerificationError, match="bob was undone"):
        verify_manifest(directory, empty_workspace)
    assert verify_manifest(directory, None).counts["train"] == 2


def test_a_manifest_is_refused_while_another_output_of_its_object_is_flagged(empty_workspace, tmp_path):
    drawn(empty_workspace, tmp_path / "photos")
    other = drawn(empty_workspace, tmp_path / "photos", accepted=False, remover="other")
    directory = export(empty_workspace, tmp_path / "out").manifest.directory
    review.decide(empty_workspace, str(other.removal), "flag", reviewer="carol", reason="who is this?")
    with pytest.raises(VerificationError, match=r"A removal of the object of record .* is flagged"):
        verify_manifest(directory, empty_workspace)
    review.undo(empty_workspace, str(other.removal), "carol")
    verify_manifest(directory, empty_workspace)


def test_parameters_without_the_rules_are_a_fault(empty_workspace, tmp_path):
    drawn(empty_workspace, tmp_path / "photos")
    directory = export(empty_workspace, tmp_path / "out").manifest.directory
    stored = json.loads((directory / "manifest.json").read_text())["parameters"]
    text = stored["rules"] | {"smallest_mask": {"limit": "x"}}
    nowhere = stored["rules"] | {"smallest_mask": {"limit": -1}}
    for rules in (
        None,
        {},
        [],
        {"smallest_mask": {"limit": 0}},
        stored["rules"] | {"more": 0},
        text,
        nowhere,
    ):
        reseal(directory, parameters=stored | {"rules": rules})
        with pytest.raises(VerificationError, match="whose `rules` are not those of this task"):
            verify_manifest(directory, None)
    del stored["rules"]
    reseal(directory, parameters=stored)
    with pytest.raises(VerificationError, match="whose `rules` are not those of this task"):
        verify_manifest(directory, None)


def test_forged_inputs_shares_and_rules_are_noticed(empty_workspace, tmp_path):
    drawn(empty_workspace, tmp_path / "photos")

    def forged(version, **change):
        made = export(empty_workspace, tmp_path / "out", replace(TRAIN, version=version))
        rewrite(made.manifest.directory, "train", lambda rows: [row | change for row in rows])
        return made.manifest.directory

    (row,) = _rows(export(empty_workspace, tmp_path / "out"))
    with pytest.raises(VerificationError, match="that is not target inside the mask and background outside"):
        verify_manifest(forged("2", input_file_name=row["background_file_name"]), None)
    with pytest.raises(VerificationError, match="states other shares of the photo"):
        verify_manifest(forged("3", mask_share=0.3), None)
    with pytest.raises(VerificationError, match="is of the objects whose removal took no shadow"):
        verify_manifest(forged("4", effect_share=0.001), None)
    with pytest.raises(VerificationError, match="an effect_share that is no number"):
        verify_manifest(forged("5", effect_share=float("nan")), None)
    with pytest.raises(VerificationError, match="widened by less than nothing"):
        verify_manifest(forged("6", dilation=-1), None)
    for version, none in (("7", []), ("8", None)):
        with pytest.raises(VerificationError, match="names no decision that accepts"):
            verify_manifest(forged(version, decision_ids=none), None)


def test_a_photo_that_changed_since_is_named(empty_workspace, tmp_path):
    made = drawn(empty_workspace, tmp_path / "photos")
    made.file.write_bytes(encoded(scene(9)[0]))
    with pytest.raises(ExportError, match="has changed since it was ingested"):
        export(empty_workspace, tmp_path / "out")
    made.file.unlink()
    with pytest.raises(ExportError, match=f"on removal {made.removal} with `curate decide undo"):
        export(empty_workspace, tmp_path / "out")


def test_nothing_accepted_is_said_in_a_sentence(empty_workspace, tmp_path):
    drawn(empty_workspace, tmp_path / "photos", accepted=False)
    with pytest.raises(ExportError, match="Nothing is approved for export: type `curate remove`"):
        export(empty_workspace, tmp_path / "out")


def test_a_rejected_automatic_acceptance_does_not_come_back(empty_workspace, tmp_path):
    made = drawn(empty_workspace, tmp_path / "photos", accepted=False)
    removals.accept_automatically(empty_workspace, "drawn")
    with empty_workspace.transaction() as session:
        said = Said("reject", reason="residual")
        decisions.decide(session, made.removal, said, reviewer="bob")
    with pytest.raises(ExportError, match="Nothing is approved"):
        export(empty_workspace, tmp_path / "out", replace(TRAIN, include_automatic=True))


def test_what_is_tied_to_another_split_after_its_first_export_is_a_warning(empty_workspace, tmp_path):
    one = drawn(empty_workspace, tmp_path / "photos", 0)
    assert export(empty_workspace, tmp_path / "out").warnings == {}
    other = drawn(empty_workspace, tmp_path / "photos", 1)
    export(empty_workspace, tmp_path / "out", replace(TRAIN, version="2", shares=(0, 0, 100)))
    alike = replace(TRAIN, version="3", near_duplicate_distance=64)  # any two photos are near-duplicates
    made = export(empty_workspace, tmp_path / "out", alike)
    assert (made.records, made.left_out) == (2, {})
    assert made.warnings == {TIED: tuple(sorted(map(str, (one.object_, other.object_))))}
    votes = DecisionOptions("votes", "1", near_duplicate_distance=64, pictures=False)
    told = export_decisions(empty_workspace, votes, tmp_path / "out")
    assert [(why, len(ids)) for why, ids in told.warnings.items()] == [(TIED, 2)]
