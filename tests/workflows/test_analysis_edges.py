"""What edges say of a corpus, against plain calculations on drawn ones."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from curate.records import Band
from curate.workflows import analysis_edges
from curate.workflows.analysis_corpus import Corpus
from curate.workflows.things import Things
from index.growth import growth


def drawn(objects: int, edges: int, photos: int, seed: int = 0) -> Corpus:
    dice = np.random.default_rng(seed)
    keys = dice.integers(0, photos, objects)
    left, right = dice.integers(0, objects, (2, edges))
    left, right = np.unique(np.sort(np.stack([left, right])[:, keys[left] != keys[right]], axis=0), axis=1)
    return corpus(keys, left, right, dice.uniform(0.9, 1, len(left)), dice.integers(0, 3, objects))


def corpus(keys, left, right, similarity, label) -> Corpus:
    ids = np.array([UUID(int=n + 1).bytes for n in range(len(keys))], dtype="S16")
    things = Things(np.arange(len(keys)) + 50, ids, np.asarray(keys))
    labels = ("cup", "jug", "vase", "never seen")
    return Corpus(things, {}, label, labels, keys, left, right, similarity, Band(0.9, 1.0, "given"), {})


def plain_neighbours(found: Corpus) -> list[int]:
    seen = [set() for _ in range(len(found))]
    for a, b in zip(found.left, found.right, strict=True):
        seen[a].add(found.photo_keys[b])
        seen[b].add(found.photo_keys[a])
    return [len(each) for each in seen]


@pytest.mark.parametrize(("objects", "edges", "photos"), [(200, 400, 60), (50, 0, 50), (1, 0, 1)])
def test_objects_and_classes_are_counted_by_photos_with_something_like_them(objects, edges, photos):
    found = drawn(objects, edges, photos)
    near = analysis_edges.neighbours(found)
    assert near.tolist() == plain_neighbours(found)
    told = analysis_edges.counts(found, near)
    rows = analysis_edges.classes(found, near)
    for k in (1, 3):
        assert told[f"with_{k}"]["hits"] == sum(n >= k for n in plain_neighbours(found))
        for row in rows:
            mine = [
                n for n, label in zip(near, found.label, strict=True) if found.labels[label] == row["label"]
            ]
            assert (row["objects"], row[f"with_{k}"]["hits"]) == (len(mine), sum(n >= k for n in mine))
    assert sum(row["objects"] for row in rows) == objects
    assert [row["with_1"]["hits"] for row in rows] == sorted(
        (row["with_1"]["hits"] for row in rows), reverse=True
    )


def test_slopes_are_those_of_a_least_squares_fit_of_each_draw():
    found = drawn(4000, 6000, 2000)
    told = analysis_edges.grown(found, seed=3)
    plain = growth(found.left, found.right, found.photo_keys, analysis_edges.FRACTIONS, seed=3)
    for k in (1, 3):
        usable = (plain.recurring[k] >= analysis_edges.FEWEST).all(axis=0)
        assert 3 <= usable.sum() < 7  # some sizes are too small to be fitted
        x = np.log(plain.photos[usable])
        counts = [np.polyfit(x, np.log(row[usable]), 1)[0] for row in plain.recurring[k]]
        shares = plain.recurring[k] / plain.objects
        fit = told["fits"][f"with_{k}"]
        assert fit["count"]["slope"] == pytest.approx(np.mean(counts))
        assert fit["share"]["slope"] == pytest.approx(
            np.mean([np.polyfit(x, np.log(row[usable]), 1)[0] for row in shares])
        )
        half = 2.364624 * np.std(counts, ddof=1) / np.sqrt(8)  # Student's t of 7 degrees of freedom
        assert fit["count"]["high"] - fit["count"]["slope"] == pytest.approx(half, rel=1e-5)
    whole = told["points"][-1]
    assert whole["fraction"] == 1
    assert whole["with_1"]["count"] == sum(n >= 1 for n in plain_neighbours(found))
    assert whole["with_1"]["low"] == whole["with_1"]["high"] == whole["with_1"]["value"]


def test_rare_recurrences_grow_with_the_square_of_the_photos():
    # Each of 20,000 objects in a photo of its own, and pairs so few that hardly any object is in two.
    found = drawn(20_000, 3000, 10**9)
    fit = analysis_edges.grown(found, seed=0)["fits"]["with_1"]
    assert fit["count"]["slope"] == pytest.approx(2, abs=0.1)
    assert fit["share"]["slope"] == pytest.approx(1, abs=0.1)


def test_too_few_recurrences_are_not_fitted():
    told = analysis_edges.grown(drawn(300, 30, 200), seed=0)
    assert told["fits"] == {"with_1": None, "with_3": None}


def test_the_hub_is_the_object_that_most_others_name():
    # Object 0 is the best neighbour of 40 others; every other one has its own four lesser ones.
    spokes = np.arange(1, 41)
    others = [(a, b) for a in spokes for b in spokes if a < b <= a + 2]
    left = np.concatenate([np.zeros(40, np.int64), [a for a, _ in others]])
    right = np.concatenate([spokes, [b for _, b in others]])
    similarity = np.concatenate([np.full(40, 0.99), np.linspace(0.91, 0.95, len(others))])
    found = corpus(np.arange(41), left, right, similarity, np.zeros(41, np.int64))
    told = analysis_edges.hubs(found, analysis_edges.neighbours(found))
    first = {"object": str(UUID(int=1)), "label": "cup", "neighbours": 40, "named_by": 40}
    assert told["most"][0] == first
    assert len(told["most"]) == analysis_edges.MOST_HUBS
    assert told["named_by_most"] == 40
    assert told["skewness"] > 5
    assert sum(size for _, size in told["neighbours"]) == 41
    assert [value for value, _ in told["neighbours"]] == [3, 4, 5, 40]


def test_where_nothing_recurs_there_is_no_hub():
    found = drawn(20, 0, 20)
    told = analysis_edges.hubs(found, analysis_edges.neighbours(found))
    assert told == {"neighbours": [], "skewness": None, "named_by_most": 0, "most": []}
