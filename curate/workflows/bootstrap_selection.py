"""Which accepted removals become bootstrapped insertion samples, and what is left out and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from curate.database import approval_columns, removal_votes, removals, rules
from curate.database.removals import RemovalRow
from curate.exporters.tasks.bootstrap_records import BootstrapRecord
from curate.exporters.tasks.bootstrap_rules import BootstrapRules
from curate.verdicts import DISPUTED, FLAGGED
from curate.workflows.approval import approval, with_alone
from curate.workflows.bootstrap_candidates import candidates, records
from curate.workflows.export_options import ExportOptions
from curate.workflows.photo_places import NOWHERE, read_photos
from curate.workflows.settled import Flags, Numbers
from curate.workflows.splits import place_photos, set_links
from curate.workflows.things import Things, things_of
from curate.workspace import Workspace

PORTION = 1000
"""Objects whose removals are looked at together."""

AUTOMATIC = "objects whose removal only an automatic policy accepted (--include-automatic)"
TORN = "objects whose photos stand in different splits, or were held out after they were exported"
_UNSETTLED = {
    DISPUTED: "objects whose removals reviewers disagree about",
    FLAGGED: "objects whose removals were flagged",
}


@dataclass(frozen=True, slots=True)
class BootstrapOptions(ExportOptions):
    """What ``curate export insertion-bootstrap`` was asked for."""

    rules: BootstrapRules = field(default_factory=BootstrapRules)


@dataclass(frozen=True, slots=True)
class BootstrapSelection:
    """What an export of bootstrapped samples writes, and what it does not."""

    records: tuple[BootstrapRecord, ...]
    left_out: Mapping[str, Collection[UUID]]
    """Objects by reason."""


def select_bootstrap(workspace: Workspace, options: BootstrapOptions) -> BootstrapSelection:
    """All of ``bootstrap_records`` at once.

    Raises:
        MediaError: a mask is missing or damaged.
    """
    left_out: dict[str, set[UUID]] = defaultdict(set)
    records = tuple(bootstrap_records(workspace, options, left_out, set()))
    return BootstrapSelection(records, left_out)


def bootstrap_records(
    workspace: Workspace, options: BootstrapOptions, left_out: dict[str, set[UUID]], tied: set[UUID]
) -> Iterator[BootstrapRecord]:
    """Every object with an accepted removal that keeps the rules, of several the one accepted last.

    By object id, a portion in memory at a time; the others are noted in ``left_out`` meanwhile. Those with a
    split whose photos are tied to another one by now are noted in ``tied``.

    Raises:
        MediaError: a mask is missing or damaged.
    """
    with workspace.transaction() as session:
        objects = approval_columns.objects(session, approval_columns.with_removal(session))
    things = things_of(objects)
    accepted = np.concatenate(
        [
            _accepted(workspace, things, part, options, left_out)
            for part in _portions(np.arange(len(things.keys)))
        ]
    )
    with workspace.transaction() as session:
        split, bridged = _splits(session, things, accepted, options)
    torn = split == NOWHERE
    left_out[TORN].update(things.public_ids(accepted[torn]))
    tied.update(things.public_ids(accepted[bridged & ~torn]))
    for part, places in zip(_portions(accepted[~torn]), _portions(split[~torn]), strict=True):
        ids = things.public_ids(part)
        with workspace.transaction() as session:
            found = candidates(
                session,
                dict(zip(ids, places.tolist(), strict=True)),
                left_out,
                with_automatic=options.include_automatic,
            )
        yield from records(workspace, found, options.rules, left_out)


def _portions(numbers: Numbers) -> list[Numbers]:
    """At least one."""
    return [numbers[start : start + PORTION] for start in range(0, max(1, len(numbers)), PORTION)]


def _accepted(
    workspace: Workspace,
    things: Things,
    part: Numbers,
    options: BootstrapOptions,
    left_out: dict[str, set[UUID]],
) -> Numbers:
    """Objects with an accepted removal; the others that people spoke of go to ``left_out``."""
    objects = things.public_ids(part)
    with workspace.transaction() as session:
        rows = removals.every(session, objects)
        accepted = removal_votes.backgrounds(session, objects, with_automatic=options.include_automatic)
        with_them = removal_votes.backgrounds(session, objects, with_automatic=True)
        unsettled = list(_unsettled(session, rows))
    left_out[AUTOMATIC] |= with_them.keys() - accepted.keys()
    for object_id, why in unsettled:
        if object_id not in accepted:
            left_out[why].add(object_id)
    return part[[each in accepted for each in objects]]


def _unsettled(session: Session, rows: Collection[RemovalRow]) -> Iterator[tuple[UUID, str]]:
    """Objects with a removal that people spoke of and did not settle, and why not."""
    states = removal_votes.settled(session, [row.removal.item_id for row in rows], with_automatic=False)
    for row in rows:
        if why := _UNSETTLED.get(states[row.removal.item_id].name):
            yield row.object_.public_id, why


def _splits(
    session: Session, things: Things, objects: Numbers, options: BootstrapOptions
) -> tuple[Numbers, Flags]:
    """Of each object the index of its split, or ``NOWHERE``, and whether its photos are tied to another one.

    Its split is that of all views accepted as the same thing.
    """
    approved = approval(session, rules.consensus(session), with_automatic=options.include_automatic)
    approved = with_alone(approved, things, objects)
    photos = read_photos(session, options.near_duplicate_distance)
    links = set_links(session, approved, photos)
    places = place_photos(session, photos, links, seed=options.seed, shares=options.shares)
    split, members = places.of_sets(approved, photos), approved.approved()
    shown = photos.numbers(approved.things.photos[members])
    torn = places.torn_groups(approved.home[members], shown, len(split))
    home = approved.home[approved.things.numbers_of_keys(things.keys[objects])]
    return split[home], torn[home]
