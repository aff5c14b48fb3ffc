"""Models that did something, by fingerprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database.tables import Caption, Detected, Embedded, Model
from curate.errors import NotFoundError
from curate.near_names import did_you_mean


def ensure(session: Session, fingerprint: str, role: str, name: str) -> int:
    """Key of the model with this fingerprint, recorded now if it is new."""
    row = insert(Model).values(fingerprint=fingerprint, role=role, name=name).on_conflict_do_nothing()
    session.execute(row)
    return session.scalars(select(Model.id).where(Model.fingerprint == fingerprint)).one()


def find(session: Session, fingerprint: str) -> Model | None:
    return session.scalar(select(Model).where(Model.fingerprint == fingerprint))


def of_role(session: Session, role: str) -> list[Model]:
    """Every model of a role, also one of which nothing is left."""
    return list(session.scalars(select(Model).where(Model.role == role).order_by(Model.id)))


def used(session: Session, role: str) -> list[Model]:
    """Models of a role that have produced something, the most productive first."""
    done = {"detector": Detected.model_id, "embedder": Embedded.model_id, "captioner": Caption.model_id}[role]
    count = select(func.count()).where(done == Model.id).scalar_subquery()
    return list(
        session.scalars(
            select(Model).where(exists().where(done == Model.id)).order_by(count.desc(), Model.id)
        )
    )


def only(session: Session, role: str, name: str | None, known: Collection[str] = ()) -> Model:
    """The one model of ``role`` that has produced something, or the one called ``name``.

    Args:
        known: Names of models that might produce something.

    Raises:
        NotFoundError: there is none, or there are several and no name says which.
    """
    if name is not None and (exact := find(session, name)) is not None and exact.role == role:
        return exact
    models = [
        model
        for model in used(session, role)
        if name in (None, model.name) or model.fingerprint.startswith(str(name))
    ]
    if not models:
        raise NotFoundError(_unused(role, name, [model.name for model in used(session, role)], known))
    if len(models) > 1:
        names = ", ".join(f"{model.name} ({model.fingerprint[:12]})" for model in models)
        raise NotFoundError(
            f"Several {role}s were used: {names}. Say which by its name or fingerprint, as in --{role} "
            f"{_told_apart(models)}."
        )
    return models[0]


def _told_apart(models: list[Model]) -> str:
    """A name that only one of them has, else the start of a fingerprint."""
    names = Counter(model.name for model in models)
    return next((name for name, same in names.items() if same == 1), models[0].fingerprint[:12])


def _unused(role: str, name: str | None, ready: list[str], known: Collection[str]) -> str:
    """What to type when no model that produced something has this name."""
    stage = {"detector": "detect", "embedder": "embed", "captioner": "caption"}[role]
    what = f"No {role} has" if name is None else f"The {role} {name!r} has not"
    if name in known:
        return f"{what} looked at any photo yet: type `curate {stage} --model {name}` first."
    if name is None or not ready:
        return f"{what} looked at any photo yet: type `curate {stage}` first."
    meant = did_you_mean(name, [*ready, *known])
    return f"{what} looked at any photo yet, only {', '.join(dict.fromkeys(ready))}.{meant}"
