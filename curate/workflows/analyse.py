"""ObjectMate's analysis on the corpus of a workspace: what a mining run found, in numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from curate.database import analyses, mining, rules
from curate.workflows import analysis_edges, analysis_vectors, stored_vectors
from curate.workflows.analysis_corpus import Corpus, read_corpus
from curate.workflows.approval import read_facts
from curate.workflows.kept_analyses import Result
from curate.workflows.scratch import scratch_file
from curate.workspace import Workspace

SAMPLE = 5000
"""Objects whose nearest are looked for: a share of 9 % is known to 0.8 points then."""


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What `curate analyse` was asked for."""

    run: str | None = None
    """Start of a mining run's id; None is the latest."""
    sample: int = SAMPLE
    """Most objects that are compared with all."""
    seed: int = 0
    """Of the sample and of the parts of the photos."""


def analyse(
    workspace: Workspace,
    options: AnalysisOptions,
    on_progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Analyse a run and keep the answer beside it.

    Returns:
        JSON values: ``run``, ``mined_at``, ``band``, ``rule``, ``detector``, ``embedder``, ``counts``,
        ``nearest``, ``precision``, ``growth``, ``classes`` and ``hubs``.

    Raises:
        NotFoundError: nothing was mined, no such run is there, or nothing of it is left.
    """
    with workspace.transaction() as session:
        run = analyses.run_starting(session, options.run) if options.run else mining.latest_run(session)
        corpus = read_corpus(session, run)
        facts, consensus = read_facts(session), rules.consensus(session)
        result: dict[str, Any] = {
            "run": str(run.public_id),
            "mined_at": run.finished_at.isoformat(),
            "band": run.parameters["band"],
            "rule": run.rule,
            "detector": analyses.model_name(session, run.detector_id),
            "embedder": analyses.model_name(session, run.embedder_id),
        }
    near = analysis_edges.neighbours(corpus)
    result["counts"] = analysis_edges.counts(corpus, near)
    result["classes"] = analysis_edges.classes(corpus, near)
    result["growth"] = analysis_edges.grown(corpus, options.seed)
    result["hubs"] = analysis_edges.hubs(corpus, near)
    with scratch_file(workspace) as file:
        vectors = _vectors(workspace, run.embedder_id, corpus, file)
        result["precision"] = analysis_vectors.precision(corpus, vectors, facts, consensus)
        result["nearest"] = analysis_vectors.nearest(
            corpus, vectors, options.sample, options.seed, workspace.settings.device, on_progress
        )
    with workspace.transaction() as session:
        analyses.record(session, run, result)
    return result


def _vectors(workspace: Workspace, embedder_id: int, corpus: Corpus, file: IO[bytes]) -> NDArray[np.float32]:
    """All vectors in the order of the objects, float32 [objects, dimension]: the file, mapped."""
    placed = {**corpus.placed, "at": np.arange(len(corpus))}
    for _ in stored_vectors.lay_out(workspace, file.fileno(), embedder_id, placed):
        pass
    flat = np.memmap(file, np.float32, "r")
    return flat.reshape(len(corpus), -1)
