"""The order of the queue: one place in four by lot, the others by similarity."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.database.places import LIKELY, UNCERTAIN, serve_order

LOWS = st.lists(st.floats(0.5, 0.95), max_size=200).map(lambda lows: np.array(lows, dtype=float))


@given(LOWS, st.sampled_from([UNCERTAIN, LIKELY]), st.integers(0, 2**128 - 1))
def test_every_item_has_one_place_and_a_fifth_of_any_prefix_is_drawn_by_lot(weakest, ordering, seed):
    order, by_lot = serve_order(weakest, ordering, seed)
    assert sorted(order) == list(range(len(weakest)))
    for length in range(1, len(order) + 1):
        assert by_lot[:length].sum() >= 0.2 * length
    for start in range(len(order) - 4):
        assert by_lot[start : start + 5].any()
    ranked = weakest[order][~by_lot]
    assert list(ranked) == sorted(ranked, reverse=ordering == LIKELY)
    again, _ = serve_order(weakest, ordering, seed)
    assert list(again) == list(order)


def test_the_lot_draws_from_all_items_alike():
    weakest = np.linspace(0.5, 0.95, 40)
    drawn = np.zeros(40)
    for seed in range(2000):
        order, by_lot = serve_order(weakest, UNCERTAIN, seed)
        drawn[order[by_lot]] += 1
    # 500 expected of each; four standard deviations are 78
    assert abs(drawn - 500).max() < 85
