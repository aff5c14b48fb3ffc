import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.records import Box
from curate.vision.suppression import (
    FLOOR,
    MOST_BOXES,
    NESTED_OVERLAP,
    SAME_THING_OVERLAP,
    detections,
    keep,
)

box = st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(1, 60), st.integers(1, 60))
boxes = st.lists(st.tuples(box, st.floats(0, 1)), max_size=30)


def arrays(drawn):
    corners = np.array([(x, y, x + w, y + h) for (x, y, w, h), _ in drawn], dtype=float).reshape(-1, 4)
    return corners, np.array([score for _, score in drawn], dtype=float)


def as_box(corners):
    left, top, right, bottom = corners
    return Box(left, top, right - left, bottom - top)


@given(boxes)
def test_no_two_kept_boxes_are_around_one_thing(drawn):
    corners, scores = arrays(drawn)
    kept = [as_box(corners[index]) for index in keep(corners, scores)]
    assert all(a.overlap(b) < SAME_THING_OVERLAP for i, a in enumerate(kept) for b in kept[:i])


@given(boxes)
def test_what_is_dropped_is_doubled_by_something_better(drawn):
    corners, scores = arrays(drawn)
    kept = keep(corners, scores).tolist()
    for index in set(range(len(scores))) - set(kept):
        assert any(
            scores[best] >= scores[index]
            and as_box(corners[best]).overlap(as_box(corners[index])) >= NESTED_OVERLAP
            for best in kept
        )


@given(boxes)
def test_kept_boxes_come_best_first_and_stay_when_asked_again(drawn):
    corners, scores = arrays(drawn)
    kept = keep(corners, scores)
    assert (np.diff(scores[kept]) <= 0).all()
    assert keep(corners[kept], scores[kept]).tolist() == list(range(len(kept)))


@given(boxes, st.randoms(use_true_random=False))
def test_the_order_of_the_boxes_does_not_matter(drawn, random):
    shuffled = list(drawn)
    random.shuffle(shuffled)
    outcomes = []
    for each in (drawn, shuffled):
        corners, scores = arrays(each)
        kept = keep(corners, scores)
        outcomes.append((corners[kept].tolist(), scores[kept].tolist()))
    assert outcomes[0] == outcomes[1]


def found(*rows):
    """Kept labels for rows of (left, top, right, bottom, score, label)."""
    corners = np.array([row[:4] for row in rows], dtype=float)
    scores = np.array([row[4] for row in rows])
    return [each.label for each in detections(corners, scores, [row[5] for row in rows], 200, 200)]


def test_one_thing_under_two_labels_is_kept_once():
    assert found((10, 10, 60, 110, 0.6, "vase"), (12, 11, 61, 108, 0.4, "bottle")) == ["vase"]


def test_a_nested_box_that_fills_most_of_the_other_is_the_same_thing():
    assert found((10, 10, 110, 110, 0.6, "vase"), (15, 55, 105, 108, 0.5, "bowl")) == ["vase"]


def test_a_neighbour_that_overlaps_as_much_but_sticks_out_is_kept():
    assert found((10, 10, 110, 110, 0.6, "chair"), (50, 10, 150, 110, 0.5, "chair")) == ["chair", "chair"]


def test_a_cup_on_a_table_is_kept():
    assert found((0, 0, 200, 200, 0.6, "dining table"), (90, 20, 120, 60, 0.5, "cup")) == [
        "dining table",
        "cup",
    ]


def test_boxes_are_clipped_and_those_below_the_floor_or_outside_are_dropped():
    corners = np.array([[-20, -10, 30, 40], [50, 50, 90, 90], [250, 10, 300, 40]], dtype=float)
    (only,) = detections(corners, np.array([0.9, FLOOR / 2, 0.9]), ["a", "b", "c"], 200, 200)
    assert only.box == Box(0, 0, 30, 40)


def test_a_crowd_is_cut_to_the_best():
    x, y = (axis.ravel() * 10.0 for axis in np.mgrid[:20, :20])
    corners = np.stack([x, y, x + 5, y + 5], axis=1)
    scores = np.linspace(0.3, 0.9, 400)
    kept = keep(corners, scores)
    assert sorted(kept.tolist()) == list(range(400 - MOST_BOXES, 400))


def test_nothing_in_nothing_out():
    assert keep(np.empty((0, 4)), np.empty(0)).tolist() == []
