"""From an accepted set of views to training records: each member is the target once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from curate.captions import common_template
from curate.errors import ExportError
from curate.manifest_records import SubjectRecord, SubjectView

TASK = "subject"
REFERENCES = 3
"""References per target (ObjectMate, section 3)."""


@dataclass(frozen=True, slots=True)
class AcceptedView:
    """A view that reviewers accepted as a member of one set."""

    view: SubjectView
    photo_key: str
    """Equal for near-duplicate photos: the smallest sha256 among them."""


@dataclass(frozen=True, slots=True)
class SkippedTarget:
    """A member that gave no record."""

    object_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class SubjectSet:
    """What one accepted set gives: one entry per member, in one of the two lists."""

    records: tuple[SubjectRecord, ...]
    """By sample id."""
    skipped: tuple[SkippedTarget, ...]
    """By object id."""


def subject_records(
    views: Sequence[AcceptedView],
    vectors: NDArray[np.float32],
    *,
    split: str,
    decision_ids: Iterable[str],
    references: int = REFERENCES,
    at_least: int | None = None,
) -> SubjectSet:
    """Make the records of one accepted set; independent of the order of ``views``.

    References are the target's most similar members from other photos, each from a different photo,
    near-duplicate photos counting as one.

    Args:
        views: The accepted members, each object once.
        vectors: float32 [len(views), dimension], rows of unit length.
        split: ``train``, ``validation`` or ``test``, for every record of the set.
        decision_ids: Public ids of the decisions that accept the set.
        references: How many references a record gets, >= 1.
        at_least: Make a record from this many references when there are no more; by default all.

    Raises:
        ExportError: ``at_least`` does not lie between 1 and ``references``.
    """
    fewest = references if at_least is None else at_least
    if not 1 <= fewest <= references:
        raise ExportError(
            f"At least {fewest} of {references} references cannot be met: "
            "give --at-least a number from 1 to --references."
        )
    ids = [str(view.view.object_id) for view in views]
    order = sorted(range(len(views)), key=ids.__getitem__)
    members, ids = [views[row] for row in order], sorted(ids)
    exact = vectors[order].astype(np.float64)
    # 6 decimals: sums of 64..1152 products differ in about the 15th digit between BLAS builds, and an
    # export must not.
    cosines = np.round(exact @ exact.T, 6)  # [members, members]
    group_id = _digest("group", *ids)
    decisions = tuple(sorted(set(decision_ids)))
    caption = common_template(member.view.label for member in members)

    most_similar = np.argsort(-cosines, axis=1, kind="stable").tolist()

    records, skipped = [], []
    for index, target in enumerate(members):
        chosen = _references(index, members, most_similar[index], references)
        if len(chosen) < fewest:
            reason = _too_few(len(chosen), fewest)
            skipped.append(SkippedTarget(target.view.object_id, reason))
            continue
        siblings = tuple(members[sibling].view for sibling in chosen)
        records.append(
            SubjectRecord(
                sample_id=sample_id(ids[index], [ids[sibling] for sibling in chosen]),
                group_id=group_id,
                target=target.view,
                references=siblings,
                similarities=tuple(float(cosines[index, sibling]) for sibling in chosen),
                caption=caption,
                split=split,
                decision_ids=decisions,
            )
        )
    return SubjectSet(tuple(sorted(records, key=lambda record: record.sample_id)), tuple(skipped))


def sample_id(target: UUID | str, references: Iterable[UUID | str]) -> str:
    """Hex sha256 over the task, the target's object id and its references' ids in order."""
    return _digest(TASK, str(target), *map(str, references))


def views_of(record: SubjectRecord) -> tuple[SubjectView, ...]:
    """Target first, then the references."""
    return record.target, *record.references


def _references(
    target: int, members: Sequence[AcceptedView], most_similar: Iterable[int], most: int
) -> list[int]:
    """Rows of the most similar members, one per photo; equal similarities by object id."""
    used = {members[target].photo_key}
    chosen: list[int] = []
    for row in most_similar:
        if len(chosen) < most and members[row].photo_key not in used:
            used.add(members[row].photo_key)
            chosen.append(row)
    return chosen


def _too_few(found: int, needed: int) -> str:
    photos = "photo" if found == 1 else "photos"
    return f"objects whose thing is accepted in {found} other {photos}, where {needed} are needed"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
