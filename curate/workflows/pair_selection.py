"""Which accepted pairs become records of an export, in which split, and what is left out and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from curate.database import rules
from curate.exporters.pair_records import PairRecord
from curate.exporters.splits import connected_photos
from curate.verdicts import Consensus
from curate.workflows import pairs
from curate.workflows.export_options import ExportOptions
from curate.workflows.pair_approval import ApprovedPair, approved_pairs
from curate.workflows.pair_splits import split_pairs
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PairSelection:
    """What an export of pairs writes, and what it does not."""

    pairs: Mapping[UUID, ApprovedPair]
    records: Sequence[PairRecord]
    """Of the pairs that have a place."""
    left_out: Mapping[str, Collection[UUID]]
    """Pairs by reason."""
    consensus: Consensus
    """The rule they were accepted by."""


def select_pairs(workspace: Workspace, options: ExportOptions) -> PairSelection:
    """All approved pairs that may be exported, with their splits."""
    with workspace.transaction() as session:
        consensus = rules.consensus(session, rules.PAIR)
        found = {
            each.pair: each for each in approved_pairs(session, include_automatic=options.include_automatic)
        }
        unattended = {each.pair for each in approved_pairs(session, include_automatic=True)} - found.keys()
        splits = split_pairs(
            session,
            seed=options.seed,
            shares=options.shares,
            near_duplicate_distance=options.near_duplicate_distance,
        )
    # Not the workspace's own name for a scene, which pairs that are not exported may change.
    scenes = {
        sha256: min(photos) for photos in connected_photos(map(_photos, found.values())) for sha256 in photos
    }
    records: list[PairRecord] = []
    withheld: set[UUID] = set()
    for pair in found.values():
        split = splits.split_of(_photos(pair))
        if split is None:
            withheld.add(pair.pair)
        else:
            records.append(_record(pair, scenes[pair.factual.sha256], split))
    left_out = {
        **_held_back(workspace, found.keys() | unattended),
        "accepted by an automatic policy alone (--include-automatic)": unattended,
        "their shoot, object or photos stand in different splits": withheld,
    }
    return PairSelection(found, records, left_out, consensus)


def _held_back(workspace: Workspace, approved: Collection[UUID]) -> dict[str, set[UUID]]:
    """Pairs that people spoke about and that are not approved, by why not."""
    why_not = {
        "disputed": "disputed by reviewers",
        "flagged": "flagged by a reviewer",
        "accepted": "accepted, but not measured with their newest mask (`curate pairs check`)",
    }
    return {
        why: {each.pair for each in pairs.listed(workspace, state=state)} - set(approved)
        for state, why in why_not.items()
    }


def _photos(pair: ApprovedPair) -> tuple[str, str]:
    return pair.factual.sha256, pair.counterfactual.sha256


def _record(pair: ApprovedPair, scene_id: str, split: str) -> PairRecord:
    alignment = pair.numbers["alignment"]
    return PairRecord(
        pair_id=pair.pair,
        kind=pair.kind,
        scene_id=scene_id,
        shoot_id=pair.shoot,
        photographer=pair.photographer,
        held_out=pair.held_out,
        object_name=pair.object_name,
        factual_sha256=pair.factual.sha256,
        counterfactual_sha256=pair.counterfactual.sha256,
        mask_sha256=pair.mask_sha256,
        effect_sha256=pair.effect_sha256,
        alpha_sha256=pair.alpha_sha256,
        licence=pair.licence,
        consent=pair.consent,
        verdict=pair.verdict,
        shift=alignment["corner"] if alignment["certain"] else None,
        ev=pair.numbers["light"]["ev"],
        split=split,
        decision_ids=pair.decision_ids,
    )
