"""Exports take a portion of the records at a time: how large it is shows nowhere in what they write."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from accepted_views import fill_with_views
from curate.database import approval_columns, columns
from curate.errors import MediaError, NotFoundError, VerificationError
from curate.workflows import (
    bootstrap_selection,
    decision_selection,
    decision_standing,
    export,
    export_insertion,
    verify,
    view_selection,
)
from curate.workflows.decision_selection import DecisionOptions
from curate.workflows.export import SubjectOptions, export_benchmark, export_subject
from curate.workflows.export_decisions import export_decisions
from curate.workflows.verify import verify_manifest
from workspace_content import tree

VIEWS, PHOTOS = 96, 16  # 24 things on four shelves


@pytest.fixture
def stocked(empty_workspace, tmp_path):
    fill_with_views(empty_workspace, tmp_path / "photos", VIEWS, PHOTOS, 8)
    return empty_workspace


def export_all(workspace, to: Path) -> int:
    """How many records there are."""
    shares = {"shares": (40, 30, 30), "seed": 1}
    made = [
        export_subject(workspace, SubjectOptions("subject", "1", **shares), to),
        export_benchmark(workspace, SubjectOptions("benchmark", "1", **shares), to),
        export_decisions(workspace, DecisionOptions("decisions", "1", **shares), to),
    ]
    for each in made:
        verify_manifest(each.manifest.directory, workspace)
    return sum(each.records for each in made)


def test_portions_of_any_size_give_the_same_bytes(stocked, tmp_path, monkeypatch):
    records = export_all(stocked, tmp_path / "whole")
    for module in (view_selection, export, export_insertion, bootstrap_selection, decision_selection):
        monkeypatch.setattr(module, "PORTION", 5)
    monkeypatch.setattr(columns, "ROWS", 7)
    monkeypatch.setattr(approval_columns, "_ASKED", 11)
    for module in (verify, decision_standing):
        monkeypatch.setattr(module, "_TOGETHER", 3)
    assert export_all(stocked, tmp_path / "parts") == records > VIEWS
    assert tree(tmp_path / "parts") == tree(tmp_path / "whole")


def test_an_object_without_a_vector_is_named(stocked, tmp_path):
    with stocked.transaction() as session:
        session.execute(text("DELETE FROM embedded WHERE object_id = 6"))
        lost = session.scalar(text("SELECT public_id FROM objects WHERE id = 6"))
    with pytest.raises(NotFoundError, match=f"Object {lost} has no vector by this embedder"):
        export_subject(stocked, SubjectOptions("subject", "1"), tmp_path)


def test_a_lost_block_of_vectors_is_said_before_anything_is_written(stocked, tmp_path):
    with stocked.transaction() as session:
        sha256 = session.scalar(text("SELECT sha256 FROM vector_blocks"))
    stocked.media.remove(f"{sha256}.safetensors")
    with pytest.raises(MediaError, match="missing"):
        export_subject(stocked, SubjectOptions("subject", "1"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_verifying_names_every_record_whose_views_are_no_longer_one_thing(stocked, tmp_path, monkeypatch):
    made = export_subject(stocked, SubjectOptions("subject", "1"), tmp_path)
    monkeypatch.setattr(verify, "_TOGETHER", 3)
    with stocked.transaction() as session:
        session.execute(text("DELETE FROM pair_facts WHERE decision_id = 2"))
    with pytest.raises(VerificationError) as told:
        verify_manifest(made.manifest.directory, stocked)
    assert str(told.value).count("is no longer accepted by its reviewers") == 4
