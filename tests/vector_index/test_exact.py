"""The exact blocked comparison against a plain loop over all pairs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index.exact import cosines, edges_in_band

GRID = np.array([-1, -0.6, 0, 0.6, 0.8, 1], dtype=np.float32)


@st.composite
def rows_and_photos(draw):
    """Few directions in few dimensions: many equal and many right-on-the-limit similarities."""
    n = draw(st.integers(0, 14))
    dimension = draw(st.sampled_from([2, 3, 7]))
    coarse = draw(st.booleans())
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = random.choice(GRID, (n, dimension)) if coarse else random.standard_normal((n, dimension))
    rows[:, 0] += (~rows.any(axis=1) & (random.random(n) < 0.5)).astype(rows.dtype)  # some rows of zeros
    rows = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)).astype(np.float32)
    return rows, random.integers(0, max(1, n // 2) + 1, n)


def plain_loop(rows, photos, low, high):
    edges, above = {}, np.zeros(len(rows), dtype=bool)
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            similarity = np.float32(sum(float(a) * float(b) for a, b in zip(rows[i], rows[j], strict=True)))
            if photos[i] == photos[j]:
                continue
            if float(similarity) > high:
                above[[i, j]] = True
            elif float(similarity) >= low:
                edges[i, j] = similarity
    return edges, above


def as_dict(edges):
    pairs = zip(edges.left.tolist(), edges.right.tolist(), edges.similarity, strict=True)
    return {(left, right): similarity for left, right, similarity in pairs}


@settings(max_examples=150, deadline=None)
@given(rows_and_photos(), st.integers(1, 16), st.data())
def test_it_finds_what_a_loop_over_all_pairs_finds(given_rows, block, data):
    rows, photos = given_rows
    every = sorted({float(s) for s in plain_loop(rows, photos, -2, 2)[0].values()} | {0.5})
    limit = st.sampled_from(every) | st.floats(-1, 1)  # limits that are met exactly, and any other
    low, high = sorted([data.draw(limit), data.draw(limit)])
    expected, above = plain_loop(rows, photos, low, high)

    edges = edges_in_band(rows, photos, low, high, block=block)

    assert as_dict(edges) == expected
    assert edges.above.tolist() == above.tolist()
    assert list(zip(edges.left, edges.right, strict=True)) == sorted(expected)


@pytest.mark.parametrize("block", [13, 64, 299, 300, 5000])
def test_the_block_size_changes_nothing(block):
    rows = near_copies(300, 512)
    photos = np.arange(300) // 2
    middle = float(np.median(edges_in_band(rows, photos, -1, 1).similarity))
    expected = edges_in_band(rows, photos, middle, 0.9)
    edges = edges_in_band(rows, photos, middle, 0.9, block=block)
    assert len(edges) > 1000
    for name in ("left", "right", "similarity", "above"):
        assert getattr(edges, name).tobytes() == getattr(expected, name).tobytes()


def test_the_order_of_the_rows_changes_nothing():
    rows, photos = near_copies(200, 64), np.arange(200) // 3
    order = np.random.default_rng(1).permutation(200)
    plain, moved = (
        edges_in_band(rows[chosen], photos[chosen], 0.3, 0.9) for chosen in (np.arange(200), order)
    )
    back = {tuple(sorted((order[i], order[j]))): s for (i, j), s in as_dict(moved).items()}
    assert back == as_dict(plain)
    assert moved.above.tolist() == plain.above[order].tolist()


def test_a_similarity_does_not_depend_on_the_pairs_asked_for_with_it():
    rows = near_copies(100, 700)
    left, right = np.triu_indices(100, 1)
    together = cosines(rows, left, right)
    alone = [cosines(rows, left[i : i + 1], right[i : i + 1])[0] for i in range(0, len(left), 37)]
    assert together[::37].tobytes() == np.array(alone).tobytes()
    assert cosines(rows, right, left).tobytes() == together.tobytes()


def test_reduced_precision_set_elsewhere_loses_no_edge():
    rows, photos = near_copies(200, 256), np.arange(200)
    expected = as_dict(edges_in_band(rows, photos, 0.5, 0.9))
    torch.set_float32_matmul_precision("medium")
    try:
        assert as_dict(edges_in_band(rows, photos, 0.5, 0.9)) == expected
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")


def test_read_only_and_memory_mapped_vectors_are_accepted(tmp_path):
    rows, photos = near_copies(50, 16), np.arange(50)
    np.save(tmp_path / "rows.npy", rows)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert as_dict(edges_in_band(mapped, photos, 0, 1)) == as_dict(edges_in_band(rows, photos, 0, 1))


def test_progress_ends_with_everything_done():
    seen = []
    edges_in_band(
        near_copies(10, 4), np.arange(10), 0, 1, block=4, on_progress=lambda *step: seen.append(step)
    )
    assert seen == [(done, 6) for done in range(1, 7)]


@pytest.mark.parametrize(
    ("rows", "photos", "band", "complaint"),
    [
        (np.ones((3, 4), np.float32), 3, (0, 1), r"row 0 has length 2\.0"),
        (np.full((3, 4), np.nan, np.float32), 3, (0, 1), "length nan"),
        (np.eye(3), 3, (0, 1), "float32"),
        (np.eye(3, dtype=np.float32), 2, (0, 1), "photo keys"),
        (np.eye(3, dtype=np.float32), 3, (0.9, 0.8), "holds nothing"),
        (np.eye(3, dtype=np.float32), 3, (np.nan, 0.8), "holds nothing"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(rows, photos, band, complaint):
    with pytest.raises(ValueError, match=complaint):
        edges_in_band(rows, np.arange(photos), *band)


def near_copies(number: int, dimension: int) -> np.ndarray:
    """Rows around a tenth as many centres."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((max(1, number // 10), dimension))
    rows = centres[random.integers(0, len(centres), number)] + random.standard_normal((number, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
