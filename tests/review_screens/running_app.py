"""A running review app and the rows behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from curate.database.tables import Decision, Group, GroupMember, MiningRun, Object, ReviewItem
from curate.workspace import Workspace
from review_process import ReviewProcess, free_port

REVIEWER = "ada"


@dataclass(frozen=True)
class Stored:
    """One row of the decisions, in the words of the card."""

    item: str
    verdict: str
    marks: Mapping[str, str]
    """Mark by the member's place in the group, counted from 1 as the card does."""
    reason: str | None = None
    undoes: int | None = None
    """Place of the decision that this one takes back, counted from 0."""


@dataclass(frozen=True)
class RunningApp:
    process: ReviewProcess
    workspace: Workspace

    @property
    def members(self) -> dict[str, list[str]]:
        """Public ids of the members by item, in the order the card shows them."""
        latest = select(MiningRun.id).order_by(MiningRun.id.desc()).limit(1).scalar_subquery()
        rows = (
            select(ReviewItem.public_id, Object.public_id)
            .join(Group, Group.item_id == ReviewItem.id)
            .join(GroupMember, GroupMember.group_id == Group.id)
            .join(Object, Object.id == GroupMember.object_id)
            .where(Group.run_id == latest)
            .order_by(ReviewItem.id, GroupMember.rank)
        )
        found: dict[str, list[str]] = {}
        with self.workspace.transaction() as session:
            for item, member in session.execute(rows):
                found.setdefault(str(item), []).append(str(member))
        return found

    def stored(self, reviewer: str = REVIEWER) -> list[Stored]:
        """A reviewer's decisions and undos in the order they were committed."""
        undone, members = aliased(Decision), self.members
        rows = (
            select(Decision, ReviewItem.public_id, undone.public_id)
            .join(ReviewItem, ReviewItem.id == Decision.item_id)
            .outerjoin(undone, undone.id == Decision.undoes_id)
            .where(Decision.reviewer == reviewer)
            .order_by(Decision.id)
        )
        with self.workspace.transaction() as session:
            found = session.execute(rows).all()
        places = {made.public_id: n for n, (made, _, _) in enumerate(found)}
        return [
            Stored(
                str(item),
                made.verdict,
                {str(members[str(item)].index(who) + 1): mark for who, mark in made.marks.items()},
                made.reason,
                None if of is None else places[of],
            )
            for made, item, of in found
        ]

    def events(self) -> list[UUID]:
        """The event ids of all decisions, in the order they were committed."""
        with self.workspace.transaction() as session:
            return list(session.scalars(select(Decision.event_id).order_by(Decision.id)))

    def curate(self, *arguments: str) -> None:
        """Type a command, as the app's reviewer."""
        command = [sys.executable, "-m", "curate", "--workspace", str(self.workspace.root), *arguments]
        environment = {**os.environ, "CURATE_REVIEWER": REVIEWER}
        subprocess.run(command, env=environment, check=True, capture_output=True)


@contextmanager
def running(
    workspace: Workspace, log: Path, *arguments: str, port: int | None = None, **environment: str
) -> Iterator[RunningApp]:
    """``curate review`` on this workspace until the end of the block."""
    settings = {"CURATE_REVIEWER": REVIEWER, **environment}
    process = ReviewProcess(workspace.root, log, settings, arguments, port or free_port())
    try:
        yield RunningApp(process.start(), workspace)
    finally:
        process.stop()
