"""``curate export``: approved sets as training manifests."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from curate.cli import export_benchmark, export_bootstrap, export_decisions, export_pairs, verify
from curate.cli.export_command import Asked, export_command
from curate.cli.export_options import Crops, WhoseCaptions

commands = typer.Typer(no_args_is_help=True, help="Write what people approved as a training manifest.")


def register(app: typer.Typer) -> None:
    export_command(commands, "subject", "object", subject)
    export_command(commands, "insertion", "object", insertion)
    for module in (export_bootstrap, export_pairs, export_benchmark, export_decisions):
        module.register(commands)
    app.add_typer(commands, name="export")
    verify.register(app)


def subject(
    references: Annotated[int, typer.Option("--references", min=1, help="References per target.")] = 3,
    at_least: Annotated[
        int | None, typer.Option("--at-least", min=1, help="Accept records with fewer references.")
    ] = None,
    crops: Crops = False,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    captioner: WhoseCaptions = None,
    **common: Any,
) -> Asked:
    """For subject-driven generation.

    Each record is a target photo, a caption and references of the same thing from other photos. A person's
    caption counts before a captioner's (`curate caption`); a template from the label is the floor.
    """
    from curate.workflows.export import SubjectOptions, export_subject

    options = SubjectOptions(
        references=references,
        at_least=at_least,
        crops=crops,
        embedder=embedder,
        captioner=captioner,
        **common,
    )
    return export_subject, options


def insertion(
    references: Annotated[
        int, typer.Option("--references", min=1, help="References per target; views with fewer are left out.")
    ] = 3,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    **common: Any,
) -> Asked:
    """For object insertion with references, from accepted views and accepted removals of them.

    Each record is a target photo, the same photo without the object, the object's mask and box, and
    references of the same thing from other photos. Of several accepted removals the last accepted counts.
    """
    from curate.workflows.export_insertion import export_insertion
    from curate.workflows.view_selection import ViewOptions

    options = ViewOptions(
        references=references,
        embedder=embedder,
        **common,
    )
    return export_insertion, options
