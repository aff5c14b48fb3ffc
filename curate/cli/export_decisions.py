"""``curate export decisions``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from curate.cli.export_command import Asked, export_command
from curate.cli.export_options import AnyTaskFormat


def register(app: typer.Typer) -> None:
    export_command(app, "decisions", "vote", decisions, formats=AnyTaskFormat)


def decisions(
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only votes on items of this kind: group, pair or removal; repeatable."),
    ] = None,
    pictures: Annotated[
        bool, typer.Option(help="Input, output and masks of removals, cut to the working region.")
    ] = True,
    reviewers: Annotated[
        Literal["pseudonyms", "names"],
        typer.Option(
            "--reviewers",
            help="Pseudonyms stay the same in all versions of a manifest. Free words leave as they were "
            "typed, and the decision ids of other exports are made from names: who has both and a list of "
            "names finds out who is who.",
        ),
    ] = "pseudonyms",
    with_undone: Annotated[
        bool, typer.Option("--with-undone", help="Votes that were taken back too, flagged.")
    ] = False,
    **common: Any,
) -> Asked:
    """Every vote with its reason and what was on screen, rejections included.

    For training discriminators and calibrating numbers. Votes are on groups, pairs and removals; only those
    on removals have pictures.
    """
    from curate.workflows.decision_selection import KINDS, DecisionOptions
    from curate.workflows.export_decisions import export_decisions

    options = DecisionOptions(
        kinds=tuple(kind) if kind else KINDS,
        pictures=pictures,
        reviewers=reviewers,
        with_undone=with_undone,
        **common,
    )
    return export_decisions, options
