"""The way from photos to manifests: how far each stage is, and what to type for the next one."""

from __future__ import annotations

from dataclasses import dataclass

from curate.database import mining, overview, progress
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the chain."""

    title: str
    count: int
    noun: str
    """What is counted, one of it."""
    command: str
    """What to type for more."""


def stages(workspace: Workspace) -> tuple[Stage, ...]:
    """Every stage in the order of the chain; the next one to run is the first that counts nothing."""
    with workspace.transaction() as session:
        found = overview.counts(session)
        groups = progress.groups_of_run(session, mining.latest_run(session)) if found["mining_runs"] else 0
    detected = sum(model["objects"] for model in found["detectors"])
    embedded = sum(model["objects"] for model in found["embedders"])
    return (
        Stage("Ingest", found["photos"], "photo", "curate ingest FOLDER"),
        Stage("Detect", detected, "object", "curate detect"),
        Stage("Embed", embedded, "vector", "curate embed"),
        Stage("Mine", groups, "group", "curate mine"),
        Stage("Decide", found["decisions"], "decision", "curate review"),
        Stage("Export", found["manifests"], "manifest", "curate export subject --name NAME --to FOLDER"),
    )
