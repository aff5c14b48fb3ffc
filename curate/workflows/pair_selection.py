"""Which accepted pairs become records of an export, in which split, and what is left out and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from curate.database import rules
from curate.exporters.splits import connected_photos
from curate.exporters.tasks.pair_records import PairRecord, object_key
from curate.exporters.tasks.pair_rules import moved_too_far
from curate.verdicts import DISPUTED, FLAGGED, Consensus
from curate.workflows import pairs
from curate.workflows.export_options import ExportOptions
from curate.workflows.pair_approval import ApprovedPair, approved_pairs, outdated
from curate.workflows.pair_splits import Tie, sides, split_pairs
from curate.workspace import Workspace

HELD_OUT = (
    "held out, after they or pairs tied to them were exported for train or validation "
    "(`curate pairs shoots hold-out SHOOT --back` allows them again)"
)
TORN = "tied by shoot, object or photos to pairs of another split, or of a held-out shoot"


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
    tied: Collection[UUID]
    """Those of ``records`` that are tied to photos of another split by now."""

    @property
    def moved(self) -> set[UUID]:
        """Those of ``records`` whose photos do not lie on each other, and are not aligned either."""
        return {each.pair_id for each in self.records if self._moved(each)}

    def _moved(self, record: PairRecord) -> bool:
        aligned = self.pairs[record.pair_id].alignment is not None
        return moved_too_far(record.verdict, record.shift, aligned=aligned)


def select_pairs(workspace: Workspace, options: ExportOptions) -> PairSelection:
    """All approved pairs that may be exported, with their splits."""
    with workspace.transaction() as session:
        consensus = rules.consensus(session, rules.PAIR)
        found = {
            each.pair: each for each in approved_pairs(session, include_automatic=options.include_automatic)
        }
        unattended = {each.pair for each in approved_pairs(session, include_automatic=True)} - found.keys()
        old = outdated(session, include_automatic=options.include_automatic)
        placed = split_pairs(
            session,
            seed=options.seed,
            shares=options.shares,
            near_duplicate_distance=options.near_duplicate_distance,
        )
    splits = sides({pair: _tie(each) for pair, each in found.items()}, placed)
    # Not the workspace's own name for a scene, which pairs that are not exported may change.
    together = connected_photos(_photos(found[pair]) for pair in splits)
    scenes = {sha256: min(photos) for photos in together for sha256 in photos}
    records = [
        _record(found[pair], scenes[found[pair].factual.sha256], split) for pair, split in splits.items()
    ]
    left_out = {
        **_held_back(workspace, old, found.keys() | unattended),
        "accepted by an automatic policy alone (--include-automatic)": unattended,
        **_without_place([found[pair] for pair in found.keys() - splits.keys()]),
    }
    tied = {pair for pair in splits if not placed.bridged.isdisjoint(_photos(found[pair]))}
    return PairSelection(found, records, left_out, consensus, tied)


def _without_place(withheld: Collection[ApprovedPair]) -> dict[str, set[UUID]]:
    """Approved pairs that no split may hold, by why not: held-out ones only for what was trained with."""
    held_out = {each.pair for each in withheld if each.held_out}
    return {HELD_OUT: held_out, TORN: {each.pair for each in withheld} - held_out}


def _held_back(
    workspace: Workspace, old: Mapping[UUID, bool], approved: Collection[UUID]
) -> dict[str, set[UUID]]:
    """Pairs that people spoke about and that are not approved, by why not; ``old`` is what is outdated."""
    found = {
        "disputed by reviewers": {each.pair for each in pairs.listed(workspace, state=DISPUTED)},
        "flagged by a reviewer": {each.pair for each in pairs.listed(workspace, state=FLAGGED)},
        "accepted with other masks than are measured now: look again": {
            pair for pair, measured in old.items() if measured
        },
        "accepted, but not measured with their newest mask (`curate pairs check`)": {
            pair for pair, measured in old.items() if not measured
        },
    }
    return {why: each - set(approved) for why, each in found.items()}


def _tie(pair: ApprovedPair) -> Tie:
    return Tie(_photos(pair), pair.shoot, pair.photographer, pair.object_name, pair.held_out)


def _photos(pair: ApprovedPair) -> tuple[str, str]:
    return pair.factual.sha256, pair.counterfactual.sha256


def _record(pair: ApprovedPair, scene_id: str, split: str) -> PairRecord:
    alignment = pair.numbers["alignment"]
    return PairRecord(
        pair_id=pair.pair,
        kind=pair.kind,
        scene_id=scene_id,
        shoot_id=pair.shoot,
        credit=pair.credit,
        held_out=pair.held_out,
        object_name=pair.object_name,
        object_key=object_key(pair.photographer, pair.object_name),
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
