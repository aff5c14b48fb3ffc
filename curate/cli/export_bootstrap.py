"""``curate export insertion-bootstrap``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from curate.cli.export_command import Asked, export_command


def register(app: typer.Typer) -> None:
    export_command(app, "insertion-bootstrap", "object", bootstrap)


def bootstrap(
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
    **common: Any,
) -> Asked:
    """For object insertion without references, from accepted removals alone.

    Each record is an object pasted onto its removed background, its mask, the photo and the background. The
    photo's shadow and reflections are to be learned: a removal that left them there gives no record.
    """
    from curate.exporters.tasks.bootstrap_rules import BootstrapRules
    from curate.workflows.bootstrap_selection import BootstrapOptions
    from curate.workflows.export_bootstrap import export_bootstrap

    options = BootstrapOptions(
        rules=BootstrapRules(min_mask, max_mask, max_border, min_effect),
        **common,
    )
    return export_bootstrap, options
