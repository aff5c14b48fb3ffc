"""``curate pairs rename-object``: what the objects of pairs are called."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, say
from curate.cli.pair_options import all_named

if TYPE_CHECKING:
    from curate.workflows.object_names import Renamed


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
        if done.joined:
            _tell_joined(done)


def _tell_joined(done: Renamed) -> None:
    """That two objects are one now, and what makes them two again."""
    words = ["curate", "pairs", "rename-object", done.new, done.old]
    words += [word for pair in done.pairs for word in ("--pair", str(pair)[:8])]
    others = count(len(done.joined), "other pair")
    say(
        f"It is one object with that of {others} now, and all of them stand in one split. "
        f"If that is wrong: {shlex.join(words)}"
    )
