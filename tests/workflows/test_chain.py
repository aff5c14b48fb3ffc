"""The chain on real photos with real models: photos, objects, vectors, groups, decisions, manifest."""

from __future__ import annotations

import pytest
from datasets import load_dataset
from typer.testing import CliRunner

from chain import last, run_chain
from curate.cli.app import app
from curate.errors import ExportError, NotFoundError, VerificationError
from curate.records import Band, Group
from curate.verdicts import DIFFERENT
from curate.workflows import review
from curate.workflows.export import SubjectOptions, export_subject
from curate.workflows.mine import MiningOptions, mine
from curate.workflows.review import photo_uris
from curate.workflows.run import DEFAULT_FILTER
from curate.workflows.status import status
from curate.workflows.verify import verify_manifest
from curate.workspace import Workspace
from forgery import describe, rewrite

JUG_NUMBERS = {"7303773", "7303788", "7303800", "7303842"}
OPTIONS = SubjectOptions("jugs", "1", shares=(100, 0, 0))
PAIRS = MiningOptions(Band(0.3, 0.99, "given"), DEFAULT_FILTER, min_views=1, max_size=2)


def numbers(workspace: Workspace, group: Group) -> set[str]:
    """The numbers of the photos a group's members are in: pexels-7303773.jpg is 7303773."""
    return {uri.rpartition("-")[2].removesuffix(".jpg") for uri in photo_uris(workspace, group).values()}


def jug(workspace: Workspace) -> Group:
    """The group of the stoneware jug, which is in four of the photos."""
    for group in review.groups(workspace):
        if numbers(workspace, group) == JUG_NUMBERS:
            return group
    raise AssertionError("no group holds the jug from its four photos and nothing else")


def test_one_group_holds_the_jug_from_all_four_photos_and_nothing_else(workspace):
    found = jug(workspace)
    assert len(found.views) == 4
    assert found.state == "open"
    assert found.weakest > 0.38


def test_the_chain_run_again_does_nothing_and_says_so(workspace, mined, interior_photos):
    before = status(workspace)
    again = run_chain(workspace, interior_photos)
    assert again["ingest"]["new"] == 0
    assert again["ingest"]["already_here"] == 39
    assert again["detect"]["photos"] == again["embed"]["photos"] == 0
    assert again["mine"] == {**mined.summaries["mine"], "new": False}
    assert status(workspace) == before


def test_mine_after_run_is_the_same_run(workspace):
    before = status(workspace)
    mined_again = CliRunner().invoke(app, ["--workspace", str(workspace.root), "mine"])
    assert mined_again.stdout.endswith(" (this run was here already).\n")
    assert status(workspace) == before


def test_new_photos_are_mined_with_the_options_of_the_latest_run_and_it_says_so(workspace, interior_photos):
    words = ["--workspace", str(workspace.root)]
    options = ["--band", "0.3", "0.99", "--min-views", "1", "--max-size", "2"]
    CliRunner().invoke(app, [*words, "mine", *options])
    before = status(workspace)
    again = CliRunner().invoke(app, [*words, "run", str(interior_photos)])
    assert again.stdout.endswith(" (this run was here already).\n")
    said = "Mining with --band 0.3 0.99 --min-views 1 --max-size 2, as the latest run of these models did; "
    assert again.stderr.startswith(said)
    assert status(workspace) == before
    CliRunner().invoke(app, [*words, "mine"])
    assert CliRunner().invoke(app, [*words, "run", str(interior_photos)]).stderr == ""
    assert status(workspace) == before


def test_an_accepted_group_becomes_a_manifest_that_verifies_and_loads(workspace, tmp_path):
    review.decide(workspace, str(jug(workspace).public_id), "accept", reviewer="ada")
    made = export_subject(workspace, OPTIONS, tmp_path / "out")
    assert made.records == 4  # every member is the target once
    directory = made.manifest.directory
    assert verify_manifest(directory, workspace).content_hash == made.manifest.content_hash
    rows = load_dataset("imagefolder", data_dir=str(directory), cache_dir=str(tmp_path / "cache"))["train"]
    assert len(rows) == 4
    for row in rows:
        assert row["target"].size[0] > 0
        assert [reference.size[0] > 0 for reference in row["reference"]] == [True, True, True]


