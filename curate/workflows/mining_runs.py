"""The mining runs of a workspace, and those that have not ended."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from curate.database import fingerprints, mining
from curate.database.mining import ListedRun
from curate.database.tables import Model
from curate.workflows import mining_scratch
from curate.workflows.mining_command import typed
from curate.workflows.mining_scratch import Unfinished
from curate.workspace import Workspace

Models = Mapping[str, Sequence[Model]]
"""All of a workspace, by role."""


def runs(workspace: Workspace) -> list[dict[str, Any]]:
    """Every run as JSON values: those that have not ended, then the latest first.

    ``state`` is ``latest`` of the run whose groups are reviewed, ``earlier``, or ``unfinished``: under way,
    or killed, and the same command goes on with it. What a run does not tell is None.
    ``parameters`` are all that `curate mine` was asked for, with fingerprints of the models, and ``command``
    is what to type for the same again, which is the same run as long as the objects are the same.
    """
    with workspace.transaction() as session:
        ended = mining.every_run(session)
        known = {each.run.public_id for each in ended}
        models = {role: fingerprints.of_role(session, role) for role in ("detector", "embedder")}
    left = [each for each in mining_scratch.unfinished(workspace) if each.run not in known]
    states = ["latest", *["earlier"] * len(ended)]
    return [_unfinished(each, each.parameters, models) for each in left if each.parameters] + [
        _ended(each, state, models) for each, state in zip(ended, states, strict=False)
    ]


def _ended(listed: ListedRun, state: str, models: Models) -> dict[str, Any]:
    run = listed.run
    compared = run.counts.get("comparison", {})
    return {
        "run": str(run.public_id),
        "state": state,
        "finished_at": run.finished_at.astimezone(UTC).isoformat(),
        **_asked(run.parameters, models),
        "objects": run.counts.get("objects"),
        "edges": run.counts.get("edges"),
        "groups": listed.groups,
        **{name: compared.get(name) for name in ("recall", "recall_low", "recall_high")},
    }


def _unfinished(left: Unfinished, asked: Mapping[str, Any], models: Models) -> dict[str, Any]:
    told = ("finished_at", "objects", "edges", "groups", "recall", "recall_low", "recall_high")
    return {
        "run": str(left.run),
        "state": "unfinished",
        **_asked(asked, models),
        **dict.fromkeys(told),
    }


def _asked(asked: Mapping[str, Any], models: Models) -> dict[str, Any]:
    words, names = [], dict[str, str | None]()
    for role, known in models.items():
        model = next((each for each in known if each.fingerprint == asked[role]), None)
        names[role] = model.name if model else None
        if len(known) > 1:  # else nobody has to say which
            alike = [each for each in known if model and each.name == model.name]
            words += [f"--{role}", alike[0].name if len(alike) == 1 else asked[role][:12]]
    command = shlex.join(["curate", "mine", *typed(asked, names["embedder"]), *words])
    return {**names, "command": command, "parameters": dict(asked)}
