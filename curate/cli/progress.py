"""``curate progress``: how far the review is, and who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, table

if TYPE_CHECKING:
    from curate.workflows.progress import Progress, ReviewerWork

_COLUMNS = ("reviewer", "decisions", "accepted", "rejected", "flagged", "accept rate", "seconds", "per hour")


def register(app: typer.Typer) -> None:
    app.command()(progress)


def progress(context: typer.Context, as_json: Json = False) -> None:
    """How far the review is, and who did what.

    Standing decisions of people count. Seconds: the median from seeing a card to deciding it. Per hour:
    pauses of more than five minutes are no work.
    """
    from curate.workflows import progress

    with open_workspace(context) as workspace:
        found = progress.progress(workspace)
    if as_json:
        result_json(_as_json(found))
    elif not found.backlog.total:
        result("There is no group to review yet: type `curate mine`.")
    else:
        _print(found)


def _print(found: Progress) -> None:
    left, agreement = found.backlog, found.agreement
    result(
        f"{left.done} of {count(left.total, 'group')} done; {left.open} left to vote on, "
        f"{left.disputed} disputed, {left.flagged} flagged."
    )
    if agreement.total:
        result(
            f"All said the same of {agreement.hits} of {count(agreement.total, 'group')} with several votes."
        )
    if found.reviewers:
        table(_COLUMNS, [_row(each) for each in found.reviewers])


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
    left = found.backlog
    return {
        "groups": left.total,
        "done": left.done,
        "left": left.open,
        "disputed": left.disputed,
        "flagged": left.flagged,
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
