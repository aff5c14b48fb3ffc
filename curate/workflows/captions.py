"""Captions as people see and write them, and as an export takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from curate import captions
from curate.captions import NOTHING_SAID, Caption, Said
from curate.database import captions as rows
from curate.database import fingerprints, objects
from curate.errors import ConflictError, NotFoundError
from curate.manifest_records import SubjectRecord
from curate.workflows import review, used_models
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Captioned:
    """One object and what is said of it."""

    object_id: UUID
    label: str
    caption: Caption
    """The one that counts."""
    otherwise: Caption
    """The one that counts where no person has written one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the writer saw when writing."""

    person: str | None
    """A person's words; None if there were none."""


def write(
    workspace: Workspace,
    object_id: UUID,
    text: str,
    *,
    by: str,
    event: UUID | None = None,
    seen: Seen | None = None,
) -> Captioned:
    """Store a person's caption of an object, committed when this returns; empty words take it back.

    Args:
        event: Made up by the sender; sent again, nothing changes.
        seen: None writes over whatever is there.

    Raises:
        NotFoundError: there is no such object.
        DecisionError: it cannot be a caption.
        ConflictError: ``stale``: somebody has written another one since the writer looked.
    """
    line = captions.checked(text)
    with workspace.transaction() as session:
        label = rows.hold(session, object_id)
        person = _said(session, object_id).person
        words = person.text if person else None
        if not (event and rows.is_stored(session, event)) and line != (words or ""):
            if seen and seen.person != words:
                raise ConflictError("stale", _stale(words))
            rows.write(session, object_id, line, by, event)
        said = _said(session, object_id)
    return _captioned(object_id, label, said)


def _captioned(object_id: UUID, label: str, said: Said) -> Captioned:
    return Captioned(object_id, label, said.standing(label), said.otherwise(label))


def _said(session: Session, object_id: UUID) -> Said:
    return rows.known(session, [object_id]).get(object_id, NOTHING_SAID)


def _stale(words: str | None) -> str:
    now = f"wrote “{words}”" if words else "took the words back"
    return f"Somebody {now} since you looked: read it, and write yours again if it is better."


def shown(workspace: Workspace, prefix: str) -> list[Captioned]:
    """Captions of one object, or of a group's members, by the start of an id.

    Raises:
        NotFoundError: neither an object nor a group of the latest run starts so, or several do.
    """
    wanted = _object_or_members(workspace, prefix)
    with workspace.transaction() as session:
        labels = {key: each.label for key, each in objects.by_public_ids(session, wanted).items()}
        said = rows.known(session, wanted)
    known = [each for each in wanted if each in labels]
    return [_captioned(each, labels[each], said.get(each, NOTHING_SAID)) for each in known]


def object_of(workspace: Workspace, prefix: str) -> UUID:
    """The object whose id starts with ``prefix``.

    Raises:
        NotFoundError: there is none, or there are several.
    """
    found = _objects(workspace, prefix)
    if len(found) != 1:
        what = "Several objects start with" if found else "There is no object"
        raise NotFoundError(f"{what} {prefix!r}: type `curate groups show GROUP` for the ids of its members.")
    return found[0]


@dataclass(frozen=True, slots=True)
class UsedCaptioner:
    """Whose words count where no person has written."""

    key: int
    fingerprint: str


def used_captioner(workspace: Workspace, name: str | None) -> UsedCaptioner | None:
    """The captioner of an export; None if none has said anything.

    Args:
        workspace: Knows which were used.
        name: Name or fingerprint; None if there is only one.

    Raises:
        NotFoundError: several captioners have and nobody says which, or the one named has not.
    """
    with workspace.transaction() as session:
        if name is None and not fingerprints.used(session, "captioner"):
            return None
        model = used_models.only(session, "captioner", name)
        return UsedCaptioner(model.id, model.fingerprint)


def with_captions(
    workspace: Workspace, records: Sequence[SubjectRecord], captioner: UsedCaptioner | None
) -> list[SubjectRecord]:
    """The records with what people and a captioner say of their targets; the others keep their template."""
    targets = [each.target.object_id for each in records]
    with workspace.transaction() as session:
        said = rows.known(session, targets, captioner.key if captioner else None)
    return [_with(each, said.get(each.target.object_id)) for each in records]


def _with(record: SubjectRecord, said: Said | None) -> SubjectRecord:
    if said is None:
        return record
    caption = said.standing(record.target.label)
    return replace(record, caption=caption.text, caption_source=caption.source)


def _object_or_members(workspace: Workspace, prefix: str) -> list[UUID]:
    found = _objects(workspace, prefix)
    try:
        group = [view.object_.public_id for view in review.group(workspace, prefix).views]
    except NotFoundError:
        group = []
    if len(found) == 1 and not group:
        return found
    if group and not found:
        return group
    if found:
        raise NotFoundError(f"Several objects or groups start with {prefix!r}: type more of the id.")
    raise NotFoundError(f"There is neither an object nor a group {prefix!r}: type `curate groups list`.")


def _objects(workspace: Workspace, prefix: str) -> list[UUID]:
    with workspace.transaction() as session:
        return objects.public_ids_by_prefix(session, prefix.lower())
