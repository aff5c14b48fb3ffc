"""``curate pairs shoots``: who took which pairs, and what may be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, result, result_json, say, some_ids, table
from curate.cli.pair_options import Consent, Credit, Licence, Photographer, ShootId

if TYPE_CHECKING:
    from curate.workflows.shoots import Shoot
    from curate.workspace import Workspace

commands = typer.Typer(no_args_is_help=True, help="Shoots, and the rights of the pairs in them.")


def register(pairs: typer.Typer) -> None:
    pairs.add_typer(commands, name="shoots")


@commands.command("list")
def list_shoots(context: typer.Context, as_json: Json = False) -> None:
    """All shoots, newest first."""
    from curate.workflows import shoots

    with open_workspace(context) as workspace:
        found = shoots.listed(workspace)
    if as_json:
        result_json([_as_json(each) for each in found])
        return
    rows = [
        (
            str(each.public_id)[:8],
            each.name,
            each.photographer,
            each.licence or "",
            each.consent or "",
            each.credit or "",
            "held out" if each.held_out else "",
            each.pairs,
        )
        for each in found
    ]
    table(("shoot", "name", "photographer", "licence", "consent", "credit", "", "pairs"), rows)
    if not found:
        say("No shoot yet: type `curate pairs shoots create NAME`, or hand in a pair, which begins one.")


@commands.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the shoot.")],
    photographer: Photographer = None,
    licence: Licence = None,
    consent: Consent = None,
    credit: Credit = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Keep its pairs for evaluation, never for training.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Begin a shoot, or fill in what was not known of one."""
    from curate.workflows import shoots

    with open_workspace(context) as workspace:
        made = shoots.create(
            workspace,
            name,
            photographer=photographer or workspace.settings.reviewer,
            licence=licence,
            consent=consent,
            credit=credit,
            held_out=held_out,
        )
        _report(made, as_json)
        _tell_exported(workspace, made)


@commands.command("set")
def correct(
    context: typer.Context,
    shoot: ShootId,
    licence: Licence = None,
    consent: Consent = None,
    credit: Credit = None,
    as_json: Json = False,
) -> None:
    """Correct the rights of a shoot, whoever took it; an empty text means that nothing is known."""
    from curate.workflows import shoots

    with open_workspace(context) as workspace:
        by = workspace.settings.reviewer
        now = shoots.correct(workspace, shoot, by=by, licence=licence, consent=consent, credit=credit)
        _report(now, as_json)


@commands.command()
def rename(
    context: typer.Context,
    shoot: ShootId,
    name: Annotated[str, typer.Argument(help="What it is called from now on.")],
    as_json: Json = False,
) -> None:
    """Correct the name of a shoot; its id and its pairs stay."""
    from curate.workflows import shoots

    with open_workspace(context) as workspace:
        _report(shoots.rename(workspace, shoot, name, by=workspace.settings.reviewer), as_json)


@commands.command()
def hold_out(
    context: typer.Context,
    shoot: ShootId,
    back: Annotated[bool, typer.Option("--back", help="Use it for training after all.")] = False,
    as_json: Json = False,
) -> None:
    """Keep a shoot for evaluation: exports never train on it.

    Pairs of it that were exported for train or validation before are named; no later export holds them.
    """
    from curate.workflows import shoots

    with open_workspace(context) as workspace:
        found = shoots.hold_out(workspace, shoot, held_out=not back)
        _report(found, as_json)
        _tell_exported(workspace, found)


def _tell_exported(workspace: Workspace, shoot: Shoot) -> None:
    """Name what was exported for train or validation though the shoot is held out now."""
    from curate.workflows import shoots

    found = shoots.exported_before(workspace, shoot.public_id) if shoot.held_out else {}
    for folder, pairs in found.items():
        say(f"Exported for train or validation before, in {folder}: {some_ids(pairs, where='')}.")
    if found:
        back = f"curate pairs shoots hold-out {str(shoot.public_id)[:8]} --back"
        say(
            "Later exports leave these pairs out, and `curate verify` refuses the ones that hold them. "
            f"To export them all the same: {back}"
        )


def _report(shoot: Shoot, as_json: bool) -> None:
    if as_json:
        result_json(_as_json(shoot))
        return
    use = "kept for evaluation" if shoot.held_out else "for training"
    rights = f"licence {shoot.licence or 'not known'}, consent {shoot.consent or 'not known'}"
    rights += f", credit {shoot.credit}" if shoot.credit else ", nobody to credit"
    result(f"Shoot {shoot.name!r} of {shoot.photographer}: {rights}, {use}.")


def _as_json(shoot: Shoot) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(shoot)
