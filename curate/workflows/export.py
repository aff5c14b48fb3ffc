"""Export what people approved as a training manifest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import fingerprints, manifests, rules, subjects
from curate.errors import ExportError
from curate.exporters.image_folder import write_folder
from curate.exporters.subject_records import (
    REFERENCES,
    TASK,
    AcceptedView,
    photos_without_rights,
    subject_records,
    views_of,
)
from curate.exporters.subject_samples import subject_samples
from curate.photos.reading import decode
from curate.photos.sources import read_bytes
from curate.records import ManifestSpec, SubjectRecord, SubjectView
from curate.verdicts import Consensus
from curate.workflows import stored_vectors
from curate.workflows.approval import Approval, approval
from curate.workflows.export_options import Exported, ExportOptions
from curate.workflows.near_duplicates import photo_components
from curate.workflows.splits import split_sets
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SubjectOptions(ExportOptions):
    """What `curate export subject` was asked for."""

    name: str
    version: str
    references: int = REFERENCES
    at_least: int | None = None
    """Fewest references of a record; ``references`` when None."""
    crops: bool = False
    embedder: str | None = None


@dataclass(frozen=True, slots=True)
class _Set:
    """One accepted set that has a place."""

    members: tuple[AcceptedView, ...]
    split: str
    decision_ids: Collection[UUID]


@dataclass
class _Approved:
    """What decisions approve, by what became of it."""

    embedder_id: int
    embedder: str
    """Fingerprint."""
    consensus: Consensus
    sets: list[_Set] = field(default_factory=list)
    left_out: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))


def export_subject(
    workspace: Workspace,
    options: SubjectOptions,
    directory: Path,
    on_step: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write all approved views as records of the ``subject`` task: ``<directory>/<name>-<version>``.

    Files first, then the row in Postgres: run again after an interruption it finds the finished folder
    equal and only registers it.

    Raises:
        ExportError: nothing is approved, rights are unknown, or the folder cannot be written.
    """
    approved = _approved(workspace, options)
    records = _records(workspace, approved, options)
    if not records and any(approved.left_out.values()):
        reasons = "; ".join(f"{len(gone)} {why}" for why, gone in approved.left_out.items() if gone)
        raise ExportError(
            f"What is accepted gives no record ({reasons}): accept more views, or lower --at-least."
        )
    _check_rights(records, options)
    spec = ManifestSpec(options.name, options.version, TASK, _parameters(options, approved))
    limit = workspace.settings.max_pixels
    samples = subject_samples(records, _read, lambda data: decode(data, limit), crops=options.crops)
    picture = "crop" if options.crops else "photo"
    written = write_folder(samples, spec, directory, picture=picture, max_pixels=limit, on_step=on_step)
    with workspace.transaction() as session:
        manifests.record(session, written, spec, _photo_splits(records), _decision_ids(records))
    left_out = {why: tuple(sorted(map(str, gone))) for why, gone in approved.left_out.items() if gone}
    return Exported(written, len(records), left_out)


def _approved(workspace: Workspace, options: SubjectOptions) -> _Approved:
    with workspace.transaction() as session:
        embedder = fingerprints.only(session, "embedder", options.embedder)
        consensus = rules.consensus(session)
        found = approval(session, consensus, with_automatic=options.include_automatic)
        good = found.sets
        unattended = _only_automatic(session, found, consensus)
        stored = subjects.views(session, {object_id for members in good for object_id in members})
        views = {object_id: each.view for object_id, each in stored.items()}
        photo_of = {object_id: view.photo_sha256 for object_id, view in views.items()}
        same_photo = photo_components(session, options.near_duplicate_distance)
        splits = split_sets(
            session, good, photo_of, found.relations, same_photo, seed=options.seed, shares=options.shares
        )
    approved = _Approved(embedder.id, embedder.fingerprint, consensus)
    approved.left_out["members of sets that reviewers disagree about"].update(*found.contradicted)
    approved.left_out["members of sets that were flagged"].update(*found.flagged)
    approved.left_out["objects that only an automatic policy accepted (--include-automatic)"] |= unattended
    for members, behind in zip(good, found.behind, strict=True):
        split = splits.split_of(photo_of[object_id] for object_id in members)
        if split is None:
            approved.left_out["their photos stand in different splits"] |= members
            continue
        shown = [views[object_id] for object_id in sorted(members)]
        accepted = tuple(AcceptedView(view, same_photo[view.photo_sha256]) for view in shown)
        approved.sets.append(_Set(accepted, split, behind))
    return approved


def _only_automatic(session: Session, found: Approval, consensus: Consensus) -> set[UUID]:
    """Objects that would be approved if automatic decisions counted."""
    approved = {object_id for members in found.sets for object_id in members}
    with_them = approval(session, consensus, with_automatic=True).sets
    return {object_id for members in with_them for object_id in members} - approved


def _records(workspace: Workspace, approved: _Approved, options: SubjectOptions) -> list[SubjectRecord]:
    """The records of all sets; targets without enough references are noted in ``approved.left_out``."""
    wanted = [each.view.object_id for found in approved.sets for each in found.members]
    if not wanted:
        return []
    # All at once: a block holds vectors of many sets and would be read again for each of them.
    vectors = stored_vectors.of_objects(workspace, approved.embedder_id, wanted)
    records: list[SubjectRecord] = []
    start = 0
    for found in approved.sets:
        end = start + len(found.members)
        made = subject_records(
            found.members,
            vectors[start:end],
            split=found.split,
            decision_ids=map(str, found.decision_ids),
            references=options.references,
            at_least=options.at_least,
        )
        start = end
        records += made.records
        for skipped in made.skipped:
            approved.left_out[skipped.reason].add(skipped.object_id)
    return records


def _check_rights(records: Sequence[SubjectRecord], options: SubjectOptions) -> None:
    unknown = photos_without_rights(records)
    if unknown and not options.allow_unknown_rights:
        raise ExportError(
            f"{len(unknown)} photos have no licence on record: ingest them again with --licence, "
            "or export with --allow-unknown-rights."
        )


def _parameters(options: SubjectOptions, approved: _Approved) -> dict[str, object]:
    return {
        **options.parameters(),
        "references": options.references,
        "at_least": options.at_least or options.references,
        "crops": options.crops,
        "embedder": approved.embedder,
        "votes_needed": approved.consensus.needed,
        "votes_asked": approved.consensus.asked,
    }


def _read(view: SubjectView) -> bytes:
    return read_bytes(view.uri)


def _photo_splits(records: Sequence[SubjectRecord]) -> dict[str, str]:
    return {view.photo_sha256: record.split for record in records for view in views_of(record)}


def _decision_ids(records: Sequence[SubjectRecord]) -> set[UUID]:
    return {UUID(decision) for record in records for decision in record.decision_ids}
