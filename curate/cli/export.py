"""``curate export``: approved sets as training manifests."""

from __future__ import annotations

from typing import Annotated

import typer

from curate.cli import export_benchmark, export_bootstrap, export_decisions, export_pairs, verify
from curate.cli.export_options import (
    AllowUnknownRights,
    Format,
    IncludeAutomatic,
    Name,
    Seed,
    Shares,
    To,
    Version,
    write,
)
from curate.cli.output import Json

commands = typer.Typer(no_args_is_help=True, help="Write what people approved as a training manifest.")


def register(app: typer.Typer) -> None:
    for module in (export_bootstrap, export_pairs, export_benchmark, export_decisions):
        module.register(commands)
    app.add_typer(commands, name="export")
    verify.register(app)


@commands.command()
def subject(
    context: typer.Context,
    name: Name,
    to: To,
    version: Version = "1",
    format_name: Format = "imagefolder",
    references: Annotated[int, typer.Option("--references", min=1, help="References per target.")] = 3,
    at_least: Annotated[
        int | None, typer.Option("--at-least", min=1, help="Accept records with fewer references.")
    ] = None,
    include_automatic: IncludeAutomatic = False,
    allow_unknown_rights: AllowUnknownRights = False,
    crops: Annotated[bool, typer.Option("--crops", help="Export the boxes instead of whole photos.")] = False,
    shares: Shares = (80, 10, 10),
    seed: Seed = 0,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    captioner: Annotated[
        str | None, typer.Option("--captioner", help="Whose captions, if several captioners ran.")
    ] = None,
    as_json: Json = False,
) -> None:
    """For subject-driven generation.

    Each record is a target photo, a caption and references of the same thing from other photos. A person's
    caption counts before a captioner's (`curate caption`); a template from the label is the floor.
    """
    from curate.workflows.export import SubjectOptions, export_subject

    options = SubjectOptions(
        name=name,
        version=version,
        format=format_name,
        references=references,
        at_least=at_least,
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        crops=crops,
        shares=shares,
        seed=seed,
        embedder=embedder,
        captioner=captioner,
    )
    write(context, export_subject, options, to, "object", as_json)


@commands.command()
def insertion(
    context: typer.Context,
    name: Name,
    to: To,
    version: Version = "1",
    format_name: Format = "imagefolder",
    references: Annotated[
        int, typer.Option("--references", min=1, help="References per target; views with fewer are left out.")
    ] = 3,
    include_automatic: IncludeAutomatic = False,
    allow_unknown_rights: AllowUnknownRights = False,
    shares: Shares = (80, 10, 10),
    seed: Seed = 0,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    as_json: Json = False,
) -> None:
    """For object insertion with references, from accepted views and accepted removals of them.

    Each record is a target photo, the same photo without the object, the object's mask and box, and
    references of the same thing from other photos. Of several accepted removals the last accepted counts.
    """
    from curate.workflows.export_insertion import export_insertion
    from curate.workflows.view_selection import ViewOptions

    options = ViewOptions(
        name=name,
        version=version,
        format=format_name,
        references=references,
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        shares=shares,
        seed=seed,
        embedder=embedder,
    )
    write(context, export_insertion, options, to, "object", as_json)
