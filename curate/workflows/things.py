"""Objects as columns: their keys, public ids and photos, some 32 bytes each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from curate.database.columns import Columns
from curate.workflows.settled import Numbers

Ids = NDArray[np.bytes_]
"""16 bytes each, without zeros at the end."""


@dataclass(frozen=True, slots=True)
class Things:
    """Objects that decisions say something of, numbered in the order of their public ids."""

    keys: Numbers
    """Inside Postgres."""
    ids: Ids
    """Public ids."""
    photos: Numbers
    """Keys of their photos."""

    def public_ids(self, objects: Numbers) -> list[UUID]:
        """Of objects by their numbers."""
        return uuids(self.ids[objects])

    def numbers(self, public_ids: Iterable[UUID]) -> Numbers:
        """Numbers of objects; -1 for those of which nothing is said."""
        wanted = np.array([each.bytes for each in public_ids], dtype="S16")
        if not len(self.ids):
            return np.full(len(wanted), -1)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[at] == wanted, at, -1)

    def numbers_of_keys(self, keys: Numbers) -> Numbers:
        """Numbers of the objects with these keys, all of which must be among them."""
        return places_in(self.keys, keys)


def things_of(objects: Columns) -> Things:
    """From ``approval_columns.objects``."""
    order = np.argsort(objects["public_id"])
    return Things(objects["key"][order], objects["public_id"][order], objects["photo"][order])


def pair_codes(left: Numbers, right: Numbers, count: int) -> Numbers:
    """One number per pair of ``count`` objects, whichever comes first."""
    return np.minimum(left, right) * count + np.maximum(left, right)


def places_in(keys: Numbers, wanted: Numbers) -> Numbers:
    """Where each of ``wanted`` stands in ``keys``, which hold them all."""
    order = np.argsort(keys)
    return order[np.searchsorted(keys, wanted, sorter=order)]


def uuids(ids: Ids) -> list[UUID]:
    """Public ids as they are known elsewhere."""
    return [UUID(bytes=each.ljust(16, b"\0")) for each in ids.tolist()]
