"""The whole chain, each stage resumable by itself, so the chain is too."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.database import mining
from curate.records import PhotoRights, Step
from curate.vision.loading import load_detector, load_embedder
from curate.workflows.detect import detect
from curate.workflows.embed import embed
from curate.workflows.ingest import ingest
from curate.workflows.mine import MiningOptions, mine
from curate.workflows.mining_command import taken_over, typed
from curate.workflows.mining_options import DEFAULT_FILTER
from curate.workflows.mining_scratch import Notice
from curate.workspace import Workspace

__all__ = ["DEFAULT_FILTER", "run"]


def run(
    workspace: Workspace,
    inputs: Sequence[str],
    rights: PhotoRights,
    *,
    detector: str,
    embedder: str,
    detector_weights: Path | None = None,
    embedder_weights: Path | None = None,
    retry_failed: bool = False,
    notice: Notice = lambda _: None,
) -> Iterator[tuple[str, Iterator[Step]]]:
    """The stages in order, each as its name and its steps; a stage starts when its steps are taken.

    Mining takes over the options of the latest run of the same detector and embedder.

    Args:
        notice: Told which options were taken over, and what mining tells; see there.
    """
    settings = workspace.settings
    finder = load_detector(detector, settings.models_dir, detector_weights, device=settings.device)
    looker = load_embedder(embedder, settings.models_dir, embedder_weights, device=settings.device)
    yield "ingest", ingest(workspace, inputs, rights, retry_failed=retry_failed)
    yield "detect", detect(workspace, finder, retry_failed=retry_failed)
    yield "embed", embed(workspace, looker, retry_failed=retry_failed)
    detecting, embedding = finder.fingerprint, looker.fingerprint
    options = _options(workspace, detecting, embedding, notice)
    yield "mine", mine(workspace, options, detector=detecting, embedder=embedding, notice=notice)


def _options(workspace: Workspace, detector: str, embedder: str, notice: Notice) -> MiningOptions:
    """Those of the latest run of models with these fingerprints, else the defaults."""
    with workspace.transaction() as session:
        latest = mining.latest_run_by(session, detector, embedder)
    if latest is None:
        return MiningOptions(None, DEFAULT_FILTER)
    if words := typed(latest.run.parameters, latest.embedder):
        notice(
            f"Mining with {shlex.join(words)}, as the latest run of these models did; `curate mine` by "
            "itself takes over none."
        )
    return taken_over(latest.run.parameters)
