"""Quadruplets: drawn evenly, held out, each view the truth once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from curate.errors import VerificationError
from curate.exporters.export_folder import write_folder
from curate.exporters.tasks.benchmark import benchmark_records
from curate.exporters.tasks.subject_records import AcceptedView
from curate.exporters.tasks.subject_samples import subject_samples
from curate.exporters.verify import verify
from curate.manifest_records import ManifestSpec
from forgery import rewrite


@pytest.fixture
def set_of(encoded, pixels, view):
    """Accepted views on photos of their own, near-duplicates as told, and their vectors."""

    def make(count, same_photo=()):
        files = [encoded(pixels(n)) for n in range(count)]
        views = [AcceptedView(view(data, n), str(dict(same_photo).get(n, n))) for n, data in enumerate(files)]
        vectors = np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)
        return views, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), files

    return make


def test_each_of_four_views_is_the_truth_once(set_of):
    views, vectors, _ = set_of(6, same_photo=[(5, 4)])
    made = benchmark_records(views, vectors, split="test", decision_ids=["d"])
    truths = {record.target.object_id for record in made.records}
    assert len(made.records) == len(truths) == 4
    for record in made.records:
        assert {record.target.object_id, *(each.object_id for each in record.references)} == truths
    photos = {each.view.object_id: each.photo_key for each in views}
    assert len({photos[each] for each in truths}) == 4
    assert len(made.skipped) == 2


def test_the_order_of_the_views_changes_nothing(set_of):
    views, vectors, _ = set_of(7)
    made = benchmark_records(views, vectors, split="test", decision_ids=["d"])
    again = benchmark_records(views[::-1], vectors[::-1], split="test", decision_ids=["d"])
    assert made.records == again.records


@pytest.mark.parametrize(
    ("count", "split", "why"),
    [(3, "test", "fewer than 4 photos"), (5, "train", "may be trained on")],
)
def test_sets_that_are_too_small_or_trained_on_give_none(set_of, count, split, why):
    views, vectors, _ = set_of(count)
    made = benchmark_records(views, vectors, split=split, decision_ids=["d"])
    assert not made.records
    assert Counter(why in each.reason for each in made.skipped) == {True: count}


def test_it_is_written_and_verified_and_may_stand_in_test_only(set_of, approved_set, tmp_path):
    views, vectors, files = set_of(4)
    made = benchmark_records(views, vectors, split="test", decision_ids=["d"])
    photos = dict(zip([each.view.photo_sha256 for each in views], files, strict=True))
    samples = subject_samples(made.records, lambda view: photos[view.photo_sha256], approved_set.decode)
    folder = write_folder(samples, ManifestSpec("four", "1", "benchmark"), tmp_path, records=4).directory
    assert verify(folder).counts == {"test": 4, "groups": 1, "photos": 4, "files": 7}
    assert "from 1 quadruplet:" in (folder / "README.md").read_text()
    rewrite(
        folder,
        "test",
        lambda rows: [{**row, "reference_object_ids": row["reference_object_ids"][:2]} for row in rows],
    )
    with pytest.raises(VerificationError, match="other than 3 references"):
        verify(folder)
