"""Find recurrence groups: objects of different photos that look like the same physical thing."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.database import mining, refill
from curate.database.mining import EdgeRows, GroupRow
from curate.errors import SettingsError
from curate.records import Step
from curate.workflows import mining_candidates, stored_vectors
from curate.workflows.batches import batched
from curate.workflows.mining_candidates import Candidates
from curate.workflows.mining_options import RULES, MiningOptions
from curate.workflows.mining_scratch import Notice, held_run
from curate.workflows.reported import Report, steps_of
from curate.workflows.scratch import scratch_errors
from curate.workflows.stopwatch import Stopwatch
from curate.workflows.things import uuids
from curate.workspace import Workspace
from index.counts import count_recurrences
from index.edges import Edges
from index.groups import FoundGroup, compact_groups, star_groups
from index.join import DEFAULT_MEMORY, Join, JoinOptions, TooLittleMemory, recurrence_join

__all__ = ["RULES", "MiningOptions", "mine"]

_VECTORS, _JOIN = "vectors.float32", "join"
_ROWS = 10_000
"""Groups whose members are looked up at once."""


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

    The same objects and options are the same run: nothing is computed or stored twice. While it compares it
    keeps vectors in the folder ``scratch/join-<public id of the run>`` of the workspace.

    Args:
        memory: Bytes the comparison may take beside files mapped into memory.
        notice: Told if another command works on the same run, which is waited for.
    """
    clock = Stopwatch()
    yield Step("read", 0, None)
    with clock.phase("candidates"):
        found = mining_candidates.read(workspace, options, detector, embedder)
    yield Step("read", len(found.photo_keys), len(found.photo_keys))
    with held_run(workspace, found.run, notice) as scratch:
        summary = _found_before(workspace, found)
        if summary is None:
            with clock.phase("vectors"):
                vectors = yield from _vectors(workspace, found, scratch / _VECTORS)
            with clock.phase("compare"):
                how = _join_options(options, workspace.settings.device, memory)
                joined = yield from steps_of(partial(_compare, workspace, vectors, found, how, scratch))
            yield Step("group", 0, None)
            with clock.phase("group"):
                groups = _groups(joined.edges, found, options)
            yield Step("store", 0, None)
            summary = _store(workspace, options, found, joined, groups, clock)
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


def _vectors(
    workspace: Workspace, found: Candidates, path: Path
) -> Generator[Step, None, NDArray[np.float32]]:
    """All vectors in the order of the objects, float32 [objects, dimension]; a file that is mapped."""
    placed = {**found.objects, "at": np.arange(len(found.photo_keys))}
    with scratch_errors(workspace):
        file = path.open("wb")
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
    how: JoinOptions,
    scratch: Path,
    report: Report,
) -> Join:
    band = found.parameters["band"]
    try:
        with scratch_errors(workspace):
            return recurrence_join(
                vectors,
                found.photo_keys,
                band["low"],
                band["high"],
                options=how,
                scratch=scratch / _JOIN,
                on_progress=report,
            )
    except TooLittleMemory as error:
        raise SettingsError(f"{error}: type --memory with more.") from error


def _groups(edges: Edges, found: Candidates, options: MiningOptions) -> list[FoundGroup]:
    # Objects are in public id order, which settles ties: the same content gives the same groups everywhere.
    n, keys = len(found.photo_keys), found.photo_keys
    if options.rule == "star":
        return star_groups(edges, n, keys, options.min_views, options.max_size - 1)
    return compact_groups(edges, n, keys, options.min_views, options.max_size)


def _store(
    workspace: Workspace,
    options: MiningOptions,
    found: Candidates,
    joined: Join,
    groups: Sequence[FoundGroup],
    clock: Stopwatch,
) -> Mapping[str, Any]:
    """The run with all that it found, and the queue; what there is to tell."""
    keys, edges = found.objects["key"], joined.edges
    counts = {**_counts(edges, found, groups), "comparison": _comparison(joined)}
    with workspace.transaction() as session:
        with clock.phase("store"):
            run = mining.record_run(
                session,
                public_id=found.run,
                embedder_id=found.embedder_id,
                detector_id=found.detector_id,
                rule=options.rule,
                parameters=found.parameters,
                counts=counts,
                edges=EdgeRows(keys[edges.left], keys[edges.right], edges.similarity.astype(np.float64)),
                groups=_group_rows(groups, found),
            )
            refill.refresh(session)
        counts["seconds"] = {**clock.seconds, "of_compare": joined.report.seconds}
        if run is not None:
            run.counts = counts
    return {**counts, "run": str(found.run), "new": run is not None}


def _counts(edges: Edges, found: Candidates, groups: Sequence[FoundGroup]) -> dict[str, Any]:
    """Counts as ObjectMate's tables have them, so that two corpora can be compared."""
    recurrences = count_recurrences(edges, len(found.photo_keys), found.photo_keys)
    return {
        **found.counts,
        "objects": len(found.photo_keys),
        "edges": len(edges.left),
        **{f"objects_with_{k}_neighbours": recurrences.at_least(k) for k in (1, 3)},
        **{f"share_with_{k}_neighbours": round(recurrences.share(k), 6) for k in (1, 3)},
        **{f"objects_whose_nearest_{k}_lie_in_the_band": recurrences.nearest_in_band(k) for k in (1, 3)},
        "groups": len(groups),
        "views": sum(len(group.members) for group in groups),
    }


def _comparison(joined: Join) -> dict[str, Any]:
    """How the edges were found, but for what differs when it is done again."""
    report = joined.report.as_dict()
    return {name: value for name, value in report.items() if name not in ("seconds", "taken_up")}


def _group_rows(groups: Iterable[FoundGroup], found: Candidates) -> Iterator[GroupRow]:
    for some in batched(groups, _ROWS):
        members = np.array([member for group in some for member in group.members])
        keys = iter(found.objects["key"][members].tolist())
        ids = iter(uuids(found.objects["public_id"][members]))
        for group in some:
            size = len(group.members)
            yield GroupRow(
                tuple(islice(keys, size)), tuple(islice(ids, size)), group.similarities, group.weakest
            )
