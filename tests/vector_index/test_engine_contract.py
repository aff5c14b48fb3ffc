"""What every engine does alike. The in-memory client has no payload indexes and says so once a field."""

from __future__ import annotations

from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import IndexMismatch
from index.interfaces import Payload, QueryFilter, Slice, collection_name

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


def test_points_come_back_with_their_payloads_and_unit_vectors(engine, collection, make_points):
    points = make_points(10)
    engine.upsert(collection, points.ids, points.vectors * 3, points.payloads)

    wanted = [points.ids[7], uuid4(), points.ids[2]]
    found = engine.retrieve(collection, wanted)

    assert [point.id for point in found] == [points.ids[7], points.ids[2]]
    assert [point.payload for point in found] == [points.payloads[7], points.payloads[2]]
    np.testing.assert_allclose([point.vector for point in found], points.vectors[[7, 2]], atol=1e-6)


def test_labels_and_scores_survive_in_any_script(engine, collection, make_points):
    payload = Payload("f" * 64, 'teacup 写真 "é" \n', 0.1 + 0.2)
    engine.upsert(collection, make_points(1).ids, make_points(1).vectors, [payload])
    assert engine.retrieve(collection, make_points(1).ids)[0].payload == payload


def test_upserting_the_same_ids_again_replaces_them(engine, collection, make_points):
    first, second = make_points(6, seed=1), make_points(6, seed=2)
    engine.upsert(collection, *first)
    engine.upsert(collection, first.ids, second.vectors, [Payload("a" * 64, "vase", 1.0)] * 6)

    assert engine.count(collection) == 6
    hit = engine.query(collection, second.vectors[:1], 1)[0][0]
    assert (hit.id, hit.payload.label) == (first.ids[0], "vase")
    assert hit.similarity == pytest.approx(1, abs=1e-6)


def test_more_points_than_one_request_carries_all_arrive(engine, collection, make_points):
    points = make_points(1300)
    engine.upsert(collection, *points)
    assert engine.count(collection) == 1300
    assert list(engine.ids(collection)) == sorted(points.ids)


def test_removed_points_are_gone_and_unknown_ids_are_passed_over(engine, collection, make_points):
    points = make_points(6)
    engine.upsert(collection, *points)
    engine.remove(collection, [*points.ids[:2], uuid4()])
    engine.remove(collection, [])

    assert sorted(engine.ids(collection)) == sorted(points.ids[2:])
    assert engine.retrieve(collection, points.ids[:2]) == []


def test_a_query_gives_cosines_best_first(engine, collection, make_points):
    points, queries = make_points(50), make_points(3, seed=9).vectors
    engine.upsert(collection, *points)

    answers = engine.query(collection, queries * 5, 10)

    cosines = queries @ points.vectors.T  # [3, 50]
    for row, hits in zip(cosines, answers, strict=True):
        assert [hit.id for hit in hits] == [points.ids[i] for i in np.argsort(-row)[:10]]
        np.testing.assert_allclose([hit.similarity for hit in hits], np.sort(row)[::-1][:10], atol=1e-5)
        assert all(hit.payload == points.payloads[points.ids.index(hit.id)] for hit in hits)


def test_equal_similarities_come_by_id_also_at_the_cut(engine, collection, make_points):
    points, twin = make_points(40), make_points(1, seed=5).vectors
    vectors = np.concatenate([points.vectors[:10], np.repeat(twin, 30, axis=0)])
    engine.upsert(collection, points.ids, vectors, points.payloads)

    (hits,) = engine.query(collection, twin, 3)

    assert [hit.id for hit in hits] == sorted(points.ids[10:])[:3]


def test_a_limit_of_zero_and_no_queries_give_nothing(engine, collection, make_points):
    points = make_points(3)
    engine.upsert(collection, *points)
    assert engine.query(collection, points.vectors, 0) == [[], [], []]
    assert engine.query(collection, points.vectors[:0], 5) == []


@pytest.mark.parametrize(
    ("filter_", "passes"),
    [
        (QueryFilter(exclude_photo=f"{2:064x}"), lambda p: p.photo != f"{2:064x}"),
        (QueryFilter(labels=("chair",)), lambda p: p.label == "chair"),
        (QueryFilter(labels=("chair", "cup", "dog")), lambda p: True),
        (QueryFilter(labels=("dog",)), lambda p: False),
        (QueryFilter(min_score=0.5), lambda p: p.score >= 0.5),
        (
            QueryFilter(f"{2:064x}", ("cup",), 0.25),
            lambda p: p.photo != f"{2:064x}" and p.label == "cup" and p.score >= 0.25,
        ),
    ],
)
def test_a_filter_narrows_the_answers(engine, collection, make_points, filter_, passes):
    points = make_points(40)
    engine.upsert(collection, *points)
    (hits,) = engine.query(collection, points.vectors[:1], 100, filter_)
    expected = {i for i, payload in zip(points.ids, points.payloads, strict=True) if passes(payload)}
    assert {hit.id for hit in hits} == expected


