"""Captions of objects, by captioners and by people. Rows are only added, until a photo is taken down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from curate.captions import PERSON, Caption, Said
from curate.database import objects, takedowns
from curate.database.among import among
from curate.database.object_work import ObjectWork
from curate.database.tables import Caption as Row
from curate.database.tables import Model, Object
from curate.errors import NotFoundError

STAGE = "caption"
"""Name in ``failures``; the subject is an object's id, or the sha256 of a photo that cannot be read."""


def to_do(wanted: Collection[UUID], model: int, fingerprint: str, *, retry_failed: bool) -> ObjectWork:
    """Wanted objects without a caption by this captioner."""
    done = exists().where(Row.object_id == Object.id, Row.model_id == model)
    return ObjectWork(STAGE, fingerprint, wanted, done, retry_failed)


def record(session: Session, model_id: int, texts: Mapping[UUID, str]) -> None:
    """Store what a captioner said of objects; of one that it had described meanwhile, the first stays."""
    keys = objects.keys(session, texts)
    rows = [{"object_id": keys[each], "model_id": model_id, "text": text} for each, text in texts.items()]
    session.execute(insert(Row).on_conflict_do_nothing(), rows)


def write(session: Session, object_id: UUID, text: str, by: str, event: UUID | None = None) -> None:
    """Store a person's words, which count from now on; empty ones take back what people wrote."""
    key = objects.keys(session, [object_id])[object_id]
    row = insert(Row).values(object_id=key, by=by, text=text, event_id=event)
    session.execute(row.on_conflict_do_nothing(index_elements=[Row.event_id]))


def is_stored(session: Session, event: UUID) -> bool:
    """Whether the words that were sent as ``event`` have arrived."""
    return bool(session.scalar(select(exists().where(Row.event_id == event))))


def erase(session: Session, photo_id: int) -> None:
    """Delete what was said of the objects of a photo that was taken down."""
    # Whoever writes about one of them just now has to end first.
    session.execute(select(Object.id).where(Object.photo_id == photo_id).with_for_update())
    of_it = select(Object.id).where(Object.photo_id == photo_id)
    gone = delete(Row).where(Row.object_id.in_(of_it))
    session.execute(gone, execution_options={"synchronize_session": False})


def hold(session: Session, object_id: UUID) -> str:
    """Keep others from writing about an object until the transaction ends; the object's label.

    Raises:
        NotFoundError: there is no such object.
    """
    row = select(Object.label).where(Object.public_id == object_id, takedowns.living(Object.photo_id))
    label = session.scalar(row.with_for_update(key_share=True))
    if label is None:
        raise NotFoundError(f"There is no object {object_id}: load the page again.")
    return label


def by_people(session: Session) -> int:
    """How many objects people's words stand on."""
    of_living = select(Row.text).join(Object, Object.id == Row.object_id).where(_living())
    newest = of_living.where(Row.model_id.is_(None)).ext(distinct_on(Row.object_id))
    rows = newest.order_by(Row.object_id, Row.id.desc()).subquery()
    return session.scalar(select(func.count()).where(rows.c.text != "")) or 0


def known(session: Session, public_ids: Iterable[UUID], captioner: int | None = None) -> dict[UUID, Said]:
    """What is on record about objects; those about which nobody has said anything are left out.

    Args:
        captioner: Whose words count among captioners; None for those that came last.
    """
    wanted = list(public_ids)
    of = Row.model_id.is_not(None) if captioner is None else Row.model_id == captioner
    people, models = _newest(session, wanted, Row.model_id.is_(None)), _newest(session, wanted, of)
    return {each: Said(people.get(each), models.get(each)) for each in {**people, **models}}


def _living() -> ColumnElement[bool]:
    return takedowns.living(Object.photo_id)


def _newest(
    session: Session, public_ids: Collection[UUID], which: ColumnElement[bool]
) -> dict[UUID, Caption]:
    """The last words on each object among some rows, unless they are empty."""
    rows = (
        select(Object.public_id, Row, Model)
        .join(Object, Object.id == Row.object_id)
        .outerjoin(Model, Model.id == Row.model_id)
        .where(among(Object.public_id, public_ids), _living(), which)
        .ext(distinct_on(Row.object_id))
        .order_by(Row.object_id, Row.id.desc())
    )
    return {
        public_id: Caption(row.text, model.fingerprint if model else PERSON, model.name if model else row.by)
        for public_id, row, model in session.execute(rows)
        if row.text
    }
