"""``curate export benchmark``."""

from __future__ import annotations

from typing import Annotated

import typer

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


def register(app: typer.Typer) -> None:
    app.command()(benchmark)


def benchmark(
    context: typer.Context,
    name: Name,
    to: To,
    version: Version = "1",
    format_name: Format = "imagefolder",
    include_automatic: IncludeAutomatic = False,
    allow_unknown_rights: AllowUnknownRights = False,
    crops: Annotated[bool, typer.Option("--crops", help="Export the boxes instead of whole photos.")] = False,
    shares: Shares = (80, 10, 10),
    seed: Seed = 0,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities order the references.")
    ] = None,
    captioner: Annotated[
        str | None, typer.Option("--captioner", help="Whose captions, if several captioners ran.")
    ] = None,
    as_json: Json = False,
) -> None:
    """To measure models with: quadruplets of views that are never trained on.

    Four photos of each thing that is accepted in at least four and stands in the split test; each is the
    truth once, and the other three are its references.
    """
    from curate.workflows.export import SubjectOptions, export_benchmark

    options = SubjectOptions(
        name=name,
        version=version,
        format=format_name,
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        crops=crops,
        shares=shares,
        seed=seed,
        embedder=embedder,
        captioner=captioner,
    )
    write(context, export_benchmark, options, to, "object", as_json)
