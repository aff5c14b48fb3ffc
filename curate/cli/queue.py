"""``curate queue``: what waits for review, how many must agree, what comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, table

if TYPE_CHECKING:
    from curate.workflows.queue_rule import Overview

Queue = Annotated[str, typer.Option("--kind", help="Which queue: group or removal.")]
_NOUNS = {"group": "group", "removal": "removed object"}
"""What stands in a queue."""

commands = typer.Typer(no_args_is_help=True, help="Look at the review queues and set their rules.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="queue")


@commands.command()
def show(context: typer.Context, kind: Queue = "group", as_json: Json = False) -> None:
    """Groups, or objects with removals, by state, and who holds how many of them now."""
    from curate.workflows import queue_rule

    with open_workspace(context) as workspace:
        _report(queue_rule.overview(workspace, kind), kind, as_json)


@commands.command()
def consensus(
    context: typer.Context,
    needed: Annotated[int, typer.Argument(help="Reviewers who have to say the same of a group.")],
    asked: Annotated[int, typer.Argument(help="Reviewers who are asked at most before it is disputed.")],
    kind: Annotated[str, typer.Option("--kind", help="group, pair or removal.")] = "group",
    as_json: Json = False,
) -> None:
    """Set how many reviewers must agree.

    What was decided before is settled anew; no decision is lost.
    """
    from curate.verdicts import Consensus
    from curate.workflows import queue_rule

    with open_workspace(context) as workspace:
        queue_rule.set_consensus(workspace, Consensus(needed, asked), kind)
        if kind not in _NOUNS:
            _report_rule(kind, needed, asked, as_json)
            return
        _report(queue_rule.overview(workspace, kind), kind, as_json)


@commands.command()
def order(
    context: typer.Context,
    ordering: Annotated[str, typer.Argument(help="uncertain or likely: the weakest groups first, or last.")],
    kind: Queue = "group",
    as_json: Json = False,
) -> None:
    """Set which groups, or objects with removals, are served first.

    Weak removals are those whose numbers suggest many reject reasons. One in four is drawn by lot all the
    same, so that what is measured on decisions is fair.
    """
    from curate.workflows import queue_rule

    with open_workspace(context) as workspace:
        queue_rule.set_ordering(workspace, ordering, kind)
        _report(queue_rule.overview(workspace, kind), kind, as_json)


def _report_rule(kind: str, needed: int, asked: int, as_json: bool) -> None:
    if as_json:
        result_json({"kind": kind, "votes_needed": needed, "votes_asked": asked})
    else:
        result(f"{needed} of {asked} reviewers of a {kind} must agree from now on.")


def _report(overview: Overview, kind: str, as_json: bool) -> None:
    if as_json:
        result_json(_as_json(overview))
        return
    agreed, noun = overview.consensus, _NOUNS[kind]
    result(
        f"{count(overview.waiting, noun)} to review; {agreed.needed} of {agreed.asked} reviewers must "
        f"agree; {overview.ordering} ones come first."
    )
    if overview.new_views:
        result(
            f"{count(overview.new_views, 'accepted group has', 'accepted groups have')} new views to judge."
        )
    table(("state", f"{noun}s"), overview.states.items())
    if overview.held:
        table(("reviewer", "holds"), overview.held.items())


def _as_json(overview: Overview) -> dict[str, Any]:
    return {
        "votes_needed": overview.consensus.needed,
        "votes_asked": overview.consensus.asked,
        "ordering": overview.ordering,
        "states": dict(overview.states),
        "waiting": overview.waiting,
        "new_views": overview.new_views,
        "held": dict(overview.held),
    }
