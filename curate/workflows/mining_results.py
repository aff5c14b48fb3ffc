"""What a mining run found: stored with the run, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from curate.database import mining, refill, run_changes
from curate.database.mining import EdgeRows
from curate.workflows import mining_earlier, mining_groups
from curate.workflows.mining_candidates import Candidates
from curate.workflows.mining_earlier import Earlier
from curate.workflows.mining_groups import Joining
from curate.workflows.mining_newcomers import Outside
from curate.workflows.mining_shortfall import Shortfall
from curate.workflows.stopwatch import Stopwatch
from curate.workspace import Workspace
from index.counts import count_recurrences
from index.groups import FoundGroup
from index.join import Join

_OF_THE_REST = (
    "recall",
    "recall_low",
    "recall_high",
    "sampled_vectors",
    "sampled_pairs",
    "design_effect",
    "reached",
)
"""How much was found of what an earlier run compared. All is found of the objects that came since, so that
these hold for everything together."""


@dataclass(frozen=True, slots=True, eq=False)
class Mined:
    """Edges and groups, and what came before them."""

    joined: Join
    groups: Sequence[FoundGroup]
    earlier: Earlier | None
    joining: Joining
    missing: Shortfall | None = None
    """If there is no group."""
    outside: Outside | None = None
    """If objects came since the earlier run that have nothing in the band."""


def store(workspace: Workspace, found: Candidates, mined: Mined, clock: Stopwatch) -> Mapping[str, Any]:
    """The run with all that it found, and the queue; what there is to tell."""
    keys, edges = found.objects["key"], mined.joined.edges
    counts = _counts(found, mined)
    with workspace.transaction() as session:
        with clock.phase("store"):
            run = mining.record_run(
                session,
                public_id=found.run,
                embedder_id=found.embedder_id,
                detector_id=found.detector_id,
                rule=found.parameters["rule"],
                parameters=found.parameters,
                counts=counts,
                edges=EdgeRows(keys[edges.left], keys[edges.right], edges.similarity.astype(np.float64)),
                groups=mining_groups.rows(mined.groups, found),
                compared=mining_earlier.compared(found, mined.joined),
            )
            refill.refresh(session)
        counts["seconds"] = {**clock.seconds, "of_compare": mined.joined.report.seconds}
        if run is not None:
            if mined.earlier is not None:
                counts["joined"] = _joined(session, run.id, found, mined, mined.earlier)
            run.counts = counts
    return {**counts, "run": str(found.run), "new": run is not None}


def _counts(found: Candidates, mined: Mined) -> dict[str, Any]:
    """Counts as ObjectMate's tables have them, so that two corpora can be compared."""
    edges = mined.joined.edges
    recurrences = count_recurrences(edges, len(found.photo_keys), found.photo_keys)
    told = {
        **found.counts,
        "objects": len(found.photo_keys),
        "edges": len(edges.left),
        **{f"objects_with_{k}_neighbours": recurrences.at_least(k) for k in (1, 3)},
        **{f"share_with_{k}_neighbours": round(recurrences.share(k), 6) for k in (1, 3)},
        **{f"objects_whose_nearest_{k}_lie_in_the_band": recurrences.nearest_in_band(k) for k in (1, 3)},
        "objects_above_band": int(np.count_nonzero(edges.above)),
        # Stars around different anchors may hold the same objects: one set is one group.
        "groups": len(sets := {frozenset(group.members) for group in mined.groups}),
        "views": sum(map(len, sets)),
        "comparison": {**_comparison(mined), "dimension": found.dimension},
    }
    return told if mined.missing is None else {**told, "no_groups": mined.missing.as_dict(found)}


def _comparison(mined: Mined) -> dict[str, Any]:
    """How the edges were found, but for what differs when it is done again."""
    told = mined.joined.report.as_dict()
    told = {name: value for name, value in told.items() if name not in ("seconds", "taken_up")}
    if mined.earlier is None or mined.earlier.known is None:
        return told
    return told | {name: mined.earlier.comparison[name] for name in _OF_THE_REST}


def _joined(
    session: Session, run_id: int, found: Candidates, mined: Mined, earlier: Earlier
) -> dict[str, Any]:
    """What differs from the run before."""
    now, before, both = run_changes.shared_groups(session, run_id, earlier.key)
    grown, still_open = mined.joining.grown(mined.groups), 0
    if before > both + grown and found.parameters["rule"] != "star":  # stars overlap
        gone = run_changes.open_views_gone(session, run_id, earlier.key)
        still_open = mining_groups.open_grown(gone, mined.groups, found.objects["key"], earlier.new)
    told = {
        "run": str(earlier.run),
        "new_objects": int(np.count_nonzero(earlier.new)),
        "gone_objects": earlier.gone,
        "compared_objects": len(earlier.known.asking) if earlier.known else mined.joined.report.objects,
        "groups_unchanged": both,
        "groups_with_new_views": grown,
        "open_groups_with_new_views": still_open,
        "groups_new": now - both - grown - still_open,
        "groups_gone": before - both - grown - still_open,
    }
    return told if mined.outside is None else {**told, "outside": mined.outside.as_dict()}
