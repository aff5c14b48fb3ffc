"""croissant.json, read with MLCommons' own library."""

from __future__ import annotations

import json
from dataclasses import replace

import mlcroissant
import pytest

from curate.manifest_records import Provenance, UsedModel
from subject_manifest import write_subject

PROVENANCE = Provenance(
    decisions=5,
    automatic=1,
    reviewers=2,
    items={"group": 4},
    agreed=1,
    asked=2,
    models=(UsedModel("detector", "nanodet", "ab" * 32), UsedModel("embedder", "sscd", "cd" * 32)),
    mining=({"rule": "compact", "band": {"low": 0.6, "high": 0.9}},),
)


@pytest.fixture(scope="module")
def described(approved, tmp_path_factory):
    spec = replace(approved.spec, provenance=PROVENANCE)
    folder = tmp_path_factory.mktemp("croissant")
    return write_subject(approved.records, spec, folder, approved.read, approved.decode).directory


def test_it_is_valid_and_gives_the_records(approved, described):
    dataset = mlcroissant.Dataset(described / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    assert dataset.metadata.ctx.is_v1_1()
    train = {record.sample_id: record for record in approved.records if record.split == "train"}
    rows = list(dataset.records("train"))
    assert {row["train/sample_id"].decode() for row in rows} == set(train)
    for row in rows:
        record = train[row["train/sample_id"].decode()]
        assert row["train/caption"].decode() == record.caption
        assert list(row["train/box"]) == [4.5, 6.25, 30.5, 31.0]
        assert list(row["train/similarities"]) == list(record.similarities)


def test_it_says_who_decided_with_which_models_and_under_which_licence(described):
    stated = json.loads((described / "croissant.json").read_bytes())
    assert stated["license"] == ["https://spdx.org/licenses/CC0-1.0.html"]
    detector, embedder, review = stated["prov:wasGeneratedBy"]
    assert detector["prov:wasAssociatedWith"]["identifier"] == "ab" * 32
    assert embedder["prov:wasAssociatedWith"]["name"] == "sscd"
    words = "4 decisions by 2 reviewers and 1 by an automatic policy, on 4 groups of views"
    assert words in review["description"]
    assert "all said the same on 1 of 2" in review["description"]


def test_the_card_says_the_same(described):
    card = (described / "README.md").read_text()
    assert "4 decisions by 2 reviewers and 1 by an automatic policy, on 4 groups of views" in card
    assert f"| detector | nanodet | `{'ab' * 32}` |" in card
    assert '"rule": "compact"' in card
    assert "## Known limits" in card
