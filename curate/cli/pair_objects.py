"""``curate pairs rename-object``: what the objects of pairs are called."""

from __future__ import annotations

from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json
from curate.cli.pair_options import all_named


def register(pairs: typer.Typer) -> None:
    pairs.command()(rename_object)


def rename_object(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="What the object is called.")],
    new: Annotated[str, typer.Argument(help="What it is called from now on.")],
    pair: Annotated[
        list[str] | None,
        typer.Option("--pair", help="Only in this pair; again for more of them.", callback=all_named),
    ] = None,
    photographer: Annotated[
        str | None, typer.Option("--photographer", help="Who named it, if several did.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Correct the name of an object in all pairs of its photographer; earlier names stay on record.

    Pairs of one name are kept in one split. A name that would tie exported pairs of two splits is refused.
    """
    from dataclasses import asdict

    from curate.workflows import object_names

    with open_workspace(context) as workspace:
        done = object_names.rename(
            workspace, old, new, by=workspace.settings.reviewer, photographer=photographer, only=pair or ()
        )
    if as_json:
        result_json(asdict(done))
    else:
        where = count(len(done.pairs), "pair")
        result(f"The object {done.old!r} of {done.photographer} is called {done.new!r} now, in {where}.")
