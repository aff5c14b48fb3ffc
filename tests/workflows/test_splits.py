"""Splits of accepted sets: what may be one physical thing stands on one side."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from curate.database import decisions, fingerprints, mining
from curate.database.connection import engine
from curate.database.decisions import Said
from curate.database.mining import GroupRow
from curate.verdicts import Consensus
from curate.workflows.approval import approval
from curate.workflows.photo_places import NOWHERE, read_photos
from curate.workflows.splits import place_photos, set_links
from mined_rows import edge_rows
from stored_photos import DETECTOR, store_objects

SEEDS = range(12)  # that two sets never part by chance under all of them: 2 to the power of -12


@pytest.fixture
def session(database_url) -> Iterator[Session]:
    connected = engine(database_url)
    with Session(connected) as opened:
        yield opened
    connected.dispose()


@pytest.fixture
def views(session) -> list[tuple[int, UUID]]:
    """Key and public id of four objects, each in a photo of its own."""
    return store_objects(session, 4)


def mine(session, views, edges, groups, run=1):
    """A run that found ``edges`` and ``groups`` between the views with these numbers; the groups' ids."""
    model = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    rows = [
        GroupRow(tuple(views[n][0] for n in each), tuple(views[n][1] for n in each), (1.0,) * len(each), 0.6)
        for each in groups
    ]
    found = [(views[one][0], views[other][0], 0.6) for one, other in edges]
    mining.record_run(
        session,
        public_id=UUID(int=run),
        embedder_id=model,
        detector_id=model,
        rule="compact",
        parameters={},
        counts={},
        edges=edge_rows(found),
        groups=rows,
    )
    return [mining.group_id(row.public_ids) for row in rows]


def sides(session, seed) -> list[int]:
    """The split of each accepted set, or ``NOWHERE``."""
    found = approval(session, Consensus(), with_automatic=False)
    photos = read_photos(session, distance=0)
    links = set_links(session, found, photos)
    places = place_photos(session, photos, links, seed=seed, shares=(50, 0, 50))
    placed = places.of_sets(found, photos).tolist()
    assert NOWHERE not in placed
    return placed


def accept_all(session, groups):
    for group in groups:
        decisions.decide(session, group, Said("accept"), reviewer="ada")


def test_two_accepted_groups_with_an_edge_between_them_share_a_split(session, views):
    accept_all(session, mine(session, views, [(0, 1), (1, 2), (2, 3)], [(0, 1), (2, 3)]))
    assert all(len(set(sides(session, seed))) == 1 for seed in SEEDS)


def test_an_edge_of_an_earlier_run_counts_too(session, views):
    mine(session, views, [(3, 0)], [], run=1)
    accept_all(session, mine(session, views, [(0, 1), (2, 3)], [(0, 1), (2, 3)], run=2))
    assert all(len(set(sides(session, seed))) == 1 for seed in SEEDS)


def test_groups_without_an_edge_between_them_are_placed_apart(session, views):
    accept_all(session, mine(session, views, [(0, 1), (2, 3)], [(0, 1), (2, 3)]))
    assert any(len(set(sides(session, seed))) == 2 for seed in SEEDS)


def test_a_pair_that_was_judged_to_be_two_things_ties_nothing(session, views):
    first, second, between = mine(session, views, [(0, 1), (1, 2), (2, 3)], [(0, 1), (2, 3), (1, 2)])
    accept_all(session, [first, second])
    decisions.decide(session, between, Said("reject"), reviewer="ada")
    assert any(len(set(sides(session, seed))) == 2 for seed in SEEDS)
    decisions.decide(session, between, Said("accept"), reviewer="bob")  # disputed: nobody knows
    assert all(len(set(sides(session, seed))) == 1 for seed in SEEDS)


def test_members_that_were_called_variants_tie_nothing(session, views):
    first, second, between = mine(session, views, [(0, 1), (1, 2), (2, 3)], [(0, 1), (2, 3), (1, 2)])
    accept_all(session, [first, second])
    decisions.decide(session, between, Said("reject", {views[1][1]: "variant"}), reviewer="ada")
    assert any(len(set(sides(session, seed))) == 2 for seed in SEEDS)
