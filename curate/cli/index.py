"""``curate index``: the search index, which can always be made anew."""

from __future__ import annotations

from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, follow, result, result_json, table

commands = typer.Typer(no_args_is_help=True, help="Look after the search index.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="index")


@commands.command()
def info(context: typer.Context, as_json: Json = False) -> None:
    """How full the index is."""
    from curate.workflows import index_upkeep

    with open_workspace(context) as workspace:
        states = index_upkeep.state(workspace)
    if as_json:
        keys = ("embedder", "fingerprint", "expected", "held")
        result_json([{key: getattr(state, key) for key in keys} for state in states])
        return
    rows = [(state.embedder, state.fingerprint[:12], state.held, state.expected) for state in states]
    table(("embedder", "fingerprint", "in the index", "expected"), rows)


@commands.command()
def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Make it anew from the vector blocks.

    Nothing is embedded again.
    """
    from curate.workflows import index_upkeep

    with open_workspace(context) as workspace:
        summary = follow(index_upkeep.rebuild(workspace))
    result_json(summary) if as_json else result(f"{summary['vectors']} vectors in the index.")


@commands.command()
def copy(
    context: typer.Context,
    to: Annotated[
        str, typer.Argument(help="URL of a Qdrant server; its key comes from CURATE_QDRANT_API_KEY.")
    ],
    as_json: Json = False,
) -> None:
    """Copy all vectors to a Qdrant server.

    Set CURATE_QDRANT_URL afterwards to use it.
    """
    from curate.workflows import index_upkeep

    with open_workspace(context) as workspace, workspace.index_at(to) as target:
        summary = follow(index_upkeep.copy(workspace, target))
    result_json(summary) if as_json else result(f"{summary['vectors']} vectors copied to {to}.")