def test_slices_are_disjoint_complete_and_repeatable(engine, collection, make_points):
    points = make_points(200)
    engine.upsert(collection, *points)

    def part(index: int) -> list[UUID]:
        return [p.id for batch in engine.scroll(collection, Slice(4, index), batch=40) for p in batch]

    parts = [part(index) for index in range(4)]
    assert sorted(id_ for ids in parts for id_ in ids) == sorted(points.ids)
    assert all(ids == sorted(ids) and ids for ids in parts)
    assert part(2) == parts[2]


def test_every_engine_cuts_the_same_slices(engine, collection, make_points):
    """Part of the contract, so that a copy from one engine to another can be compared slice by slice."""
    points = make_points(12)
    engine.upsert(collection, *points)
    (batch,) = engine.scroll(collection, Slice(3, 1))
    assert {points.ids.index(point.id) for point in batch} == {2, 4, 5, 7, 8}


def test_scrolling_brings_vectors_only_when_asked(engine, collection, make_points):
    points = make_points(5)
    engine.upsert(collection, *points)
    (bare,) = engine.scroll(collection)
    (full,) = engine.scroll(collection, with_vectors=True)
    assert [point.vector for point in bare] == [None] * 5
    by_id = {point.id: point.vector for point in full}
    np.testing.assert_allclose([by_id[i] for i in points.ids], points.vectors, atol=1e-6)


def test_collections_do_not_mix_and_are_listed_by_name(engine, collection, make_points):
    small, large = make_points(3), make_points(5, dimension=16)
    other = f"{collection}-other"
    engine.upsert(collection, *small)
    engine.upsert(other, *large)
    found = {info.name: (info.dimension, info.count) for info in engine.collections()}
    assert (found[collection], found[other]) == ((8, 3), (16, 5))
    engine.drop(other)
    assert engine.count(other) == 0
    assert other not in {info.name for info in engine.collections()}


def test_a_collection_that_does_not_exist_reads_as_empty(engine, make_points):
    vectors = make_points(2).vectors
    assert engine.count("nothing") == 0
    assert engine.query("nothing", vectors, 5) == [[], []]
    assert engine.retrieve("nothing", [uuid4()]) == []
    assert list(engine.scroll("nothing")) == list(engine.ids("nothing")) == []
    engine.remove("nothing", [uuid4()])
    engine.drop("nothing")


def test_an_upsert_of_nothing_makes_no_collection(engine, collection, make_points):
    engine.upsert(collection, *make_points(0))
    assert collection not in {info.name for info in engine.collections()}


def test_vectors_of_another_dimension_are_refused_with_both_numbers(engine, collection, make_points):
    engine.upsert(collection, *make_points(3))
    wrong = make_points(3, dimension=5)
    with pytest.raises(IndexMismatch, match=r"vectors of 8 numbers, not of 5"):
        engine.upsert(collection, *wrong)
    with pytest.raises(IndexMismatch, match=r"vectors of 8 numbers, not of 5"):
        engine.query(collection, wrong.vectors, 1)


def test_points_that_do_not_pair_up_or_are_not_finite_are_refused(engine, collection, make_points):
    ids, vectors, payloads = make_points(3)
    with pytest.raises(ValueError, match="3 ids, 2 vectors and 3 payloads"):
        engine.upsert(collection, ids, vectors[:2], payloads)
    with pytest.raises(ValueError, match="NaN"):
        engine.upsert(collection, ids, vectors * np.nan, payloads)
    assert engine.count(collection) == 0


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["upsert", "remove"]), st.sets(st.integers(0, 9))), max_size=5))
def test_any_order_of_upserts_and_removals_leaves_what_a_dict_would(engine, make_points, steps):
    points, collection = make_points(10), f"test-{uuid4().hex[:16]}"
    expected: dict[UUID, Payload] = {}
    for number, (action, chosen) in enumerate(steps):
        ids = [points.ids[i] for i in sorted(chosen)]
        if action == "upsert":
            payloads = [Payload("a" * 64, f"step {number}", 1.0)] * len(ids)
            engine.upsert(collection, ids, points.vectors[sorted(chosen)], payloads)
            expected.update(zip(ids, payloads, strict=True))
        else:
            engine.remove(collection, ids)
            expected = {id_: payload for id_, payload in expected.items() if id_ not in ids}
    found = {point.id: point.payload for batch in engine.scroll(collection) for point in batch}
    assert found == expected
    engine.drop(collection)


def test_names_of_collections_are_short_safe_and_told_apart_by_fingerprint():
    name = collection_name("OpenCLIP/ViT-H-14 (laion2b, 290 px, long name)", "0123456789abcdef" * 4)
    assert name == "openclip-vit-h-14-laion2b-290-px-0123456789abcdef"
    assert collection_name("../..", "f" * 64) == "embedder-ffffffffffffffff"
    with pytest.raises(ValueError, match="hex digest"):
        collection_name("sscd", "../../etc")


def test_a_slice_outside_its_total_is_refused():
    with pytest.raises(ValueError, match="slice 4 of 4"):
        Slice(4, 4)
