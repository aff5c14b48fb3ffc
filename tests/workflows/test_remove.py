"""From accepted views to backgrounds: what is stored, what fails, what people say of it, what is exported."""

from __future__ import annotations

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from chain import last
from curate.database import removals as rows
from curate.errors import DecisionError, ExportError, RemovalError, VerificationError
from curate.exporters.pixels import decoded
from curate.vision.loading import load_remover, load_segmenter
from curate.workflows import past_decisions, removals, review
from curate.workflows.doctor import examine_workspace
from curate.workflows.export_insertion import export_insertion
from curate.workflows.failures import failures
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.removal_scope import accepted_objects, objects_of_group
from curate.workflows.remove import RemovalTools, remove
from curate.workflows.verify import verify_manifest
from curate.workflows.view_selection import ViewOptions
from removable import make_removable

ALL_TRAIN = (100, 0, 0)


class Repainter:
    """Gives everything it is shown another colour; fails at the photos it was told to."""

    fingerprint = "f" * 64
    largest_side = None
    padding = 0.5

    def __init__(self, name="repainter", fails=lambda photo: False):
        self.name = name
        self._fails = fails
        self.seen = 0

    def remove(self, photo, mask):
        self.seen += 1
        if self._fails(photo):
            raise RemovalError("The model ran out of memory: give it smaller photos.")
        return 255 - photo


@pytest.fixture
def views(empty_workspace, tmp_path):
    return make_removable(empty_workspace, tmp_path / "photos")


def tools(workspace, remover=None, dilation=None):
    models = workspace.settings.models_dir
    return RemovalTools(remover or load_remover("telea", models), load_segmenter("box", models), dilation)


def run(workspace, way, wanted=None, **options):
    chosen = accepted_objects(workspace, include_automatic=False) if wanted is None else wanted
    return last(remove(workspace, way, chosen, RemovalMeasures(None), **options))


def stored(workspace, sha256):
    return decoded(workspace.media.get(sha256, ".png"), workspace.settings.max_pixels)


def test_what_is_stored_equals_the_photo_outside_of_the_working_region(empty_workspace, views):
    assert run(empty_workspace, tools(empty_workspace, Repainter()))["removals"] == 4
    for each in removals.listed(empty_workspace):
        photo, output = views.upright(each.object_.public_id), stored(empty_workspace, each.output_sha256)
        left, top, right, bottom = map(
            int, (each.region.x, each.region.y, each.region.right, each.region.bottom)
        )
        inside = np.zeros(photo.shape[:2], dtype=bool)
        inside[top:bottom, left:right] = True
        assert np.array_equal(output[~inside], photo[~inside])
        assert not np.array_equal(output[inside], photo[inside])
        mask, thing = (stored(empty_workspace, name) for name in (each.mask_sha256, each.object_mask_sha256))
        assert mask.shape == thing.shape == photo.shape[:2]
        assert set(np.unique(mask)) == {0, 255}
        assert (thing <= mask).all()
        assert (thing < mask).any()
        assert not mask[~inside].any()


def test_several_removers_stand_side_by_side_and_nothing_is_made_twice(empty_workspace, views):
    other = Repainter()
    for way in (tools(empty_workspace), tools(empty_workspace, other)):
        assert run(empty_workspace, way)["removals"] == 4
        again = run(empty_workspace, way)
        assert (again["removals"], again["failed"]) == (0, 0)
    assert other.seen == 4
    made = removals.of_object(empty_workspace, str(views.objects[0])[:8])
    assert [each.remover for each in made] == ["telea", "repainter"]
    assert made[0].numbers.keys() == made[1].numbers.keys()
    assert run(empty_workspace, tools(empty_workspace, other, dilation=9))["removals"] == 4
    assert {each.dilation for each in removals.listed(empty_workspace, remover="repainter")} == {3, 9}


