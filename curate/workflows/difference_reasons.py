"""Why a record is in one manifest and not in another, or differs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from curate.database import decision_history, manifest_rows, takedowns, vote_history
from curate.database.manifest_rows import RegisteredManifest
from curate.database.tables import Decision
from curate.database.takedowns import Tombstone
from curate.exporters.difference import CAME, CHANGED, WENT, Change
from curate.exporters.tasks import decision_records
from curate.exporters.tasks.task import Row, Task
from curate.exporters.verify_records import ListedRecord
from curate.workflows.column_reasons import DECISIONS, Asked, Reason, came_and_went, column_reasons
from curate.workflows.selection_reasons import Selection, selection
from curate.workspace import Workspace

UNTOLD = "the files do not tell: ask in the workspace that exported them"
TAKEN_DOWN = "a photo of it was taken down"
UNDONE = "a decision behind it was undone"
ACCEPTED = "accepted since"
VOTED = "voted since"
TAKEN_BACK = "its reviewer took it back"
SETTLED = "what stood against it is settled"
AGAIN = "it would be exported again now"
NO_LONGER = "no decision accepts it any more"


@dataclass(frozen=True, slots=True)
class Explained:
    """A record that differs, and why; there is always a reason."""

    change: Change
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the database knows of what some records rest on; nothing without one."""

    made: Mapping[UUID, tuple[Decision, bool]] = field(default_factory=dict)
    """Decisions by public id, and whether they were undone."""
    gone: Mapping[str, Tombstone] = field(default_factory=dict)
    """By the sha256 of photos."""
    said: Mapping[int, Sequence[Decision]] = field(default_factory=dict)
    """By the key of an item what was said of it after the first manifest was written."""
    taken_back: Collection[tuple[UUID, datetime]] = ()
    """Votes, whose ids may be pseudonyms, by their item and when they were cast."""


@dataclass
class Since:
    """The workspace that wrote one of two manifests or both."""

    workspace: Workspace
    before_written: datetime | None
    """None if the first was not written from here."""
    after: RegisteredManifest | None

    @cached_property
    def selection(self) -> Selection | None:
        """What would be chosen now by what the second was asked for."""
        if self.after is None:
            return None
        return selection(self.workspace, self.after.task, self.after.spec)


class Reasons:
    """Why records differ.

    Args:
        asked: What was asked for differently.
        task: Of both manifests.
        since: None if no database can be asked.
    """

    def __init__(self, asked: Asked, task: Task, since: Since | None) -> None:
        self._asked = asked
        self._task = task
        self._since = since

    def look_up(self, portion: Sequence[Change]) -> LookedUp:
        """Ask the database about many records at once."""
        if self._since is None:
            return LookedUp()
        records = [record for each in portion for record in (each.before, each.after) if record]
        photos = {photo for record in records for photo in self._photos(record.row)}
        with self._since.workspace.transaction() as session:
            gone = takedowns.of_bytes(session, sorted(photos))
            if self._task.name == decision_records.TASK:
                voted_on = {UUID(record.row["item_id"]) for record in records}
                return LookedUp(gone=gone, taken_back=vote_history.taken_back(session, voted_on))
            cited = {UUID(decision) for record in records for decision in record.decision_ids}
            made = decision_history.by_public_ids(session, cited)
            since = self._since.before_written or datetime.now(UTC)
            items = sorted({decision.item_id for decision, _ in made.values()})
            return LookedUp(
                made,
                gone,
                manifest_rows.said_since(session, items, since),
            )

    def of(self, change: Change, known: LookedUp) -> Iterator[Reason]:
        found = list({WENT: self._went, CAME: self._came, CHANGED: self._changed}[change.kind](change, known))
        yield from found or list(self._asked.of_choice()) or [Reason(UNTOLD)]

    def _went(self, change: Change, known: LookedUp) -> Iterator[Reason]:
        told = list(self._lost(change.before, known))
        yield from told
        if told or self._since is None or self._since.selection is None:
            return
        now = self._since.selection
        if change.key in now.left_out:
            yield Reason(now.left_out[change.key])
        elif change.key in now.chosen:
            yield Reason(AGAIN)
        else:
            yield Reason(NO_LONGER, _said_since(change.before, known))

    def _came(self, change: Change, known: LookedUp) -> Iterator[Reason]:
        if self._since is None or self._since.before_written is None or change.after is None:
            return
        if self._task.name == decision_records.TASK:
            yield from self._voted(change.after.row, self._since.before_written)
            return
        since = {
            made.reviewer
            for made, _ in _of_record(change.after, known)
            if made.decided_at > self._since.before_written
        }
        if since:
            yield Reason(ACCEPTED, f"by {', '.join(sorted(since))}")
        elif known.made:
            yield from list(self._asked.of_choice()) or [Reason(SETTLED)]

    def _voted(self, vote: Row, before_written: datetime) -> Iterator[Reason]:
        if vote["decided_at"] > before_written:
            yield Reason(VOTED, f"by {vote['reviewer']}")
        else:
            yield from list(self._asked.of_choice()) or [Reason(SETTLED)]

    def _changed(self, change: Change, known: LookedUp) -> Iterator[Reason]:
        yield from column_reasons(change)
        yield from self._lost(change.before, known)
        if DECISIONS in change.columns:
            yield from _new_votes(change, known)
        yield from self._asked.of_columns(change.columns)

    def _lost(self, record: ListedRecord | None, known: LookedUp) -> Iterator[Reason]:
        """What a record rested on that is gone."""
        if record is None:
            return
        for photo in self._photos(record.row):
            if photo in known.gone:
                yield Reason(TAKEN_DOWN, f"{photo[:12]} {known.gone[photo].words}")
        undone = sorted({made.reviewer for made, undone in _of_record(record, known) if undone})
        if undone:
            yield Reason(UNDONE, f"by {', '.join(undone)}")
        if self._task.name == decision_records.TASK and _was_taken_back(record.row, known):
            yield Reason(TAKEN_BACK, f"by {record.row['reviewer']}")

    def _photos(self, row: Row) -> list[str]:
        return sorted(self._task.holdings(row).photos)


def _was_taken_back(vote: Row, known: LookedUp) -> bool:
    return not vote["undone"] and (UUID(vote["item_id"]), vote["decided_at"]) in known.taken_back


def _of_record(record: ListedRecord, known: LookedUp) -> Iterable[tuple[Decision, bool]]:
    return (known.made[found] for each in record.decision_ids if (found := UUID(each)) in known.made)


def _said_since(record: ListedRecord | None, known: LookedUp) -> str:
    items = {made.item_id for made, _ in _of_record(record, known)} if record else set()
    said = [made for item in sorted(items) for made in known.said.get(item, ())]
    return ", ".join(dict.fromkeys(f"{made.verdict} by {made.reviewer}" for made in said))


def _new_votes(change: Change, known: LookedUp) -> Iterator[Reason]:
    if change.before is None or change.after is None:
        return
    before, after = set(change.before.decision_ids), set(change.after.decision_ids)
    names = sorted(
        {known.made[UUID(each)][0].reviewer for each in after - before if UUID(each) in known.made}
    )
    by = f", by {', '.join(names)}" if names else ""
    yield Reason("other decisions accept it", f"{came_and_went(before, after)}{by}")
