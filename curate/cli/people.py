"""``curate people``: who may use the shared review app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, result, result_json, table

if TYPE_CHECKING:
    from curate.database.tables import Person

Email = Annotated[str, typer.Argument(help="As the login service knows the person.")]

commands = typer.Typer(no_args_is_help=True, help="Say who may use the shared review app.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="people")


@commands.command()
def add(
    context: typer.Context,
    email: Email,
    role: Annotated[str, typer.Option("--role", help="photographer, curator, adjudicator or admin.")],
    as_json: Json = False,
) -> None:
    """Let a person in."""
    from curate.workflows import people

    with open_workspace(context) as workspace:
        added = people.add(workspace, email, role)
    _report(added, f"{added.email} may use the review app as {added.role}.", as_json)


@commands.command("role")
def change_role(
    context: typer.Context,
    email: Email,
    role: Annotated[str, typer.Argument(help="photographer, curator, adjudicator or admin.")],
    as_json: Json = False,
) -> None:
    """Give a person another role.

    It holds from their next click on.
    """
    from curate.workflows import people

    with open_workspace(context) as workspace:
        changed = people.set_role(workspace, email, role)
    _report(changed, f"{changed.email} is {changed.role} from now on.", as_json)


@commands.command()
def remove(context: typer.Context, email: Email, as_json: Json = False) -> None:
    """Let a person in no more.

    Their decisions stay.
    """
    from curate.workflows import people

    with open_workspace(context) as workspace:
        removed = people.remove(workspace, email)
    if as_json:
        result_json({"email": removed, "role": None})
    else:
        result(f"{removed} may use the review app no more; what they decided stays.")


@commands.command("list")
def list_people(context: typer.Context, as_json: Json = False) -> None:
    """Everybody who may use the shared review app."""
    from curate.workflows import people

    with open_workspace(context) as workspace:
        found = people.everybody(workspace)
    if as_json:
        result_json([{"email": each.email, "role": each.role, "added": each.added_at} for each in found])
        return
    table(("email", "role", "added"), [(p.email, p.role, f"{p.added_at:%Y-%m-%d}") for p in found])


def _report(person: Person, sentence: str, as_json: bool) -> None:
    if as_json:
        result_json({"email": person.email, "role": person.role})
    else:
        result(sentence)