def test_one_failure_is_one_row_and_retry_makes_up_for_it(empty_workspace, views):
    broken = views.upright(views.objects[1])

    def fails(crop):
        return cv2.matchTemplate(broken, crop, cv2.TM_SQDIFF_NORMED).min() < 1e-6

    way = tools(empty_workspace, Repainter(fails=fails))
    told = run(empty_workspace, way)
    assert (told["removals"], told["failed"]) == (3, 1)
    (failure,) = failures(empty_workspace, rows.STAGE)
    assert (failure.subject, failure.attempts) == (str(views.objects[1]), 1)
    assert "ran out of memory" in failure.reason
    left = run(empty_workspace, way)
    assert (left["removals"], left["failed"], left["failed_before"]) == (0, 0, 1)
    mended = tools(empty_workspace, Repainter())
    assert run(empty_workspace, mended, retry_failed=True)["removals"] == 1
    assert failures(empty_workspace, rows.STAGE) == []


def test_a_photo_that_is_gone_fails_and_the_others_go_on(empty_workspace, views):
    views.files[views.objects[2]].unlink()
    told = run(empty_workspace, tools(empty_workspace))
    assert (told["removals"], told["failed"]) == (3, 1)
    (failure,) = failures(empty_workspace, rows.STAGE)
    assert failure.subject.endswith("scan.tif")
    assert run(empty_workspace, tools(empty_workspace))["failed_before"] == 1


def test_a_run_that_is_cut_off_goes_on_where_it_was(empty_workspace, views):
    way = tools(empty_workspace, remover := Repainter())
    steps = remove(empty_workspace, way, list(views.objects), RemovalMeasures(None))
    for step in steps:
        if step.done == 2:
            break
    steps.close()
    made = len(removals.listed(empty_workspace))
    assert made == remover.seen >= 2  # nothing that the remover made is lost
    assert run(empty_workspace, way)["removals"] == 4 - made
    assert remover.seen == 4


def test_only_what_people_accepted_is_removed_unless_told(empty_workspace, tmp_path):
    views = make_removable(empty_workspace, tmp_path / "photos", accepted=False)
    review.decide_automatically(empty_workspace, review.Policy(0.0))
    assert accepted_objects(empty_workspace, include_automatic=False) == []
    assert set(accepted_objects(empty_workspace, include_automatic=True)) == set(views.objects)
    assert set(objects_of_group(empty_workspace, str(views.group)[:8])) == set(views.objects)


def test_decisions_on_removals_keep_the_rules_of_pairs(empty_workspace, views):
    run(empty_workspace, tools(empty_workspace))
    one = str(removals.listed(empty_workspace)[0].removal)
    with pytest.raises(DecisionError, match="A rejected pair or removal needs a reason"):
        review.decide(empty_workspace, one, "reject", reviewer="ada")
    with pytest.raises(DecisionError, match="A removal has no members"):
        review.decide(
            empty_workspace, one, "accept", reviewer="ada", marks={"different": [str(views.objects[0])]}
        )
    first = review.decide(empty_workspace, one, "reject", reviewer="ada", reason="seam: left edge")
    assert (first.kind, first.new) == ("removal", True)
    assert not review.decide(empty_workspace, one, "reject", reviewer="ada", reason="seam: left edge").new
    assert _state(empty_workspace, one) == "rejected"
    review.decide(empty_workspace, one, "accept", reviewer="ada")
    assert _state(empty_workspace, one) == "accepted"
    review.decide(empty_workspace, one, "flag", reviewer="bob", reason="odd")
    assert _state(empty_workspace, one) == "flagged"
    review.undo(empty_workspace, one, "bob")
    review.undo(empty_workspace, one, "ada")
    assert _state(empty_workspace, one) == "rejected"
    assert [each.kind for each in past_decisions.history(empty_workspace, one)] == ["removal"] * 5


def _state(workspace, removal):
    (found,) = [each for each in removals.listed(workspace) if str(each.removal) == removal]
    return found.state


