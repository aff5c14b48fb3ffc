"""A join that is told what an earlier one found: only some objects are compared, the result is the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.comparing.known import Known, quicker
from index.comparing.options import JoinOptions
from index.comparing.scratch import JoinScratch
from index.edges import Edges
from index.join import recurrence_join
from planted_recurrences import planted_vectors

BAND = 0.93, 0.975
UNCAPPED = JoinOptions(top_k=None, max_degree=None)


def corpus(seed: int, n: int, dimension: int = 16, *, per_thing: int = 5, copies: float = 0.1):
    """Things with several views, some of them equal, in photos of a few objects."""
    random = np.random.default_rng(seed)
    things = random.standard_normal((n // per_thing + 1, dimension))
    rows = things[random.integers(0, len(things), n)] + 0.25 * random.standard_normal((n, dimension))
    rows[: int(n * copies)] = rows[random.integers(0, max(1, n // 20), int(n * copies))]
    rows = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return rows, random.integers(0, max(1, n // 3), n)


def same(one: Edges, other: Edges) -> None:
    for name in ("left", "right", "similarity", "above"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


def without(edges: Edges, asking: np.ndarray) -> Edges:
    """What an earlier join can know: nothing of those that ask."""
    asks = np.isin(np.arange(len(edges.above)), asking)
    kept = ~(asks[edges.left] | asks[edges.right])
    return Edges(edges.left[kept], edges.right[kept], edges.similarity[kept], edges.above & ~asks)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2, 60, 700]),
    st.sampled_from([0, 0.01, 0.3, 1]),
    st.sampled_from([BAND, (0.6, 0.9), (-0.05, 0.3), (1.0, 1.0)]),
    st.sampled_from(["float32", "bfloat16"]),
)
def test_the_same_edges_come_out_as_if_all_had_been_compared(seed, n, share, band, arithmetic):
    rows, photos = corpus(seed, n)
    options = replace(UNCAPPED, arithmetic=arithmetic)
    whole = recurrence_join(rows, photos, *band, options=options)
    asking = np.flatnonzero(np.random.default_rng(seed).random(n) < share)
    known = Known(asking, without(whole.edges, asking))
    part = recurrence_join(rows, photos, *band, options=options, known=known)
    same(part.edges, whole.edges)
    assert part.report.recall_low == 1


def test_what_is_known_of_those_that_ask_does_not_count():
    rows, photos = corpus(1, 300)
    whole = recurrence_join(rows, photos, *BAND, options=UNCAPPED).edges
    asking = np.arange(0, 300, 7)
    wrong = Edges(
        whole.left, whole.right, np.where(np.isin(whole.left, asking), 0, whole.similarity), whole.above
    )
    wrong.above[asking] = True
    plain = recurrence_join(rows, photos, *BAND, options=UNCAPPED)
    same(
        recurrence_join(rows, photos, *BAND, options=UNCAPPED, known=Known(asking, wrong)).edges, plain.edges
    )


@pytest.mark.parametrize(("top_k", "max_degree"), [(5, 40), (5, None), (None, 40), (12, 12)])
def test_what_caps_took_away_comes_back_where_the_full_ones_ask(top_k, max_degree):
    """Objects leave, so that those beyond the caps are wanted again."""
    random = np.random.default_rng(0)
    rows = random.standard_normal(64) + 0.25 * random.standard_normal((400, 64))  # all of one kind
    rows[250:] = random.standard_normal((150, 64))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    photos, options = np.arange(400), JoinOptions(top_k=top_k, max_degree=max_degree)
    before = recurrence_join(rows, photos, *BAND, options=options)
    assert before.report.edges_dropped > 0
    assert not before.full[250:].any()
    left = np.flatnonzero(np.arange(400) % 5 != 0)
    place = np.full(400, -1)
    place[left] = np.arange(len(left))
    kept = (place[before.edges.left] >= 0) & (place[before.edges.right] >= 0)
    ends = place[before.edges.left[kept]], place[before.edges.right[kept]]
    edges = Edges(*ends, before.edges.similarity[kept], before.edges.above[left])
    after = recurrence_join(rows[left], photos[left], *BAND, options=options)
    asking = np.flatnonzero(before.full[left])
    again = recurrence_join(rows[left], photos[left], *BAND, options=options, known=Known(asking, edges))
    same(again.edges, after.edges)
    assert again.report.hubs == after.report.hubs
    nobody = Known(asking[:0], edges)
    assert len(recurrence_join(rows[left], photos[left], *BAND, options=options, known=nobody).edges) < len(
        after.edges
    )


class Killed(BaseException):
    """In place of a SIGKILL: nothing catches it."""


def test_killed_it_goes_on_where_it_was_and_takes_up_nothing_of_other_knowledge(tmp_path, monkeypatch):
    vectors, photos = planted_vectors(20_000, 32)
    whole = recurrence_join(vectors, photos, *BAND, options=UNCAPPED).edges
    asking = np.arange(0, 20_000, 2)
    kept, keep = [], JoinScratch._keep

    def until_killed(scratch, name, arrays):
        if len(kept) == 2:
            raise Killed
        keep(scratch, name, arrays)
        kept.append(name)

    def join(known: Known):
        return recurrence_join(vectors, photos, *BAND, options=UNCAPPED, known=known, scratch=tmp_path)

    monkeypatch.setattr(JoinScratch, "_keep", until_killed)
    with pytest.raises(Killed):
        join(Known(asking, whole))
    monkeypatch.undo()
    again = join(Known(asking, whole))
    assert again.report.taken_up == 2
    same(again.edges, whole)
    kept.clear()
    monkeypatch.setattr(JoinScratch, "_keep", until_killed)
    with pytest.raises(Killed):
        join(Known(asking, whole))
    monkeypatch.undo()
    assert join(Known(asking[1:], whole)).report.taken_up == 0


def test_few_are_compared_with_all_and_many_are_not():
    assert quicker(0, 0)
    assert quicker(30_000, 1_000_000)
    assert not quicker(30_001, 1_000_000)
