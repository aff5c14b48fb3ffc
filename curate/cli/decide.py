"""``curate decide``: verdicts from the command line, on the same items the review app serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.groups import GroupId
from curate.cli.output import Json, count, result, result_json

if TYPE_CHECKING:
    from curate.database.decisions import Recorded

Reviewer = Annotated[
    str | None, typer.Option("--reviewer", help="Who decides; default: CURATE_REVIEWER or your user name.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for whoever reads the history.")]

commands = typer.Typer(no_args_is_help=True, help="Accept or reject recurrence groups, and undo.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="decide")


@commands.command()
def accept(
    context: typer.Context,
    group: GroupId,
    drop: Annotated[
        list[str] | None,
        typer.Option("--drop", help="Object that is another thing than the rest; repeatable."),
    ] = None,
    reviewer: Reviewer = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Say that all members are one thing.

    Members given by --drop are another thing than the rest.
    """
    _decide(context, group, "accept", drop or [], reviewer, reason, as_json)


@commands.command()
def reject(
    context: typer.Context,
    group: GroupId,
    reviewer: Reviewer = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Say that no two members are the same thing.

    If some are, accept the group and drop the others.
    """
    _decide(context, group, "reject", [], reviewer, reason, as_json)


@commands.command()
def undo(
    context: typer.Context,
    group: Annotated[
        str | None, typer.Argument(help="Start of a group's id; default: wherever it was.")
    ] = None,
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Take back your last standing decision.

    Both stay in the history.
    """
    from curate.workflows import review

    with open_workspace(context) as workspace:
        _report(review.undo(workspace, group, reviewer), as_json)


@commands.command()
def automatic(
    context: typer.Context,
    accept_above: Annotated[
        float,
        typer.Option("--accept-above", help="Accept open groups whose weakest similarity is at least this."),
    ],
    take_back: Annotated[bool, typer.Option("--undo", help="Take back what this rule decided.")] = False,
    as_json: Json = False,
) -> None:
    """Accept open groups by a rule.

    Exports leave such decisions out unless told.
    """
    from curate.workflows import review

    policy = review.Policy(accept_above)
    with open_workspace(context) as workspace:
        if take_back:
            undone = review.undo_automatic(workspace, policy)
            result_json({"undone": undone}) if as_json else result(f"{count(undone, 'decision')} taken back.")
            return
        made = review.decide_automatically(workspace, policy)
    if as_json:
        result_json([_as_json(each) for each in made])
    else:
        result(f"{count(len(made), 'group')} accepted automatically.")


def _decide(
    context: typer.Context,
    group: str,
    verdict: str,
    drop: list[str],
    reviewer: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    from curate.workflows import review

    with open_workspace(context) as workspace:
        made = review.decide(workspace, group, verdict, dropped=drop, reviewer=reviewer, reason=reason)
    _report(made, as_json)


def _report(made: Recorded, as_json: bool) -> None:
    if as_json:
        result_json(_as_json(made))
    elif made.new:
        result(f"{made.verdict} recorded for group {made.item_id} as decision {made.public_id}.")
    else:
        result(f"Group {made.item_id} was decided so already; nothing was changed.")


def _as_json(made: Recorded) -> dict[str, object]:
    return {
        "decision": str(made.public_id),
        "group": str(made.item_id),
        "verdict": made.verdict,
        "new": made.new,
    }
