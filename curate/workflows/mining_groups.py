"""From the edges of a run to its groups: those that people decided on stay, or new views join them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from sqlalchemy.orm import Session

from curate.database import settled_groups
from curate.database.columns import Columns
from curate.database.mining import GroupRow
from curate.workflows.batches import batched
from curate.workflows.mining_candidates import Candidates
from curate.workflows.mining_earlier import Earlier
from curate.workflows.mining_options import MiningOptions
from curate.workflows.settled import Flags, Numbers
from curate.workflows.things import places_in, uuids
from index.edges import Edges
from index.groups import FoundGroup, Settled, compact_groups, star_groups

_ROWS = 10_000
"""Groups whose members are looked up at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Joining:
    """Groups of an earlier run that were decided on, and the objects that came since."""

    settled: Sequence[Settled] = ()
    new: Numbers | None = None
    """int64, places of objects."""

    def grown(self, groups: Iterable[FoundGroup]) -> int:
        """How many of the settled groups hold new objects now."""
        new = set(() if self.new is None else self.new.tolist())
        home = {member: group for group in groups for member in group.members}
        grown = 0
        for each in self.settled:
            group = home.get(each.core[0])
            if group is not None and set(each.core) < set(group.members):
                grown += not new.isdisjoint(group.members)
        return grown


def open_grown(gone: Columns, groups: Sequence[FoundGroup], keys: Numbers, new: Flags) -> int:
    """How many groups hold a whole group that was open in the earlier run, and new objects besides.

    Args:
        gone: Of ``run_changes.open_views_gone``.
        groups: Without objects in common.
        keys: int64 [objects].
        new: bool [objects]: the earlier run did not have them.
    """
    home = np.full(len(keys), -1)
    for number, group in enumerate(groups):
        home[list(group.members)] = number
    there = np.isin(gone["object"], keys)
    homes = home[places_in(keys, gone["object"][there])]
    starts = np.flatnonzero(np.diff(gone["item"][there], prepend=-1))
    if not len(starts):
        return 0
    whole = np.minimum.reduceat(homes, starts)
    whole = whole[whole == np.maximum.reduceat(homes, starts)]
    return len(np.intersect1d(whole[whole >= 0], home[new]))


def joining(session: Session, found: Candidates, earlier: Earlier | None) -> Joining:
    """Read what was decided until now."""
    if earlier is None or found.parameters["rule"] == "star":  # stars overlap, and are for counting
        return Joining()
    keys = found.objects["key"]
    settled = []
    for each in settled_groups.of_run(session, earlier.key):
        members, core = (np.array(some)[np.isin(some, keys)] for some in each)
        if len(core) > 1:
            settled.append(Settled(tuple(places_in(keys, members)), tuple(places_in(keys, core))))
    # In the order of public ids, as everything here.
    return Joining(sorted(settled, key=lambda each: min(each.members)), np.flatnonzero(earlier.new))


def find(edges: Edges, found: Candidates, options: MiningOptions, known: Joining) -> list[FoundGroup]:
    """The groups of a run."""
    # Objects are in public id order, which settles ties: the same content gives the same groups everywhere.
    n, photos = len(found.photo_keys), found.photo_keys
    if options.rule == "star":
        return star_groups(edges, n, photos, options.min_views, options.max_size - 1)
    return compact_groups(
        edges,
        n,
        photos,
        options.min_views,
        options.max_size,
        settled=known.settled,
        joining=known.new,
    )


def rows(groups: Iterable[FoundGroup], found: Candidates) -> Iterator[GroupRow]:
    """As the database takes them."""
    for some in batched(groups, _ROWS):
        members = np.array([member for group in some for member in group.members])
        keys = iter(found.objects["key"][members].tolist())
        ids = iter(uuids(found.objects["public_id"][members]))
        for group in some:
            size = len(group.members)
            yield GroupRow(
                tuple(islice(keys, size)), tuple(islice(ids, size)), group.similarities, group.weakest
            )
