"""What an export that was asked for the same would take now, and what it would leave out and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from curate.database import pairs
from curate.exporters.tasks import (
    benchmark,
    bootstrap_records,
    insertion_pairs,
    insertion_records,
    removal,
    subject_records,
)
from curate.exporters.tasks.bootstrap_rules import BootstrapRules
from curate.workflows import view_selection
from curate.workflows.bootstrap_selection import BootstrapOptions, select_bootstrap
from curate.workflows.export_insertion import with_backgrounds
from curate.workflows.export_options import ExportOptions, LeftOut
from curate.workflows.pair_selection import select_pairs
from curate.workflows.view_selection import ViewOptions
from curate.workspace import Workspace

Parameters = Mapping[str, Any]
"""What a manifest of this workspace was asked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """By the target object or pair, as text."""

    chosen: frozenset[str]
    left_out: Mapping[str, str]
    """The reason in the export's own words."""


def selection(workspace: Workspace, task: str, parameters: Parameters) -> Selection | None:
    """What ``curate export`` would choose; None for tasks that leave nothing out for a reason.

    Raises:
        MediaError: a mask or a block of vectors is missing or damaged.
        NotFoundError: the embedder that was asked for has no vectors any more.
    """
    return _SELECT[task](workspace, parameters) if task in _SELECT else None


def _subject(
    workspace: Workspace, parameters: Parameters, make: view_selection.MakeRecords | None = None
) -> Selection:
    options = view_options(parameters)
    approved = view_selection.approved_views(workspace, options)
    records = view_selection.records_of(workspace, approved, options, make)
    return _selection({each.target.object_id for each in records}, approved.left_out)


def _benchmark(workspace: Workspace, parameters: Parameters) -> Selection:
    options = view_options(parameters)
    approved = view_selection.approved_views(workspace, options)
    records = view_selection.records_of(workspace, approved, options, benchmark.benchmark_records)
    return _selection({each.target.object_id for each in records}, approved.left_out)


def _insertion(workspace: Workspace, parameters: Parameters) -> Selection:
    options = view_options(parameters)
    approved = view_selection.approved_views(workspace, options)
    views = view_selection.records_of(workspace, approved, options)
    _, records = with_backgrounds(workspace, views, approved, options)
    return _selection({each.views.target.object_id for each in records}, approved.left_out)


def _pairs(workspace: Workspace, parameters: Parameters) -> Selection:
    selected = select_pairs(workspace, ExportOptions("", "", **_common(parameters)))
    with workspace.transaction() as session:
        others = {row.public_id: row.superseded_by for row in pairs.every(session) if row.superseded_by}
    superseded = {f"superseded by pair {other}": {pair} for pair, other in others.items()}
    return _selection({each.pair_id for each in selected.records}, {**superseded, **selected.left_out})


def _bootstrap(workspace: Workspace, parameters: Parameters) -> Selection:
    rules = BootstrapRules.from_parameters(parameters["rules"])
    options = BootstrapOptions("", "", rules, **_common(parameters))
    selected = select_bootstrap(workspace, options)
    return _selection({each.target.object_id for each in selected.records}, selected.left_out)


_SELECT: Mapping[str, Callable[[Workspace, Parameters], Selection]] = {
    subject_records.TASK: _subject,
    benchmark.TASK: _benchmark,
    insertion_records.TASK: _insertion,
    benchmark.TASK: partial(_subject, make=benchmark.benchmark_records),
    bootstrap_records.TASK: _bootstrap,
    removal.TASK: _pairs,
    insertion_pairs.TASK: _pairs,
}


def _selection(chosen: set[UUID], left_out: LeftOut) -> Selection:
    why = {str(each): reason for reason, gone in left_out.items() for each in gone}
    return Selection(frozenset(map(str, chosen)), why)


def view_options(parameters: Parameters) -> ViewOptions:
    """What an export of views was asked for, by the parameters of its manifest."""
    own = {name: parameters[name] for name in ("references", "at_least", "embedder")}
    return ViewOptions("", "", **own, **_common(parameters))


def _common(parameters: Parameters) -> dict[str, Any]:
    names = ("include_automatic", "seed", "near_duplicate_distance")
    return {**{name: parameters[name] for name in names}, "shares": tuple(parameters["shares"])}
