"""The corpus that the benchmarks of the join run on, and the truth they hold engines against."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.exact import edges_in_band
from join_truth import BAND, Truth, sampled_truth
from planted_recurrences import BLOCK, Corpus, make_corpus, planted_vectors, write_planted

OBJECTS, DIMENSION = 10_000, 32


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return make_corpus(OBJECTS, DIMENSION)


@pytest.fixture(scope="module")
def vectors(corpus: Corpus) -> np.ndarray:
    return corpus.rows(0)


@pytest.fixture(scope="module")
def edges(corpus: Corpus, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = edges_in_band(vectors, corpus.photo_keys, *BAND)
    return found.left, found.right


def test_as_many_objects_recur_as_in_the_web_corpus(edges: tuple[np.ndarray, np.ndarray]) -> None:
    neighbours = np.bincount(np.concatenate(edges), minlength=OBJECTS)
    assert 0.11 <= (neighbours >= 1).mean() <= 0.20
    assert 0.05 <= (neighbours >= 3).mean() <= 0.10


def test_rows_have_unit_length_and_photos_hold_1_15_objects(corpus: Corpus, vectors: np.ndarray) -> None:
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert 1.13 <= OBJECTS / (corpus.photo_keys[-1] + 1) <= 1.17


def test_views_of_one_thing_lie_in_different_photos_and_some_are_equal(
    corpus: Corpus, vectors: np.ndarray
) -> None:
    planted = np.flatnonzero(corpus.groups >= 0)
    placed = np.stack([corpus.groups[planted], corpus.photo_keys[planted]])
    assert np.unique(placed, axis=1).shape[1] == len(planted)
    equal = planted[corpus.group_cosine[corpus.groups[planted]] == 1]
    assert len(np.unique(vectors[equal], axis=0)) == len(np.unique(corpus.groups[equal])) < len(equal)


def test_objects_of_a_kind_compete_with_the_recurrences(corpus: Corpus, vectors: np.ndarray) -> None:
    singles = vectors[corpus.groups < 0][:2000]
    similarity = singles @ vectors[corpus.groups < 0][2000:].T
    nearest = similarity.max(axis=1)
    assert np.quantile(nearest, 0.5) > 0.6
    assert 0.8 < nearest.max() < 0.97


def test_files_hold_the_same_as_memory_whatever_their_number_of_blocks(tmp_path: Path) -> None:
    count = BLOCK + 1000
    written = [np.load(file) for file in write_planted(tmp_path, count, 8, seed=3)]
    made = planted_vectors(count, 8, seed=3)
    assert all(map(np.array_equal, written, made))
    assert not np.array_equal(made[0], planted_vectors(count, 8, seed=4)[0])


def test_sampled_truth_holds_every_edge_of_its_sample(
    corpus: Corpus, vectors: np.ndarray, edges: tuple[np.ndarray, np.ndarray]
) -> None:
    everything = sampled_truth(vectors, corpus.photo_keys, pairs=10**9)
    assert {*zip(everything.left, everything.right, strict=True)} == {*zip(*edges, strict=True)}
    some = sampled_truth(vectors, corpus.photo_keys, pairs=300)
    assert 300 <= len(some.left) < len(edges[0])
    assert some.recall(*edges).share == 1


def test_recall_counts_pairs_in_either_order_once() -> None:
    truth = Truth(np.array([0, 1, 2, 3]), np.array([5, 6, 7, 8]), 9)
    recall = truth.recall(np.array([5, 5, 1, 4]), np.array([0, 0, 6, 4]))
    assert (recall.found, recall.pairs, recall.share) == (2, 4, 0.5)
    assert (round(recall.low, 3), round(recall.high, 3)) == (0.068, 0.932)  # tables of Clopper and Pearson
