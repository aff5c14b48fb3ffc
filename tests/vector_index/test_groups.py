"""Recurrence groups: what every group is, and what none may miss."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.edges import Edges
from index.groups import compact_groups, star_groups


def edges_of(pairs: dict[tuple[int, int], float], n: int) -> Edges:
    ordered = sorted(pairs)
    left, right = np.array(ordered, dtype=np.int64).reshape(-1, 2).T
    similarity = np.array([pairs[pair] for pair in ordered], dtype=np.float32)
    return Edges(left, right, similarity, np.zeros(n, dtype=bool))


@st.composite
def graphs(draw):
    """Objects, some in one photo, and edges with few different similarities, so that ties abound."""
    n = draw(st.integers(1, 12))
    photos = [draw(st.integers(0, n)) for _ in range(n)]
    density = draw(st.sampled_from([0.3, 0.6, 0.9]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = {
        (i, j): float(random.choice([0.5, 0.625, 0.75]))
        for i, j in combinations(range(n), 2)
        if photos[i] != photos[j] and random.random() < density
    }
    return n, np.array(photos, dtype=np.int64), pairs


def is_group(members, photos, pairs) -> bool:
    different_photos = len({photos[m] for m in members}) == len(members)
    return different_photos and all(pair in pairs for pair in combinations(sorted(members), 2))


@settings(max_examples=150, deadline=None)
@given(graphs(), st.integers(1, 3), st.integers(4, 6))
def test_compact_groups_are_disjoint_whole_and_leave_nothing_over(graph, min_views, max_size):
    n, photos, pairs = graph
    groups = compact_groups(edges_of(pairs, n), n, photos, min_views, max_size)

    members = [m for group in groups for m in group.members]
    assert len(members) == len(set(members))
    assert all(min_views < len(group.members) <= max_size for group in groups)
    assert all(is_group(group.members, photos, pairs) for group in groups)

    free = [i for i in range(n) if i not in members]
    assert not any(is_group(left, photos, pairs) for left in combinations(free, min_views + 1))
    for group in groups:
        if len(group.members) < max_size:
            assert not any(is_group((*group.members, other), photos, pairs) for other in free)


@given(graphs())
def test_the_anchor_is_the_medoid_and_members_follow_by_similarity(graph):
    n, photos, pairs = graph
    value = pairs | {(j, i): similarity for (i, j), similarity in pairs.items()}
    for group in compact_groups(edges_of(pairs, n), n, photos, 2):
        anchor, *others = group.members
        mean = {a: sum(value[a, b] for b in group.members if b != a) for a in group.members}
        assert mean[anchor] == max(mean.values())
        assert group.similarities == (1.0, *(value[anchor, other] for other in others))
        assert list(group.similarities) == sorted(group.similarities, reverse=True)
        assert group.weakest == min(value[pair] for pair in combinations(group.members, 2))


@given(graphs(), st.randoms(use_true_random=False), st.sampled_from([compact_groups, star_groups]))
def test_the_order_of_the_objects_changes_nothing_when_they_have_keys(graph, random, rule):
    n, photos, pairs = graph
    keys = [f"object {number}" for number in range(n)]
    random.shuffle(keys)
    order = list(range(n))
    random.shuffle(order)
    where = {old: new for new, old in enumerate(order)}
    moved = {tuple(sorted((where[i], where[j]))): similarity for (i, j), similarity in pairs.items()}

    plain = rule(edges_of(pairs, n), n, photos, 2, keys=keys)
    shuffled = rule(edges_of(moved, n), n, photos[order], 2, keys=[keys[old] for old in order])

    assert [
        (tuple(order[new] for new in group.members), group.similarities, group.weakest) for group in shuffled
    ] == [(group.members, group.similarities, group.weakest) for group in plain]


def test_close_pairs_of_strangers_do_not_break_up_a_group():
    """Each of 0..3 is closer to a stranger, 4..7, than to its own kind."""
    group = dict.fromkeys(combinations(range(4), 2), 0.6)
    strangers = {(i, i + 4): 0.9 for i in range(4)}
    (found,) = compact_groups(edges_of(group | strangers, 8), 8, np.arange(8))
    assert found.members == (0, 1, 2, 3)


def test_the_larger_group_wins_over_a_stronger_one_inside_it():
    pairs = dict.fromkeys(combinations(range(6), 2), 0.6)
    pairs |= dict.fromkeys(combinations([3, 4, 5, 6], 2), 0.9)
    (found,) = compact_groups(edges_of(pairs, 7), 7, np.arange(7))
    assert set(found.members) == set(range(6))
    assert found.weakest == pytest.approx(0.6)


def test_a_chain_is_no_group():
    pairs = {(i, i + 1): 0.9 for i in range(9)}
    assert compact_groups(edges_of(pairs, 10), 10, np.arange(10), 2) == []


def test_what_exceeds_the_size_cap_becomes_a_second_group():
    pairs = dict.fromkeys(combinations(range(9), 2), 0.5)
    groups = compact_groups(edges_of(pairs, 9), 9, np.arange(9), 3, 5)
    assert [group.members for group in groups] == [(0, 1, 2, 3, 4), (5, 6, 7, 8)]


def test_a_thousand_look_alikes_are_grouped_at_once():
    n = 1000
    left, right = np.triu_indices(n, 1)
    similarity = np.random.default_rng(0).uniform(0.93, 0.97, len(left)).astype(np.float32)
    edges = Edges(left, right, similarity, np.zeros(n, dtype=bool))
    groups = compact_groups(edges, n, np.arange(n))
    assert [len(group.members) for group in groups] == [20] * 50


@given(graphs(), st.integers(1, 3), st.none() | st.integers(3, 5))
def test_a_star_holds_the_nearest_view_of_every_neighbouring_photo(graph, min_views, max_views):
    n, photos, pairs = graph
    value = pairs | {(j, i): similarity for (i, j), similarity in pairs.items()}
    stars = {
        group.members[0]: group for group in star_groups(edges_of(pairs, n), n, photos, min_views, max_views)
    }
    for i in range(n):
        nearest = {}
        for j in range(n):
            if (i, j) in value:
                nearest[photos[j]] = max(nearest.get(photos[j], 0), value[i, j])
        assert (i in stars) == (len(nearest) >= min_views)
        if i in stars:
            best = tuple(sorted(nearest.values(), reverse=True)[:max_views])
            assert stars[i].similarities == (1.0, *best)
            assert stars[i].weakest == best[-1]
            assert len({photos[m] for m in stars[i].members}) == len(stars[i].members)


def test_sizes_that_cannot_be_met_and_doubled_keys_are_refused():
    nothing = edges_of({}, 3)
    with pytest.raises(ValueError, match="do not fit"):
        compact_groups(nothing, 3, np.arange(3), min_views=5, max_size=5)
    with pytest.raises(ValueError, match="different keys"):
        compact_groups(nothing, 3, np.arange(3), keys=["a", "b", "a"])
