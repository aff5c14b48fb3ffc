"""Export what people approved as a training manifest, and check one that was exported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from curate.database import decisions, fingerprints, manifests, subjects
from curate.database.subjects import StoredView
from curate.errors import ExportError, VerificationError
from curate.exporters.image_folder import write_subject
from curate.exporters.splits import SHARES, SplitAssignment, assign_splits, connected_photos
from curate.exporters.subject_records import (
    REFERENCES,
    TASK,
    AcceptedView,
    photos_without_rights,
    subject_records,
)
from curate.exporters.verify import VerifiedManifest, listed_records, verify
from curate.photos.reading import decode
from curate.photos.sources import read_bytes
from curate.records import ManifestSpec, SubjectRecord, SubjectView, WrittenManifest
from curate.verdicts import accepted_sets, settle, supporters
from curate.workflows import stored_vectors
from curate.workflows.near_duplicates import photo_components
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SubjectOptions:
    """What `curate export subject` was asked for; written into the manifest."""

    name: str
    version: str
    references: int = REFERENCES
    at_least: int | None = None
    """Fewest references of a record; ``references`` when None."""
    include_automatic: bool = False
    allow_unknown_rights: bool = False
    crops: bool = False
    shares: tuple[int, int, int] = SHARES
    seed: int = 0
    near_duplicate_distance: int = 6
    embedder: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A manifest and what was left out of it, with reasons."""

    manifest: WrittenManifest
    records: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many objects, by reason."""


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
    with workspace.transaction() as session:
        embedder = fingerprints.only(session, "embedder", options.embedder)
        facts = decisions.facts(session)
        good, withheld = accepted_sets(settle(facts, with_automatic=options.include_automatic))
        views = subjects.views(session, {object_id for part in good for object_id in part})
        same_photo = photo_components(session, options.near_duplicate_distance)
        known = manifests.known_splits(session)
    signed = supporters(good, facts, with_automatic=options.include_automatic)
    splits = _splits(good, views, same_photo, known, options)
    records: list[SubjectRecord] = []
    left_out = {"members of sets that reviewers disagree about": sum(map(len, withheld))}
    for part, behind in zip(good, signed, strict=True):
        split = splits.split_of(views[object_id].view.photo_sha256 for object_id in part)
        if split is None:
            left_out["their photos stand in different splits"] = len(part)
            continue
        members = [_accepted(views[object_id], same_photo) for object_id in sorted(part)]
        vectors = stored_vectors.of_objects(workspace, embedder.id, sorted(part))
        made = subject_records(
            members,
            vectors,
            split=split,
            decision_ids=map(str, behind),
            references=options.references,
            at_least=options.at_least,
        )
        records += made.records
        for skipped in made.skipped:
            left_out[skipped.reason] = left_out.get(skipped.reason, 0) + 1
    _check_rights(records, options)
    spec = ManifestSpec(options.name, options.version, TASK, _parameters(options, embedder.fingerprint))
    limit = workspace.settings.max_pixels
    written = write_subject(
        records,
        spec,
        directory,
        _read,
        lambda data: decode(data, limit),
        crops=options.crops,
        on_step=on_step,
    )
    with workspace.transaction() as session:
        manifests.record(session, written, spec, _photo_splits(records), _decision_ids(records))
    return Exported(written, len(records), {why: count for why, count in left_out.items() if count})


def verify_manifest(directory: Path, workspace: Workspace | None) -> VerifiedManifest:
    """Check the files of a manifest and, with a workspace, that its decisions still say accept.

    Raises:
        VerificationError: what is wrong, in one sentence.
    """
    verified = verify(directory)
    if workspace is not None:
        _check_decisions(workspace, verified)
    return verified


def _check_decisions(workspace: Workspace, verified: VerifiedManifest) -> None:
    records = list(listed_records(verified.directory))
    cited = {UUID(each) for record in records for each in record.decision_ids}
    with workspace.transaction() as session:
        found = decisions.by_public_ids(session, cited)
        relations = settle(
            decisions.facts(session), with_automatic=bool(verified.parameters.get("include_automatic"))
        )
    if not found:
        raise VerificationError(
            f"{verified.directory} was not exported from this workspace: its decisions are not known here. "
            "Say --files-only to check the files alone."
        )
    for public_id in sorted(cited):
        if public_id not in found:
            raise VerificationError(
                f"Decision {public_id} is not known here: the manifest is from elsewhere."
            )
        made, undone = found[public_id]
        if undone:
            raise VerificationError(f"Decision {public_id} of {made.reviewer} was undone: export again.")
    inside = {object_id: n for n, part in enumerate(accepted_sets(relations)[0]) for object_id in part}
    for record in records:
        parts = {inside.get(UUID(each)) for each in record.object_ids}
        if len(parts) != 1 or None in parts:
            raise VerificationError(
                f"Record {record.sample_id} is no longer accepted by its reviewers: export again."
            )


def _splits(
    good: Sequence[Collection[UUID]],
    views: Mapping[UUID, StoredView],
    same_photo: Mapping[str, str],
    known: Mapping[str, str],
    options: SubjectOptions,
) -> SplitAssignment:
    """No photo, no near-duplicate of it and no object on two sides."""
    links = [{views[object_id].view.photo_sha256 for object_id in part} for part in good]
    links += [{sha256, same_photo[sha256]} for link in tuple(links) for sha256 in link]
    links += [{sha256, same_photo[sha256]} for sha256 in known if sha256 in same_photo]
    return assign_splits(connected_photos(links), known, options.seed, options.shares)


def _accepted(stored: StoredView, same_photo: Mapping[str, str]) -> AcceptedView:
    return AcceptedView(stored.view, same_photo[stored.view.photo_sha256])


def _check_rights(records: Sequence[SubjectRecord], options: SubjectOptions) -> None:
    unknown = photos_without_rights(records)
    if unknown and not options.allow_unknown_rights:
        raise ExportError(
            f"{len(unknown)} photos have no licence on record: ingest them again with --licence, "
            "or export with --allow-unknown-rights."
        )


def _parameters(options: SubjectOptions, embedder: str) -> dict[str, object]:
    return {
        "references": options.references,
        "at_least": options.at_least or options.references,
        "include_automatic": options.include_automatic,
        "crops": options.crops,
        "shares": list(options.shares),
        "seed": options.seed,
        "near_duplicate_distance": options.near_duplicate_distance,
        "embedder": embedder,
    }


def _read(view: SubjectView) -> bytes:
    return read_bytes(view.uri)


def _photo_splits(records: Sequence[SubjectRecord]) -> dict[str, str]:
    return {
        view.photo_sha256: record.split for record in records for view in (record.target, *record.references)
    }


def _decision_ids(records: Sequence[SubjectRecord]) -> set[UUID]:
    return {UUID(decision) for record in records for decision in record.decision_ids}
