"""From an accepted set to records."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.captions import template
from curate.errors import ExportError
from curate.exporters.tasks.subject_records import AcceptedView, subject_records
from curate.manifest_records import SubjectView
from curate.records import Box


def accepted(number: int, photo: int, label: str = "vase", licence: str | None = "CC0-1.0") -> AcceptedView:
    view = SubjectView(
        UUID(int=number),
        f"{photo:064x}",
        f"file:///{photo}.jpg",
        Box(0, 0, 9, 9),
        label,
        0.9,
        None,
        licence,
        None,
    )
    return AcceptedView(view, f"{photo:064x}")


def unit(rows: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(
    photos=st.lists(st.integers(0, 6), min_size=1, max_size=9),
    references=st.integers(1, 4),
    fewer=st.integers(0, 3),
    random=st.randoms(use_true_random=False),
)
def test_each_member_is_the_target_once_or_has_a_reason(photos, references, fewer, random):
    at_least = max(1, references - fewer)
    views = [accepted(number, photo) for number, photo in enumerate(photos)]
    vectors = unit(len(views))
    options = {"split": "train", "decision_ids": ["b", "a"], "references": references, "at_least": at_least}
    made = subject_records(views, vectors, **options)
    targets = [record.target.object_id for record in made.records]
    assert sorted(targets + [skipped.object_id for skipped in made.skipped]) == [
        UUID(int=n) for n in range(len(views))
    ]
    for record in made.records:
        used = [view.photo_sha256 for view in (record.target, *record.references)]
        assert len(set(used)) == len(used)
        assert at_least <= len(record.references) <= references
        assert list(record.similarities) == sorted(record.similarities, reverse=True)
        assert record.decision_ids == ("a", "b")
    order = list(range(len(views)))
    random.shuffle(order)
    assert subject_records([views[n] for n in order], vectors[order], **options) == made


def test_references_are_the_most_similar_one_per_photo():
    angles = np.array([0.0, 0.1, 0.2, 0.3, 0.4])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    views = [accepted(0, 0), accepted(1, 1), accepted(2, 1), accepted(3, 2), accepted(4, 3)]
    made = subject_records(views, vectors, split="test", decision_ids=["d"])
    first = next(record for record in made.records if record.target.object_id == UUID(int=0))
    assert [view.object_id.int for view in first.references] == [1, 3, 4]
    assert first.similarities == pytest.approx(np.cos([0.1, 0.3, 0.4]), abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "caption"),
    [
        (["vase", "cup", "vase", "vase"], "a photo of a vase"),
        (["Potted Plant", "potted plant", "vase", "cup"], "a photo of a potted plant"),
        (["vase", "cup", "vase", "cup"], "a photo of a cup"),
        (["", "", "", "vase"], "a photo of a vase"),
        (["", "_", " ", ""], "a photo of an object"),
    ],
)
def test_a_thing_has_one_name_in_its_captions_whatever_a_detector_calls_its_views(labels, caption):
    views = [accepted(number, number, label) for number, label in enumerate(labels)]
    made = subject_records(views, unit(4), split="train", decision_ids=["d"])
    assert {record.caption for record in made.records} == {caption}
    assert sorted(record.target.label for record in made.records) == sorted(labels)


def test_near_duplicate_photos_count_as_one():
    views = [accepted(n, n) for n in range(4)]
    views[3] = AcceptedView(views[3].view, views[2].photo_key)
    made = subject_records(views, unit(4), split="train", decision_ids=["d"])
    assert not made.records
    assert made.skipped[0].reason == "objects whose thing is accepted in 2 other photos, where 3 are needed"


def test_more_references_at_least_than_asked_for_is_refused():
    with pytest.raises(ExportError, match="--at-least a number from 1 to --references"):
        subject_records([accepted(0, 0)], unit(1), split="train", decision_ids=[], references=2, at_least=3)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("vase", "a photo of a vase"),
        ("Potted Plant", "a photo of a potted plant"),
        ("umbrella", "a photo of an umbrella"),
        ("TV", "a photo of a TV"),
        ("wine_glass", "a photo of a wine glass"),
        ("scissors", "a photo of scissors"),
        ("bus", "a photo of a bus"),
        ("unicycle", "a photo of a unicycle"),
        ("  ", "a photo of an object"),
    ],
)
def test_a_label_becomes_a_caption(label, text):
    assert template(label) == text
