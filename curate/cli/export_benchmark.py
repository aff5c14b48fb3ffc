"""``curate export benchmark``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from curate.cli.export_command import Asked, export_command
from curate.cli.export_options import AnyTaskFormat, Crops, WhoseCaptions


def register(app: typer.Typer) -> None:
    export_command(app, "benchmark", "object", benchmark, formats=AnyTaskFormat)


def benchmark(
    crops: Crops = False,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities order the references.")
    ] = None,
    captioner: WhoseCaptions = None,
    **common: Any,
) -> Asked:
    """To measure models with: quadruplets of views that are never trained on.

    Four photos of each thing that is accepted in at least four and stands in the split test; each is the
    truth once, and the other three are its references.
    """
    from curate.workflows.export import SubjectOptions, export_benchmark

    options = SubjectOptions(
        crops=crops,
        embedder=embedder,
        captioner=captioner,
        **common,
    )
    return export_benchmark, options
