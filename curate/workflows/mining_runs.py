"""The mining runs of a workspace, and those that have not ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from curate.database import fingerprints, mining
from curate.database.mining import ListedRun
from curate.workflows import mining_scratch
from curate.workflows.mining_scratch import Unfinished
from curate.workspace import Workspace


def runs(workspace: Workspace) -> list[dict[str, Any]]:
    """Every run as JSON values: those that have not ended, then the latest first.

    ``state`` is ``latest`` of the run whose groups are reviewed, ``earlier``, or ``unfinished``: under way,
    or killed, and the same command goes on with it. What a run does not tell is None.
    ``parameters`` are all that `curate mine` was asked for, with fingerprints of the models.
    """
    with workspace.transaction() as session:
        ended = mining.every_run(session)
        known = {each.run.public_id for each in ended}
        used = [*fingerprints.of_role(session, "embedder"), *fingerprints.of_role(session, "detector")]
        names = {model.fingerprint: model.name for model in used}
    left = [each for each in mining_scratch.unfinished(workspace) if each.run not in known]
    states = ["latest", *["earlier"] * len(ended)]
    return [_unfinished(each, each.parameters, names) for each in left if each.parameters] + [
        _ended(each, state) for each, state in zip(ended, states, strict=False)
    ]


def _ended(listed: ListedRun, state: str) -> dict[str, Any]:
    run = listed.run
    compared = run.counts.get("comparison", {})
    return {
        "run": str(run.public_id),
        "state": state,
        "finished_at": run.finished_at.astimezone(UTC).isoformat(),
        **_asked(run.parameters, listed.embedder, listed.detector),
        "objects": run.counts.get("objects"),
        "edges": run.counts.get("edges"),
        "groups": listed.groups,
        **{name: compared.get(name) for name in ("recall", "recall_low", "recall_high")},
    }


def _unfinished(left: Unfinished, asked: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    told = ("finished_at", "objects", "edges", "groups", "recall", "recall_low", "recall_high")
    return {
        "run": str(left.run),
        "state": "unfinished",
        **_asked(asked, names.get(asked["embedder"]), names.get(asked["detector"])),
        **dict.fromkeys(told),
    }


def _asked(parameters: Mapping[str, Any], embedder: str | None, detector: str | None) -> dict[str, Any]:
    return {"embedder": embedder, "detector": detector, "parameters": dict(parameters)}
