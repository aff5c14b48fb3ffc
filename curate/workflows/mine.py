"""Find recurrence groups: objects of different photos that look like the same physical thing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from curate.database import fingerprints, mining, refill, vectors
from curate.database.mining import Candidate, GroupRow
from curate.errors import NotFoundError, SettingsError
from curate.records import Band, MiningFilter, Step
from curate.workflows import stored_vectors
from curate.workflows.near_duplicates import photo_keys
from curate.workspace import Workspace
from index.counts import count_recurrences
from index.groups import FoundGroup, compact_groups, star_groups
from index.join import Edges, edges_in_band

_RUN_NAMESPACE = UUID("8b0f2f44-0b83-5a39-9b7d-0c6b7d3a6a10")

RULES = ("compact", "star")


@dataclass(frozen=True, slots=True)
class MiningOptions:
    """What `curate mine` was asked for. All of it is recorded with the run."""

    band: Band
    filter: MiningFilter
    rule: str = "compact"
    min_views: int = 3
    """Other views besides the object itself (ObjectMate keeps objects with at least three)."""
    max_size: int = 12
    """Most members of a group; one screen of the review app."""
    near_duplicate_distance: int = 6
    """Photos whose 64-bit hashes differ in at most this many bits are one photo."""

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise SettingsError(f"There is no grouping rule {self.rule!r}: choose from {', '.join(RULES)}.")
        if not -1 <= self.band.low <= self.band.high <= 1:
            raise SettingsError("The band must hold -1 <= low <= high <= 1: type --band LOW HIGH.")
        if self.min_views < 1 or self.max_size <= self.min_views:
            raise SettingsError("A group has room for --min-views others: choose --max-size above it.")


def mine(
    workspace: Workspace, options: MiningOptions, *, detector: str | None = None, embedder: str | None = None
) -> Iterator[Step]:
    """One mining run over all objects of one detector with vectors of one embedder.

    The same objects and options are the same run: nothing is computed or stored twice.
    """
    yield Step("mine", 0, None)
    with workspace.transaction() as session:
        detecting = fingerprints.only(session, "detector", detector)
        embedding = fingerprints.only(session, "embedder", embedder)
        found = mining.candidates(session, detecting.id, embedding.id, options.filter)
        in_all = vectors.count(session, embedding.id, detecting.id)
        same_photo = photo_keys(session, options.near_duplicate_distance)
    if not in_all:
        raise NotFoundError("No object was found in the photos so far: there is nothing to compare.")
    if not found:
        raise NotFoundError(
            "No object passes the filters: lower --min-confidence, --min-share or --min-side."
        )
    keys = np.array([same_photo[candidate.photo_id] for candidate in found], dtype=np.int64)
    parameters = _parameters(options, detecting.fingerprint, embedding.fingerprint)
    run_id = _run_id(parameters, found, keys)
    with workspace.transaction() as session:
        known = mining.find_run(session, run_id)
        if known is not None:
            mining.touch_run(session, known)
            refill.refresh(session)
            yield Step("mine", len(found), len(found), 0, {**known.counts, "run": str(run_id), "new": False})
            return
    matrix = stored_vectors.read(workspace, [(each.block_sha256, each.row) for each in found])
    edges = edges_in_band(matrix, keys, options.band.low, options.band.high, device=workspace.settings.device)
    groups = _groups(edges, found, keys, options)
    counts = {"objects_found": in_all, **_counts(edges, keys, groups, same_photo)}
    with workspace.transaction() as session:
        new = mining.record_run(
            session,
            public_id=run_id,
            embedder_id=embedding.id,
            detector_id=detecting.id,
            rule=options.rule,
            parameters=parameters,
            counts=counts,
            edges=_edge_rows(edges, found),
            groups=[_group_row(group, found) for group in groups],
        )
        refill.refresh(session)
    yield Step("mine", len(found), len(found), 0, {**counts, "run": str(run_id), "new": new})


def _groups(
    edges: Edges, found: Sequence[Candidate], keys: NDArray[np.int64], options: MiningOptions
) -> list[FoundGroup]:
    ties = [candidate.public_id.bytes for candidate in found]
    if options.rule == "star":
        return star_groups(edges, len(found), keys, options.min_views, options.max_size - 1, ties)
    return compact_groups(edges, len(found), keys, options.min_views, options.max_size, ties)


def _counts(
    edges: Edges, keys: NDArray[np.int64], groups: Sequence[FoundGroup], same_photo: Mapping[int, int]
) -> dict[str, Any]:
    """Counts as ObjectMate's tables have them, so that two corpora can be compared."""
    recurrences = count_recurrences(edges, len(keys), keys)
    return {
        "photos": len(same_photo),
        "photos_without_near_duplicates": len(set(same_photo.values())),
        "objects": len(keys),
        "edges": len(edges.left),
        **{f"objects_with_{k}_neighbours": recurrences.at_least(k) for k in (1, 3)},
        **{f"share_with_{k}_neighbours": round(recurrences.share(k), 6) for k in (1, 3)},
        **{f"objects_whose_nearest_{k}_lie_in_the_band": recurrences.nearest_in_band(k) for k in (1, 3)},
        "groups": len(groups),
        "views": sum(len(group.members) for group in groups),
    }


def _parameters(options: MiningOptions, detector: str, embedder: str) -> dict[str, Any]:
    return {**asdict(options), "detector": detector, "embedder": embedder}


def _run_id(parameters: Mapping[str, Any], found: Sequence[Candidate], keys: NDArray[np.int64]) -> UUID:
    """Content-derived: options, objects, and which photos count as one."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for candidate in found:
        digest.update(candidate.public_id.bytes)
    digest.update(keys.tobytes())
    return uuid5(_RUN_NAMESPACE, digest.hexdigest())


def _edge_rows(edges: Edges, found: Sequence[Candidate]) -> list[tuple[int, int, float]]:
    triples = zip(edges.left.tolist(), edges.right.tolist(), edges.similarity.tolist(), strict=True)
    return [(found[left].id, found[right].id, similarity) for left, right, similarity in triples]


def _group_row(group: FoundGroup, found: Sequence[Candidate]) -> GroupRow:
    members = [found[n] for n in group.members]
    return GroupRow(
        tuple(member.id for member in members),
        tuple(member.public_id for member in members),
        tuple(group.similarities),
        group.weakest,
    )
