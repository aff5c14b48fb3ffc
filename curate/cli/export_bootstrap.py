"""``curate export insertion-bootstrap``."""

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
    app.command("insertion-bootstrap")(bootstrap)


def bootstrap(
    context: typer.Context,
    name: Name,
    to: To,
    version: Version = "1",
    format_name: Format = "imagefolder",
    min_mask: Annotated[
        float, typer.Option("--min-mask", help="Share of the photo that a mask covers at least.")
    ] = 0.05,
    max_mask: Annotated[
        float, typer.Option("--max-mask", help="Share of the photo that a mask covers at most.")
    ] = 0.5,
    max_border: Annotated[
        float, typer.Option("--max-border", help="Share of the photo's lower border in the mask at most.")
    ] = 0.2,
    min_effect: Annotated[
        float,
        typer.Option("--min-effect", help="Area of the shadow that was removed over the mask's, at least."),
    ] = 0.03,
    include_automatic: IncludeAutomatic = False,
    allow_unknown_rights: AllowUnknownRights = False,
    shares: Shares = (80, 10, 10),
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """For object insertion without references, from accepted removals alone.

    Each record is an object pasted onto its removed background, its mask, the photo and the background. The
    photo's shadow and reflections are to be learned: a removal that left them there gives no record.
    """
    from curate.exporters.tasks.bootstrap_rules import BootstrapRules
    from curate.workflows.bootstrap_selection import BootstrapOptions
    from curate.workflows.export_bootstrap import export_bootstrap

    options = BootstrapOptions(
        name=name,
        version=version,
        format=format_name,
        rules=BootstrapRules(min_mask, max_mask, max_border, min_effect),
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        shares=shares,
        seed=seed,
    )
    write(context, export_bootstrap, options, to, "object", as_json)
