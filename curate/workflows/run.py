"""The whole chain, each stage resumable by itself, so the chain is too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.records import MiningFilter, PhotoRights, Step
from curate.vision.loading import load_detector, load_embedder
from curate.workflows.detect import detect
from curate.workflows.embed import embed
from curate.workflows.ingest import ingest
from curate.workflows.mine import MiningOptions, mine
from curate.workspace import Workspace

DEFAULT_FILTER = MiningFilter(min_confidence=0.3, min_share=0.01, max_share=0.9, min_side=64)


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
) -> Iterator[tuple[str, Iterator[Step]]]:
    """The stages in order, each as its name and its steps; a stage starts when its steps are taken."""
    settings = workspace.settings
    finder = load_detector(detector, settings.models_dir, detector_weights, device=settings.device)
    looker = load_embedder(embedder, settings.models_dir, embedder_weights, device=settings.device)
    yield "ingest", ingest(workspace, inputs, rights, retry_failed=retry_failed)
    yield "detect", detect(workspace, finder, retry_failed=retry_failed)
    yield "embed", embed(workspace, looker, retry_failed=retry_failed)
    options = MiningOptions(None, DEFAULT_FILTER)
    yield "mine", mine(workspace, options, detector=finder.fingerprint, embedder=looker.fingerprint)
