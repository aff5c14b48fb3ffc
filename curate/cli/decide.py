"""``curate decide``: verdicts from the command line, on the same items the review app serves."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, say, table
from curate.verdicts import DIFFERENT, NEAR_DUPLICATE, SECOND, VARIANT

if TYPE_CHECKING:
    from curate.database.decisions import Recorded
    from curate.workflows.past_decisions import PastDecision

Reviewer = Annotated[
    str | None, typer.Option("--reviewer", help="Who decides; default: CURATE_REVIEWER or your user name.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for whoever reads the history.")]
ItemId = Annotated[str, typer.Argument(help="Start of a group's, pair's or removal's id.")]
Adjudicate = Annotated[
    bool, typer.Option("--adjudicate", help="Rule, above what others said or a failed check says.")
]

Variant = Annotated[
    list[str] | None,
    typer.Option("--variant", help="Object that is the same product in another variant; repeatable."),
]
NearDuplicate = Annotated[
    list[str] | None,
    typer.Option("--near-duplicate", help="Object in a photo that is another one again; repeatable."),
]

commands = typer.Typer(
    no_args_is_help=True, help="Accept, reject or flag groups, pairs and removals, and undo."
)


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="decide")


@commands.command()
def accept(
    context: typer.Context,
    item: ItemId,
    drop: Annotated[
        list[str] | None,
        typer.Option("--drop", help="Object that is another thing than the rest; repeatable."),
    ] = None,
    second: Annotated[
        list[str] | None,
        typer.Option("--second", help="Object of a second thing in this group; repeatable."),
    ] = None,
    variant: Variant = None,
    near_duplicate: NearDuplicate = None,
    reviewer: Reviewer = None,
    reason: Reason = None,
    adjudicate: Adjudicate = False,
    as_json: Json = False,
) -> None:
    """Say that all members are one thing, but for those set apart; or that a pair or removal is good.

    With --second a group is split: they are one thing, and the rest another one. A pair whose check says
    fail is only accepted with --adjudicate and a --reason.
    """
    marks = {
        DIFFERENT: drop or [],
        SECOND: second or [],
        VARIANT: variant or [],
        NEAR_DUPLICATE: near_duplicate or [],
    }
    _decide(context, item, "accept", marks, reviewer, reason, as_json, adjudicate)


@commands.command()
def reject(
    context: typer.Context,
    item: ItemId,
    variant: Variant = None,
    near_duplicate: NearDuplicate = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Also what was accepted of a group before views joined it.")
    ] = False,
    reviewer: Reviewer = None,
    reason: Reason = None,
    adjudicate: Adjudicate = False,
    as_json: Json = False,
) -> None:
    """Say that no two members are the same thing, or that a pair or removal is not good.

    If some members are, accept the group and drop the others. Of a pair or removal --reason begins with one
    of camera_moved, light_changed, other_change, object_left, wrong_order, blur, shadow_left,
    reflection_left, residual, new_object, background_changed, seam, bad_mask, other; your own words may
    follow after a colon.
    """
    from curate.workflows.grown_groups import refuse_whole_rejection

    marks = {VARIANT: variant or [], NEAR_DUPLICATE: near_duplicate or []}
    if not whole:
        with open_workspace(context) as workspace:
            refuse_whole_rejection(workspace, item)
    _decide(context, item, "reject", marks, reviewer, reason, as_json, adjudicate)


@commands.command()
def flag(
    context: typer.Context,
    item: ItemId,
    reason: Annotated[str, typer.Option("--reason", help="What is odd about it, for whoever looks next.")],
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Hand a group, pair or removal over to an adjudicator, with a reason."""
    _decide(context, item, "flag", {}, reviewer, reason, as_json)


@commands.command()
def undo(
    context: typer.Context,
    item: Annotated[
        str | None, typer.Argument(help="Start of an item's id; default: wherever it was.")
    ] = None,
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Take back your last standing decision.

    Both stay in the history.
    """
    from curate.workflows import review

    with open_workspace(context) as workspace:
        _report(review.undo(workspace, item, reviewer), as_json)


@commands.command()
def history(
    context: typer.Context,
    item: Annotated[str | None, typer.Argument(help="Start of an item's id; default: all of them.")] = None,
    reviewer: Annotated[str | None, typer.Option("--reviewer", help="Only this reviewer's.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """Who said what of which item, newest first."""
    from dataclasses import asdict

    from curate.workflows.past_decisions import history, of_shared_views

    with open_workspace(context) as workspace:
        found = history(workspace, item, reviewer=reviewer, limit=limit)
        before = []
        if item is not None and not found and not as_json:
            before = of_shared_views(workspace, item, reviewer=reviewer, limit=limit)
    if as_json:
        result_json([asdict(each) for each in found])
    elif before:
        say("There is no such decision on this group, but on others with two or more of its views:")
        _print(before)
    elif found:
        _print(found)
    else:
        result("There is no such decision yet.")


def _print(found: list[PastDecision]) -> None:
    rows = [
        (
            f"{each.decided_at:%Y-%m-%d %H:%M:%S}",
            each.kind,
            str(each.item)[:13],
            each.reviewer,
            said(each),
            "undone" if each.undone else "",
            each.reason or "",
        )
        for each in found
    ]
    table(("when", "", "item", "reviewer", "said", "", "reason"), rows)


def said(past: PastDecision) -> str:
    """``accept`` with how many members were set apart, and in what authority; ``reject 2 new``."""
    verdict = f"reject {past.rejected_new} new" if past.rejected_new else past.verdict
    marks = ", ".join(f"{n} {mark}" for mark, n in sorted(Counter(past.marks.values()).items()))
    authority = "automatic" if past.automatic else "adjudicator" if past.adjudicates else ""
    return " ".join(part for part in (verdict, f"({marks})" if marks else "", authority) if part)


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
    item: str,
    verdict: str,
    marks: dict[str, list[str]],
    reviewer: str | None,
    reason: str | None,
    as_json: bool,
    adjudicate: bool = False,
) -> None:
    from curate.workflows import review

    with open_workspace(context) as workspace:
        made = review.decide(
            workspace, item, verdict, marks=marks, reviewer=reviewer, reason=reason, adjudicates=adjudicate
        )
    _report(made, as_json)


def _report(made: Recorded, as_json: bool) -> None:
    if as_json:
        result_json(_as_json(made))
    elif made.new:
        result(f"{made.verdict} recorded for {made.kind} {made.item_id} as decision {made.public_id}.")
    else:
        result(f"{made.kind.capitalize()} {made.item_id} was decided so already; nothing was changed.")


def _as_json(made: Recorded) -> dict[str, object]:
    return {
        "decision": str(made.public_id),
        made.kind: str(made.item_id),
        "verdict": made.verdict,
        "new": made.new,
    }
