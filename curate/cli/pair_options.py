"""Options that several commands of ``curate pairs`` take."""

from __future__ import annotations

from typing import Annotated

import typer


def named(value: str) -> str:
    """Every id starts with nothing, so nothing must not name the only one."""
    if not value.strip():
        raise typer.BadParameter("it is empty: type the start of an id.")
    return value


def all_named(values: list[str] | None) -> list[str] | None:
    """``named`` for each of several."""
    return values and [named(value) for value in values]


PairId = Annotated[str, typer.Argument(help="Start of a pair's id.", callback=named)]
ShootId = Annotated[str, typer.Argument(help="Name of a shoot, or start of its id.")]
ShootName = Annotated[
    str | None, typer.Option("--shoot", help="Shoot the photos belong to; default: their folder's name.")
]
Photographer = Annotated[
    str | None,
    typer.Option("--photographer", help="Who took them; default: CURATE_REVIEWER or your user name."),
]
Licence = Annotated[str | None, typer.Option("--licence", help="Licence of the shoot; needed for export.")]
Consent = Annotated[str | None, typer.Option("--consent", help="Consent of the people in the photos.")]
Credit = Annotated[
    str | None,
    typer.Option("--credit", help="Whom exports name as the photographer; nobody if it is not said."),
]
ObjectName = Annotated[str | None, typer.Option("--object", help="What the object is.")]
Models = Annotated[
    bool, typer.Option("--models/--no-models", help="Ask the offline models too, if they are pulled.")
]
CleanFirst = Annotated[
    bool, typer.Option("--clean-first", help="The first photo of each scene is the one without the object.")
]