def test_exporting_the_same_approval_again_gives_the_same_bytes(workspace, tmp_path):
    review.decide(workspace, str(jug(workspace).public_id), "accept", reviewer="ada")
    first = export_subject(workspace, OPTIONS, tmp_path / "one")
    second = export_subject(workspace, OPTIONS, tmp_path / "two")
    assert first.manifest.content_hash == second.manifest.content_hash
    assert export_subject(workspace, OPTIONS, tmp_path / "one").manifest.already_there


def test_a_manifest_is_refused_when_its_decision_is_undone(workspace, tmp_path):
    review.decide(workspace, str(jug(workspace).public_id), "accept", reviewer="ada")
    directory = export_subject(workspace, OPTIONS, tmp_path).manifest.directory
    review.undo(workspace, None, "ada")
    with pytest.raises(VerificationError, match="ada was undone"):
        verify_manifest(directory, workspace)
    assert verify_manifest(directory, None).counts["train"] == 4


def test_a_manifest_is_refused_when_somebody_disagrees_later(workspace, tmp_path):
    group = str(jug(workspace).public_id)
    review.decide(workspace, group, "accept", reviewer="ada")
    directory = export_subject(workspace, OPTIONS, tmp_path).manifest.directory
    review.decide(workspace, group, "reject", reviewer="bob")
    with pytest.raises(VerificationError, match="no longer accepted"):
        verify_manifest(directory, workspace)


def test_a_forgery_that_was_sealed_again_is_noticed_with_the_database(workspace, tmp_path):
    review.decide(workspace, str(jug(workspace).public_id), "accept", reviewer="ada")
    directory = export_subject(workspace, OPTIONS, tmp_path).manifest.directory
    rewrite(directory, "train", lambda rows: [row | {"caption": "a photo of a bomb"} for row in rows])
    describe(directory)
    assert verify_manifest(directory, None).counts["train"] == 4
    with pytest.raises(VerificationError, match="changed and sealed again: run `curate export` again"):
        verify_manifest(directory, workspace)


def test_a_manifest_of_another_workspace_is_refused(workspace, empty_workspace, tmp_path):
    review.decide(workspace, str(jug(workspace).public_id), "accept", reviewer="ada")
    directory = export_subject(workspace, OPTIONS, tmp_path / "out").manifest.directory
    with pytest.raises(VerificationError, match="was not exported from this workspace"):
        verify_manifest(directory, empty_workspace)


def test_a_jug_mined_as_two_groups_stands_in_one_split(workspace, tmp_path):
    views = {view.object_.public_id for view in jug(workspace).views}
    last(mine(workspace, PAIRS))
    for group in review.groups(workspace):
        if {view.object_.public_id for view in group.views} < views:
            review.decide(workspace, str(group.public_id), "accept", reviewer="ada")
    for seed in range(8):
        asked = SubjectOptions("jugs", "1", references=1, shares=(50, 0, 50), seed=seed)
        made = export_subject(workspace, asked, tmp_path / str(seed))
        assert made.manifest.counts["groups"] == 2
        assert len({"train", "test"} & made.manifest.counts.keys()) == 1
        with workspace.transaction() as session:  # so that the next seed draws anew
            session.connection().exec_driver_sql("DELETE FROM photo_splits")


