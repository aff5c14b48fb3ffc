"""``curate progress``: how far the review is, and who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, table

if TYPE_CHECKING:
    from curate.workflows.progress import Backlog, Progress, ReviewerWork

_COLUMNS = ("reviewer", "decisions", "accepted", "rejected", "flagged", "accept rate", "seconds", "per hour")


def register(app: typer.Typer) -> None:
    app.command()(progress)


def progress(context: typer.Context, as_json: Json = False) -> None:
    """How far the review is, and who did what.

    Standing decisions of people count. Seconds: the median from seeing a card to deciding it. Per hour:
    pauses of more than five minutes are no work.
    """
    from curate.workflows import progress
    from curate.workflows.no_groups import found_nothing

    with open_workspace(context) as workspace:
        found = progress.progress(workspace)
        why = found_nothing(workspace)
    if as_json:
        result_json(_as_json(found))
    elif not found.backlog.total + found.pairs.total + found.removals.total:
        result(why or "There is nothing to review yet: type `curate mine`, or `curate pairs import FOLDER`.")
    else:
        _print(found)


def _print(found: Progress) -> None:
    there = {"group": found.backlog, "pair": found.pairs, "removed object": found.removals}
    there = {what: left for what, left in there.items() if left.total}
    for what, left in there.items():
        result(
            f"{left.done} of {count(left.total, what)} done; {left.open} left to vote on{_in_part(left)}, "
            f"{left.disputed} disputed, {left.flagged} flagged."
        )
    if agreement := found.agreement.total:
        several = count(agreement, " or ".join(there), " and ".join(f"{what}s" for what in there))
        result(f"All said the same of {found.agreement.hits} of {several} with several votes.")
    if found.reviewers:
        table(_COLUMNS, [_row(each) for each in found.reviewers])


def _in_part(left: Backlog) -> str:
    return f" ({left.partial} judged in part)" if left.partial else ""


def _row(work: ReviewerWork) -> tuple[object, ...]:
    rate, seconds, per_hour = work.accepted.value, work.seconds, work.per_hour
    return (
        work.reviewer,
        work.decisions,
        work.accepted.hits,
        work.accepted.total - work.accepted.hits,
        work.flagged,
        "-" if rate is None else f"{rate:.0%}",
        "-" if seconds is None else f"{seconds:.1f}",
        "-" if per_hour is None else f"{per_hour:.0f}",
    )


def _as_json(found: Progress) -> dict[str, Any]:
    return {
        "groups": found.backlog.total,
        **_left(found.backlog),
        "pairs": {"all": found.pairs.total, **_left(found.pairs)},
        "removed_objects": {"all": found.removals.total, **_left(found.removals)},
        "agreed": found.agreement.hits,
        "with_several_votes": found.agreement.total,
        "reviewers": [
            {
                "reviewer": each.reviewer,
                "decisions": each.decisions,
                "accepted": each.accepted.hits,
                "rejected": each.accepted.total - each.accepted.hits,
                "flagged": each.flagged,
                "accept_rate": each.accepted.value,
                "median_seconds": each.seconds,
                "per_hour": each.per_hour,
            }
            for each in found.reviewers
        ],
    }


def _left(left: Backlog) -> dict[str, int]:
    return {
        "done": left.done,
        "left": left.open,
        "partial": left.partial,
        "disputed": left.disputed,
        "flagged": left.flagged,
    }
