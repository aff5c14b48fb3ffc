"""The recurrence join against the exact comparison, and what it says about itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index.comparing import blocks, measured
from index.comparing.caps import capped
from index.comparing.cells import ALL
from index.comparing.options import JoinOptions, TooLittleMemory
from index.exact import edges_in_band
from index.join import recurrence_join
from planted_recurrences import planted_vectors

UNCAPPED = JoinOptions(top_k=None, max_degree=None)
EVERYTHING = replace(UNCAPPED, margin=ALL)
BAND = 0.93, 0.975  # objectmate


@st.composite
def corpora(draw):
    """Things with several views, copies of rows, rows of zeros, photos of many objects."""
    n = draw(st.sampled_from([0, 1, 2, 7, 300, 1500]))
    dimension = draw(st.sampled_from([8, 33, 64, 512, 1024]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    things = random.standard_normal((n // draw(st.sampled_from([3, 40])) + 1, dimension))
    rows = things[random.integers(0, len(things), n)]
    rows += draw(st.sampled_from([0.2, 0.5])) * random.standard_normal((n, dimension))
    copies = int(n * draw(st.sampled_from([0, 0, 0.1, 1])))
    rows[:copies] = rows[random.integers(0, max(1, copies // draw(st.sampled_from([2, 50, 2000]))), copies)]
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    rows[random.random(n) < draw(st.sampled_from([0, 0.02]))] = 0
    photos = random.integers(-3, max(1, n // draw(st.sampled_from([1, 3, 10_000]))), n)
    return rows, photos


@settings(max_examples=60, deadline=None)
@given(
    corpora(),
    st.sampled_from([BAND, (0.6, 0.9), (0.9, 1.0), (0.5, 0.50001), (-0.05, 0.3), (1.0, 1.0)]),
    st.sampled_from([1, 5, 90]),
    st.sampled_from(["float32", "bfloat16"]),
    st.sampled_from([None, 2, 7]),
    st.sampled_from([0, 1 << 40]),
)
def test_with_all_cells_and_no_caps_it_finds_what_the_exact_comparison_finds(
    corpus, band, cells, arithmetic, width, laid_out_from
):
    exact = edges_in_band(*corpus, *band)
    options = replace(
        EVERYTHING, cells=cells, arithmetic=arithmetic, width=width, laid_out_from=laid_out_from
    )
    joined = recurrence_join(*corpus, *band, options=options)
    for name in ("left", "right", "similarity", "above"):
        assert getattr(joined.edges, name).tobytes() == getattr(exact, name).tobytes(), name
    assert joined.report.recall_low == 1


@pytest.mark.parametrize("dimension", [8, 256])
def test_ten_thousand_objects_of_one_photo_and_a_thousand_equal_ones_are_compared_exactly(dimension):
    random = np.random.default_rng(0)
    rows = random.standard_normal((12_000, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[:10_000] = rows[0] + 0.5 * rows[:10_000]  # near each other, in one photo
    rows[10_000:11_000] = rows[10_000]  # equal, in many
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    photos = np.where(np.arange(12_000) < 10_000, 0, np.arange(12_000))
    exact = edges_in_band(rows, photos, 0.6, 0.9)
    joined = recurrence_join(rows, photos, 0.6, 0.9, options=replace(EVERYTHING, cells=30))
    assert joined.report.vectors == 11_001
    assert joined.edges.left.tobytes() == exact.left.tobytes()
    assert joined.edges.above.tobytes() == exact.above.tobytes()
    assert joined.edges.above[10_000:11_000].all()


@pytest.fixture(scope="module")
def planted():
    vectors, photos = planted_vectors(30_000, 64)
    return vectors, photos, edges_in_band(vectors, photos, *BAND)


@pytest.mark.parametrize("arithmetic", ["float32", "bfloat16"])
def test_it_finds_the_share_asked_for_and_tells_how_much_it_found(planted, arithmetic):
    vectors, photos, exact = planted
    asked = replace(UNCAPPED, exact_below=1000, recall=0.99, arithmetic=arithmetic)
    joined = recurrence_join(vectors, photos, *BAND, options=asked)
    report, found = joined.report, share_found(joined.edges, exact)
    assert found >= 0.99
    assert report.recall_low <= found <= report.recall_high
    assert report.reached
    assert report.recall_low >= 0.99
    assert report.sampled_pairs >= 369  # ln(.025) / ln(.99)
    assert report.compared_pairs < 0.2 * len(vectors) ** 2


def test_both_arithmetics_need_about_the_same_margin_and_work(planted):
    vectors, photos, _ = planted
    plain, short = (
        recurrence_join(
            vectors, photos, *BAND, options=JoinOptions(exact_below=1000, recall=0.99, arithmetic=arithmetic)
        ).report
        for arithmetic in ("float32", "bfloat16")
    )
    assert plain.margin == pytest.approx(short.margin, abs=0.02)
    assert plain.compared_pairs == pytest.approx(short.compared_pairs, rel=0.3)


@pytest.mark.parametrize("width", [64, 12])
def test_all_pairs_of_sampled_objects_are_known_whatever_the_cells(planted, width):
    """The sample leaves out what cannot be close by its angles: that must lose nothing."""
    vectors, photos, exact = planted
    # Never enough pairs: all objects are sampled.
    asked = replace(UNCAPPED, exact_below=1000, recall=0.9999999, width=width)
    report = recurrence_join(vectors, photos, *BAND, options=asked).report
    assert report.sampled_vectors == report.vectors
    distinct = np.unique(vectors, axis=0, return_inverse=True)[1]
    pairs = {tuple(sorted(pair)) for pair in distinct[np.stack([exact.left, exact.right], 1)].tolist()}
    assert report.sampled_pairs == 2 * len(pairs)
    assert not report.reached


def test_more_is_sampled_before_vectors_are_put_into_cells_anew(planted, monkeypatch):
    vectors, photos, exact = planted
    asked = replace(UNCAPPED, exact_below=1000, recall=0.99)
    before = recurrence_join(vectors, photos, *BAND, options=asked).report
    monkeypatch.setattr(measured, "WIDE", before.margin - 0.0002)
    joined = recurrence_join(vectors, photos, *BAND, options=asked)
    assert joined.report.sampled_pairs > 2 * before.sampled_pairs
    assert joined.report.margin <= before.margin - 0.0002
    assert joined.report.recall_low >= 0.99
    assert share_found(joined.edges, exact) >= 0.99


def test_a_higher_recall_takes_a_wider_margin(planted):
    vectors, photos, _ = planted
    low, high = (
        recurrence_join(vectors, photos, *BAND, options=replace(UNCAPPED, exact_below=1000, recall=recall))
        for recall in (0.8, 0.99)
    )
    assert low.report.margin < high.report.margin
    assert low.report.compared_pairs < high.report.compared_pairs


def test_where_next_to_nothing_recurs_it_says_that_it_cannot_tell():
    random = np.random.default_rng(0)
    rows = random.standard_normal((3000, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[1] = rows[0] + 0.02 * rows[2]
    rows[1] /= np.linalg.norm(rows[1])
    report = recurrence_join(rows, np.arange(3000), 0.9, 1.0, options=JoinOptions(exact_below=100)).report
    assert (report.edges, report.sampled_pairs) == (1, 2)
    assert not report.reached
    assert report.recall_low < 0.5 < report.recall == 1


def test_a_given_margin_is_taken_and_nothing_is_claimed_of_its_recall(planted):
    vectors, photos, exact = planted
    asked = replace(UNCAPPED, exact_below=1000, margin=0.05)
    joined = recurrence_join(vectors, photos, *BAND, options=asked)
    assert 0.8 < share_found(joined.edges, exact) < 1
    assert (joined.report.recall, joined.report.recall_low, joined.report.recall_high) == (None, 0, 1)


def test_each_object_keeps_its_nearest_and_hubs_are_bounded_and_told():
    random = np.random.default_rng(0)
    rows = random.standard_normal(64) + 0.25 * random.standard_normal((1000, 64))  # all of one kind
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    photos = np.arange(1000)
    exact = edges_in_band(rows, photos, *BAND)
    capped = recurrence_join(rows, photos, *BAND, options=JoinOptions(top_k=5, max_degree=40))
    degree = np.bincount(np.concatenate([capped.edges.left, capped.edges.right]))
    assert degree.max() <= 40
    assert capped.report.hubs > 0
    assert set(pairs(capped.edges)) == set(nearest_of_either(exact, 5, 40))
    assert len(capped.edges) < 1000 * 5 < len(exact)


@pytest.mark.parametrize("arithmetic", ["float32", "bfloat16"])
@pytest.mark.parametrize("copies", [1, 2])
def test_what_lies_above_the_band_takes_no_place_among_the_nearest_in_it(arithmetic, copies):
    """Two bursts of one thing: within each everything lies above the band, and across in it."""
    random = np.random.default_rng(0)
    one, other = np.linalg.qr(random.standard_normal((64, 2)))[0].T
    centres = np.stack([one, 0.95 * one + (1 - 0.95**2) ** 0.5 * other])
    rows = np.repeat(centres, 150, axis=0) + 0.01 * random.standard_normal((300, 64))
    rows = np.repeat((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), copies, axis=0)
    photos = np.arange(len(rows))
    exact = edges_in_band(rows, photos, *BAND)
    expected, _ = capped((exact.left, exact.right, exact.similarity), len(rows), exact.above, 20, 60)
    asked = JoinOptions(top_k=20, max_degree=60, arithmetic=arithmetic)
    joined = recurrence_join(rows, photos, *BAND, options=asked)
    assert joined.edges.above.all()
    assert len(joined.edges) == pytest.approx(len(expected), rel=0.2)
    assert len(expected) > 2000
    if copies == 1:  # of equal ones others may be chosen
        assert pairs(joined.edges) == pairs(expected)
        assert joined.report.edges_dropped + len(joined.edges) == pytest.approx(len(exact), rel=0.3)


def test_the_nearest_of_a_dense_clump_are_the_exact_ones():
    random = np.random.default_rng(0)
    rows = random.standard_normal(32) + 1e-3 * random.standard_normal((1500, 32))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    photos = np.arange(1500)
    exact = edges_in_band(rows, photos, 0.9, 1.1)
    expected, _ = capped((exact.left, exact.right, exact.similarity), 1500, exact.above, 5, 1000)
    joined = recurrence_join(rows, photos, 0.9, 1.1, options=JoinOptions(top_k=5))
    assert pairs(joined.edges) == pairs(expected)


@pytest.mark.parametrize("most_held", [1, 3000, 1 << 22])
@pytest.mark.parametrize("cells", [1, 12])
def test_the_nearest_are_the_exact_ones_however_few_pairs_are_held(monkeypatch, most_held, cells):
    """Things of 3 to 300 views, so that some have more neighbours in a block than they may keep."""
    monkeypatch.setattr(blocks, "_HELD", most_held)
    monkeypatch.setattr(blocks, "_PROPOSED_AT_ONCE", 100)
    random = np.random.default_rng(1)
    views = [3, 10, 30, 100, 300]
    rows = np.repeat(random.standard_normal((5, 48)), views, axis=0)
    rows += 0.2 * random.standard_normal((len(rows), 48))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    photos = random.integers(0, 400, len(rows))
    exact = edges_in_band(rows, photos, *BAND)
    expected, _ = capped((exact.left, exact.right, exact.similarity), len(rows), exact.above, 12, 60)
    asked = JoinOptions(top_k=12, max_degree=60, cells=cells, margin=ALL)
    joined = recurrence_join(rows, photos, *BAND, options=asked)
    assert pairs(joined.edges) == pairs(expected)
    assert len(exact) > 3 * len(expected) > 3000
    assert joined.edges.above.tobytes() == exact.above.tobytes()


def test_an_object_keeps_its_neighbours_though_its_copy_lies_in_the_photo_of_nearer_ones():
    """Two equal ones in photos 0 and 1: forty things of photo 0 are nothing to the one that lies there."""
    random = np.random.default_rng(0)
    centre, *across = np.linalg.qr(random.standard_normal((64, 60)))[0].T
    near = [0.99 * centre + (1 - 0.99**2) ** 0.5 * each for each in across[:40]]
    far = [0.97 * centre + (1 - 0.97**2) ** 0.5 * each for each in across[40:43]]
    nearer_to_far = [each + 0.02 * random.standard_normal(64) for each in far for _ in range(20)]
    rows = np.stack([centre, centre, *near, *far, *nearer_to_far])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    photos = np.concatenate([[0, 1], np.zeros(40, np.int64), 10 + np.arange(63)])
    exact = edges_in_band(rows, photos, 0.9, 0.995)
    expected, _ = capped((exact.left, exact.right, exact.similarity), len(rows), exact.above, 3, None)
    joined = recurrence_join(rows, photos, 0.9, 0.995, options=JoinOptions(top_k=3, max_degree=None))
    own = [pair for pair in pairs(expected) if 0 in pair]
    assert len(own) >= 3
    assert set(own) <= set(pairs(joined.edges))


@settings(max_examples=40, deadline=None)
@given(
    corpora(), st.sampled_from([(0.6, 1.1), (0.9, 1.1)]), st.sampled_from([1, 3, 12]), st.sampled_from([1, 5])
)
def test_nobody_has_fewer_edges_than_there_are_and_the_cap_allows(corpus, band, top_k, cells):
    rows, photos = corpus[0][:400], corpus[1][:400]
    exact = edges_in_band(rows, photos, *band)
    options = JoinOptions(top_k=top_k, max_degree=None, cells=cells, margin=ALL)
    joined = recurrence_join(rows, photos, *band, options=options)
    assert set(pairs(joined.edges)) <= set(pairs(exact))
    there, kept = (
        np.bincount(np.concatenate([edges.left, edges.right]), minlength=len(rows))
        for edges in (exact, joined.edges)
    )
    assert (kept >= np.minimum(there, top_k)).all()


def test_equal_objects_share_neighbours_in_turn_where_all_would_be_too_many():
    rows = np.zeros((2000, 8), np.float32)
    rows[:1000, 0] = 1
    rows[1000:, :2] = 0.95, (1 - 0.95**2) ** 0.5
    edges = recurrence_join(rows, np.arange(2000), *BAND, options=JoinOptions(top_k=10, max_degree=30)).edges
    degree = np.bincount(np.concatenate([edges.left, edges.right]), minlength=2000)
    assert (degree >= 10).all()
    assert degree.max() <= 30
    assert ((edges.left < 1000) & (edges.right >= 1000)).all()


def test_the_order_of_the_rows_changes_nothing_where_all_is_compared(planted):
    vectors, photos, _ = planted
    order = np.random.default_rng(1).permutation(5000)
    plain = recurrence_join(vectors[:5000], photos[:5000], *BAND, options=UNCAPPED).edges
    moved = recurrence_join(vectors[order], photos[order], *BAND, options=UNCAPPED).edges
    back = {tuple(sorted(pair)) for pair in order[np.stack([moved.left, moved.right], 1)].tolist()}
    assert back == set(pairs(plain))


def test_twice_is_the_same(planted):
    vectors, photos, _ = planted
    first, second = (
        recurrence_join(vectors, photos, *BAND, options=JoinOptions(exact_below=1000, recall=0.99))
        for _ in range(2)
    )
    assert pairs(first.edges) == pairs(second.edges)
    assert replace(first.report, seconds={}) == replace(second.report, seconds={})


def test_read_only_and_memory_mapped_vectors_are_accepted(planted, tmp_path):
    vectors, photos, exact = planted
    np.save(tmp_path / "rows.npy", vectors)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    for arithmetic in ("float32", "bfloat16"):
        asked = replace(UNCAPPED, exact_below=1000, recall=0.99, arithmetic=arithmetic)
        assert share_found(recurrence_join(mapped, photos, *BAND, options=asked).edges, exact) > 0.99


def test_threads_are_left_as_they_were(planted):
    vectors, photos, _ = planted
    before = torch.get_num_threads()
    recurrence_join(vectors[:2000], photos[:2000], *BAND)
    assert torch.get_num_threads() == before


def test_reduced_precision_set_elsewhere_loses_no_edge(planted):
    vectors, photos, _ = planted
    asked = replace(EVERYTHING, arithmetic="float32")
    expected = pairs(edges_in_band(vectors[:3000], photos[:3000], *BAND))
    torch.set_float32_matmul_precision("medium")
    try:
        assert pairs(recurrence_join(vectors[:3000], photos[:3000], *BAND, options=asked).edges) == expected
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")


def test_progress_of_each_phase_ends_with_everything_done(planted):
    vectors, photos, _ = planted
    seen = {}
    recurrence_join(
        vectors,
        photos,
        *BAND,
        options=JoinOptions(exact_below=1000, recall=0.99),
        on_progress=lambda phase, done, total: seen.update({phase: (done, total)}),
    )
    assert list(seen) == ["cells", "sample", "compare", "decide"]
    assert all(done == total for done, total in seen.values())


@pytest.mark.parametrize(
    ("rows", "photos", "options", "complaint"),
    [
        (np.ones((3, 4), np.float32), 3, JoinOptions(), r"row 0 has length 2\.0"),
        (np.full((3, 4), np.nan, np.float32), 3, JoinOptions(), "length nan"),
        (np.eye(3), 3, JoinOptions(), "float32"),
        (np.eye(3, dtype=np.float32), 2, JoinOptions(), "photo keys"),
        (np.eye(3, dtype=np.float32), 3, JoinOptions(memory=1 << 20), "need 1.0 GiB of memory, not 0.0"),
        (np.eye(3, dtype=np.float32), 3, JoinOptions(arithmetic="float16"), "no arithmetic 'float16'"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_a_reason(rows, photos, options, complaint):
    with pytest.raises(ValueError, match=complaint):
        recurrence_join(rows, np.arange(photos), *BAND, options=options)


def test_too_little_memory_is_told_from_other_mistakes(planted):
    with pytest.raises(TooLittleMemory, match="30000 objects need"):
        recurrence_join(*planted[:2], *BAND, options=JoinOptions(memory=1 << 20))


@pytest.mark.parametrize(
    "wrong",
    [
        {"recall": 0},
        {"recall": float("nan")},
        {"top_k": 0},
        {"max_degree": 0},
        {"cells": -3},
        {"margin": -0.1},
        {"margin": float("nan")},
        {"laid_out_from": -1},
    ],
)
def test_options_that_cannot_be_meant_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        JoinOptions(**wrong)


def test_photo_keys_of_any_whole_numbers_are_the_same_photos(planted):
    vectors, photos, _ = planted
    expected = pairs(recurrence_join(vectors[:3000], photos[:3000], *BAND).edges)
    for kind in (np.uint32, np.uint64, np.int32):
        assert pairs(recurrence_join(vectors[:3000], photos[:3000].astype(kind), *BAND).edges) == expected


def pairs(edges):
    return list(zip(edges.left.tolist(), edges.right.tolist(), strict=True))


def share_found(edges, exact):
    assert set(pairs(edges)) <= set(pairs(exact))
    return len(edges) / len(exact)


def nearest_of_either(edges, top_k, most):
    """The rule of the caps in plain words."""
    found = dict(zip(pairs(edges), edges.similarity.tolist(), strict=True))
    rank = ranks(found)
    found = {pair: value for pair, value in found.items() if min(rank[pair]) < top_k}
    rank = ranks(found)
    return [pair for pair in found if max(rank[pair]) < most]


def ranks(found):
    """Of each pair the place among those of its left and of its right object."""
    near = {}
    for (left, right), similarity in found.items():
        near.setdefault(left, []).append((-similarity, right))
        near.setdefault(right, []).append((-similarity, left))
    place = {
        (one, other): n for one, near_one in near.items() for n, (_, other) in enumerate(sorted(near_one))
    }
    return {(left, right): (place[left, right], place[right, left]) for left, right in found}


@pytest.mark.parametrize(("dimension", "low", "high"), [(254, 0.93, 0.97), (4064, 0.93, 0.975)])
@pytest.mark.parametrize("factor", [1 + 0.99 * 2**-8, 1 + 1.01 * 2**-8])
def test_what_rounding_moves_farthest_is_still_decided_exactly(dimension, low, high, factor):
    """Numbers half a step of bfloat16 above a power of two are rounded by most, all one way."""
    size = 2.0 ** np.floor(np.log2(dimension**-0.5)) * factor
    ones = np.full(dimension, size)
    rows = np.stack([ones] * 40)
    for n in range(40):  # more and more signs differ: cosines across the band and its ends
        rows[n, : n * dimension // 800] *= -1
    rest = 1 - (rows**2).sum(axis=1, keepdims=True)
    rows = np.hstack([rows, np.sqrt(np.maximum(rest, 0))])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    exact = edges_in_band(rows, np.arange(40), low, high)
    joined = recurrence_join(
        rows, np.arange(40), low, high, options=replace(EVERYTHING, arithmetic="bfloat16")
    ).edges
    assert len(exact)
    assert joined.left.tobytes() == exact.left.tobytes()
    assert joined.above.tobytes() == exact.above.tobytes()


def test_objects_with_very_many_views_are_sampled_too():
    """Parts of the sample are then so large that some of their columns have files of their own."""
    random = np.random.default_rng(0)
    things = random.standard_normal((250, 64)).repeat(100, axis=0)
    rows = (things + 0.2 * random.standard_normal(things.shape)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    report = recurrence_join(rows, np.arange(len(rows)), *BAND).report
    assert report.sampled_pairs > 100_000
    assert report.reached


def test_where_nothing_recurs_it_says_how_many_were_drawn():
    random = np.random.default_rng(0)
    rows = random.standard_normal((3000, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    report = recurrence_join(rows, np.arange(3000), *BAND, options=JoinOptions(exact_below=100)).report
    assert (report.sampled_vectors, report.sampled_pairs, report.recall) == (3000, 0, None)


def test_edges_of_equal_vectors_count_against_the_memory_before_they_are_made():
    rows = np.zeros((10_000, 8), np.float32)
    rows[:, 0] = 1
    rows[:, 1] = np.repeat(np.arange(100), 100) / 500
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    with pytest.raises(TooLittleMemory, match="there is no room for them"):
        recurrence_join(rows, np.arange(len(rows)), 0.9, 1.1, options=JoinOptions(memory=1_300_000_000))