def test_accepted_backgrounds_are_exported_with_references_and_verified(empty_workspace, views, tmp_path):
    options = ViewOptions("jugs", "1", shares=ALL_TRAIN)
    run(empty_workspace, tools(empty_workspace))
    run(empty_workspace, tools(empty_workspace, Repainter()))
    with pytest.raises(
        ExportError, match=r"4 objects without an accepted removal\): run `curate remove`, and"
    ):
        export_insertion(empty_workspace, options, tmp_path)
    chosen = {}
    for each in removals.listed(empty_workspace, remover="repainter")[:3]:
        review.decide(empty_workspace, str(each.removal), "accept", reviewer="ada")
        chosen[str(each.object_.public_id)] = each
    made = export_insertion(empty_workspace, options, tmp_path)
    assert made.records == 3
    assert [len(gone) for gone in made.left_out.values()] == [1]
    verify_manifest(made.manifest.directory, empty_workspace)
    table = pq_rows(made.manifest.directory / "train")
    assert {row["object_id"] for row in table} == set(chosen)
    for row in table:
        assert len(row["reference_file_names"]) == 3
        each = chosen[row["object_id"]]
        data = (made.manifest.directory / "train" / row["background_file_name"]).read_bytes()
        assert data == empty_workspace.media.get(each.output_sha256, ".png")
        assert row["removal_id"] == str(each.removal)
    assert export_insertion(empty_workspace, options, tmp_path).manifest.already_there
    (sibling,) = (
        one for one in removals.listed(empty_workspace, remover="telea") if one.object_ == each.object_
    )
    review.decide(empty_workspace, str(sibling.removal), "flag", reviewer="bob", reason="who is this?")
    with pytest.raises(VerificationError, match=r"A removal of the object of record .* is flagged"):
        verify_manifest(made.manifest.directory, empty_workspace)
    review.undo(empty_workspace, str(each.removal), "ada")
    with pytest.raises(VerificationError, match="was undone"):
        verify_manifest(made.manifest.directory, empty_workspace)


def pq_rows(folder):

    return pq.read_table(folder / "metadata.parquet").to_pylist()


def test_too_few_references_leave_a_target_out(empty_workspace, views, tmp_path):
    run(empty_workspace, tools(empty_workspace))
    removals.accept_automatically(empty_workspace, "telea")
    options = ViewOptions("jugs", "1", references=4, shares=ALL_TRAIN, include_automatic=True)
    with pytest.raises(ExportError, match="4 objects whose thing is accepted in 3 other photos, where 4"):
        export_insertion(empty_workspace, options, tmp_path)


def test_a_later_rejection_takes_the_background_from_an_export(empty_workspace, views, tmp_path):
    run(empty_workspace, tools(empty_workspace))
    for each in removals.listed(empty_workspace):
        review.decide(empty_workspace, str(each.removal), "accept", reviewer="ada")
    made = export_insertion(empty_workspace, ViewOptions("jugs", "1", shares=ALL_TRAIN), tmp_path)
    review.decide(empty_workspace, str(each.removal), "reject", reviewer="bob", reason="residual")
    with pytest.raises(VerificationError, match=r"The background of record .* is no longer accepted"):
        verify_manifest(made.manifest.directory, empty_workspace)


def test_the_doctor_keeps_outputs_and_misses_lost_ones(empty_workspace, views):
    run(empty_workspace, tools(empty_workspace))
    assert all("in the index" in finding.what for finding in examine_workspace(empty_workspace))
    assert list(examine_workspace(empty_workspace)) == []
    lost = removals.listed(empty_workspace)[0].output_sha256
    empty_workspace.media.remove(f"{lost}.png")
    (finding,) = examine_workspace(empty_workspace)
    assert (finding.what, finding.subject) == ("an output or mask of a removal is missing", lost)


def test_a_report_shows_every_remover(empty_workspace, views, tmp_path):
    from PIL import Image

    run(empty_workspace, tools(empty_workspace))
    run(empty_workspace, tools(empty_workspace, Repainter()))
    found = removals.of_object(empty_workspace, str(views.objects[0]))
    removals.write_report(empty_workspace, found, tmp_path / "reports" / "jug.png")
    assert Image.open(tmp_path / "reports" / "jug.png").width == 1400