def test_every_object_that_is_left_out_is_listed_under_its_reason(workspace, tmp_path):
    last(mine(workspace, PAIRS))
    review.decide_automatically(workspace, review.Policy(0.0))
    groups = [[view.object_ for view in group.views] for group in review.groups(workspace)]
    with workspace.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO photo_splits "
            "SELECT id, CASE mod(id, 2) WHEN 0 THEN 'train' ELSE 'test' END FROM photos"
        )
    apart = [group for group in groups if len({each.photo_id % 2 for each in group}) > 1]
    crossing = {str(each.public_id) for group in apart for each in group}
    asked = SubjectOptions("all", "1", references=1, include_automatic=True)
    made = export_subject(workspace, asked, tmp_path)
    assert len(apart) > 1
    assert made.left_out == {"their photos stand in different splits": tuple(sorted(crossing))}
    assert made.records == sum(map(len, groups)) - len(crossing) > 0


def test_automatic_decisions_are_left_out_of_exports_unless_asked_for(workspace, tmp_path):
    made = review.decide_automatically(workspace, review.Policy(0.0))
    assert len(made) == len(review.groups(workspace))
    assert review.decide_automatically(workspace, review.Policy(0.0)) == []
    with pytest.raises(
        ExportError,
        match=r"4 objects that only an automatic policy accepted .*\): accept .* --include-automatic\.$",
    ):
        export_subject(workspace, OPTIONS, tmp_path)
    with_them = SubjectOptions("jugs", "2", shares=(100, 0, 0), include_automatic=True)
    assert export_subject(workspace, with_them, tmp_path).records >= 4


def test_a_dropped_member_shows_as_dropped_and_leaves_too_few_for_a_record(workspace, tmp_path):
    found = jug(workspace)
    dropped = str(found.views[-1].object_.public_id)
    review.decide(workspace, str(found.public_id), "accept", marks={DIFFERENT: [dropped]}, reviewer="ada")
    after = jug(workspace)
    assert after.state == "accepted"
    assert after.kept == {view.object_.public_id for view in found.views[:-1]}
    with pytest.raises(
        ExportError,
        match=r"3 objects whose thing is accepted in 2 other photos.*\): accept more .* lower --at-least\.$",
    ):
        export_subject(workspace, OPTIONS, tmp_path)
    fewer = SubjectOptions("jugs", "1", shares=(100, 0, 0), at_least=2)
    assert export_subject(workspace, fewer, tmp_path).records == 3


def test_what_a_policy_decided_can_be_taken_back(workspace):
    review.decide_automatically(workspace, review.Policy(0.0))
    assert review.undo_automatic(workspace, review.Policy(0.5)) == 0  # another policy
    assert review.undo_automatic(workspace, review.Policy(0.0)) == len(review.groups(workspace))
    assert {group.state for group in review.groups(workspace)} == {"open"}


def test_photos_without_a_licence_are_not_exported_unless_told(workspace, tmp_path):
    with workspace.transaction() as session:
        session.connection().exec_driver_sql("UPDATE photos SET licence = NULL")
    review.decide(workspace, str(jug(workspace).public_id), "accept")
    with pytest.raises(ExportError, match="no licence on record"):
        export_subject(workspace, OPTIONS, tmp_path)
    told = SubjectOptions("jugs", "1", shares=(100, 0, 0), allow_unknown_rights=True)
    assert export_subject(workspace, told, tmp_path).records == 4


def test_mining_with_another_band_keeps_the_verdict(workspace):
    review.decide(workspace, str(jug(workspace).public_id), "accept")
    wide = MiningOptions(Band(0.2, 0.99, "given"), DEFAULT_FILTER)
    assert last(mine(workspace, wide))["new"]
    holding = [group for group in review.groups(workspace) if numbers(workspace, group) & JUG_NUMBERS]
    assert {group.state for group in holding} <= {"accepted", "partial", "open"}
    assert any(group.state in ("accepted", "partial") for group in holding)


def test_what_was_never_mined_or_approved_is_said_in_a_sentence(empty_workspace, tmp_path):
    with pytest.raises(NotFoundError, match="curate mine"):
        review.groups(empty_workspace)
    with pytest.raises(NotFoundError, match="curate embed"):
        export_subject(empty_workspace, OPTIONS, tmp_path)
