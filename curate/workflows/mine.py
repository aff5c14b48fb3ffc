"""Find recurrence groups: objects of different photos that look like the same physical thing."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.database import mining, refill
from curate.errors import MemoryLimitError
from curate.records import Step
from curate.workflows import mining_candidates, mining_earlier, mining_groups, mining_results, stored_vectors
from curate.workflows.mining_candidates import Candidates
from curate.workflows.mining_earlier import Earlier
from curate.workflows.mining_newcomers import newcomers_outside
from curate.workflows.mining_options import RULES, MiningOptions
from curate.workflows.mining_results import Mined
from curate.workflows.mining_scratch import Notice, held_run
from curate.workflows.mining_shortfall import shortfall
from curate.workflows.reported import Report, steps_of
from curate.workflows.scratch import scratch_errors
from curate.workflows.stopwatch import Stopwatch
from curate.workspace import Workspace
from index.comparing.options import DEFAULT_MEMORY, JoinOptions, TooLittleMemory
from index.join import Join, recurrence_join

__all__ = ["RULES", "MiningOptions", "mine"]

_VECTORS, _JOIN = "vectors.float32", "join"
_GIGABYTE = 10**9
"""As --memory 8G is read."""


def mine(
    workspace: Workspace,
    options: MiningOptions,
    *,
    detector: str | None = None,
    embedder: str | None = None,
    memory: int = DEFAULT_MEMORY,
    notice: Notice = lambda _: None,
) -> Iterator[Step]:
    """One mining run over all objects of one detector with vectors of one embedder.

    The same objects and options are the same run: nothing is computed or stored twice. Where a run with the
    same options came before, only objects that are new are compared, as long as they are few, and groups that
    people decided on stay or are joined by new views. While it compares it
    keeps vectors in the folder ``scratch/join-<public id of the run>`` of the workspace.

    Args:
        memory: Bytes the comparison may take beside files mapped into memory.
        notice: Told if another command works on the same run, which is waited for, of labels to exclude
            that no object has, and of a band that was not measured.
    """
    clock = Stopwatch()
    yield Step("read", 0, None)
    with clock.phase("candidates"):
        found = mining_candidates.read(workspace, options, detector, embedder)
    for sentence in found.notices:
        notice(sentence)
    yield Step("read", len(found.photo_keys), len(found.photo_keys))
    how = _join_options(options, workspace.settings.device, memory)
    _check_room(workspace, found, how)
    with held_run(workspace, found.run, notice, found.parameters) as scratch:
        summary = _found_before(workspace, found)
        if summary is None:
            with clock.phase("vectors"):
                vectors = yield from _vectors(workspace, found, scratch / _VECTORS)
            with clock.phase("earlier"), workspace.transaction() as session:
                earlier = mining_earlier.read(session, found)
            with clock.phase("compare"):
                joined = yield from steps_of(
                    partial(_compare, workspace, vectors, found, earlier, how, scratch)
                )
            yield Step("group", 0, None)
            with clock.phase("group"):
                with workspace.transaction() as session:
                    joining = mining_groups.joining(session, found, earlier)
                groups = mining_groups.find(joined.edges, found, options, joining)
            yield Step("store", 0, None)
            missing = None if groups else shortfall(found, joined.edges, vectors)
            outside = newcomers_outside(found, joined, vectors, earlier) if earlier else None
            mined = Mined(joined, groups, earlier, joining, missing, outside)
            summary = mining_results.store(workspace, found, mined, clock)
    summary = {**summary, "waiting": found.waiting}
    yield Step("store", len(found.photo_keys), len(found.photo_keys), 0, summary)


def _found_before(workspace: Workspace, found: Candidates) -> Mapping[str, Any] | None:
    """What the same run told when it ended, if it did."""
    with workspace.transaction() as session:
        known = mining.find_run(session, found.run)
        if known is None:
            return None
        mining.touch_run(session, known)
        refill.refresh(session)
        return {**known.counts, "run": str(found.run), "new": False}


def _check_room(workspace: Workspace, found: Candidates, how: JoinOptions) -> None:
    """Refuse what cannot begin before anything of it is on disk; a run that is here already needs no room."""
    with workspace.transaction() as session:
        known = mining.find_run(session, found.run) is not None
    if not known:
        with _told_how_much(how.memory):
            how.pairs_that_fit(len(found.photo_keys))


@contextmanager
def _told_how_much(memory: int) -> Iterator[None]:
    """Say what to type where a join has too little memory."""
    try:
        yield
    except TooLittleMemory as error:
        if error.needed:
            advice = f"{-(-error.needed // _GIGABYTE)}G or more"
        else:  # it ended at the first pair too many
            advice = f"with more, as in --memory {-(-2 * memory // _GIGABYTE)}G"
        raise MemoryLimitError(f"{error}: type --memory {advice}.") from error


def _vectors(
    workspace: Workspace, found: Candidates, path: Path
) -> Generator[Step, None, NDArray[np.float32]]:
    """All vectors in the order of the objects, float32 [objects, dimension]; a file that is mapped."""
    placed = {**found.objects, "at": np.arange(len(found.photo_keys))}
    with scratch_errors(workspace):
        file = path.open("w+b")
    with file:
        for done, total in stored_vectors.lay_out(workspace, file.fileno(), found.embedder_id, placed):
            yield Step("vectors", done, total)
    return np.memmap(path, np.float32, "r", shape=(len(found.photo_keys), found.dimension))


def _join_options(options: MiningOptions, device: str, memory: int) -> JoinOptions:
    return JoinOptions(options.recall, options.top_k, options.max_degree, device=device, memory=memory)


def _compare(
    workspace: Workspace,
    vectors: NDArray[np.float32],
    found: Candidates,
    earlier: Earlier | None,
    how: JoinOptions,
    scratch: Path,
    report: Report,
) -> Join:
    band = found.parameters["band"]
    with _told_how_much(how.memory), scratch_errors(workspace):
        return recurrence_join(
            vectors,
            found.photo_keys,
            band["low"],
            band["high"],
            options=how,
            known=earlier.known if earlier else None,
            scratch=scratch / _JOIN,
            on_progress=report,
        )
