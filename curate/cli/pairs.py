"""``curate pairs``: counterfactual pairs, each a photo with an object and the same photo without it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli import pair_folders, pair_objects, shoots
from curate.cli.context import open_workspace
from curate.cli.output import Json, result, result_json, say, table
from curate.cli.pair_options import (
    Consent,
    Licence,
    Models,
    ObjectName,
    PairId,
    Photographer,
    ShootName,
    all_named,
)
from curate.cli.pair_reports import (
    FAILED,
    as_json_check,
    print_detail,
    report_checks,
    told_of,
    verdict_line,
)
from curate.errors import DecisionError

if TYPE_CHECKING:
    from uuid import UUID

    from curate.workflows.named_shoots import NamedShoot
    from curate.workflows.pair_records import PairReport, PairSummary

Frame = Annotated[Path, typer.Argument(help="Photo file.")]

commands = typer.Typer(
    no_args_is_help=True, help="Hand in counterfactual pairs, and measure them while the tripod stands."
)


def register(app: typer.Typer) -> None:
    shoots.register(commands)
    pair_folders.register(commands)
    pair_objects.register(commands)
    app.add_typer(commands, name="pairs")


@commands.command()
def add(
    context: typer.Context,
    factual: Frame,
    counterfactual: Frame,
    shoot: ShootName = None,
    photographer: Photographer = None,
    licence: Licence = None,
    consent: Consent = None,
    object_name: ObjectName = None,
    kind: Annotated[str, typer.Option("--kind", help="pair, triplet or burst.")] = "pair",
    supersedes: Annotated[
        str | None, typer.Option("--supersedes", help="Pair whose place this re-shot one takes.")
    ] = None,
    models: Models = True,
    as_json: Json = False,
) -> None:
    """Hand in the photo with the object and the one without it, and measure them.

    A re-shot pair belongs to the shoot of the pair whose place it takes, if no other is named; it has to be
    that shoot, or the same named object of the same photographer. The files are copied. The same two files
    again change nothing, but that a nameless object gets its name.
    The exit code is 3 if the pair fails.
    """
    from curate.workflows import pair_intake, pairs

    with open_workspace(context) as workspace:
        by = workspace.settings.reviewer
        with_it, without = (pair_intake.store_path(workspace, path, by) for path in (factual, counterfactual))
        before = pair_intake.handed_in(workspace, with_it, without, object_name)
        place: UUID | NamedShoot = (
            before.shoot
            if before
            else pair_intake.shoot_of(
                workspace,
                factual.parent,
                shoot,
                photographer,
                licence=licence,
                consent=consent,
                supersedes=supersedes,
            )
        )
        try:
            made = pairs.hand_in(
                workspace,
                with_it.sha256,
                without.sha256,
                shoot=place,
                by=by,
                object_name=object_name,
                kind=kind,
                supersedes=supersedes,
            )
        except pairs.UnrelatedPairError as error:
            raise DecisionError(f"{error} Say so with --shoot, or with --object.") from error
        if before:
            _say_before(before, pairs.shown(workspace, made.pair).summary.object_name)
            _say_unused(before, shoot, photographer, licence, consent)
        report = pairs.check(workspace, made.pair, models=models)
        _report(report, as_json)
        if made.new and not as_json:
            say(f"If it is good to look at, too: curate decide accept {str(report.pair)[:8]}")


@commands.command()
def check(
    context: typer.Context,
    pair: Annotated[
        list[str] | None,
        typer.Argument(help="Starts of pairs' ids; default: all that are not measured.", callback=all_named),
    ] = None,
    failed: Annotated[
        bool,
        typer.Option("--failed", help="Only pairs that failed, and those that could not be measured before."),
    ] = False,
    models: Models = True,
    as_json: Json = False,
) -> None:
    """Measure pairs; again only what newer checks, models or masks could say otherwise."""
    from curate.workflows.pair_checking import check_all

    with open_workspace(context) as workspace:
        checks = check_all(workspace, pair or None, models=models, failed=failed)
        done = report_checks(checks, quiet=as_json)
    if as_json:
        result_json([as_json_check(each) for each in done])
    if done and not any(each.report for each in done):
        raise typer.Exit(1)


@commands.command("list")
def list_pairs(
    context: typer.Context,
    shoot: Annotated[str | None, typer.Option("--shoot", help="Only of this shoot.")] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", help="open, accepted, rejected, disputed, flagged or superseded."),
    ] = None,
    verdict: Annotated[str | None, typer.Option("--verdict", help="pass, warn, fail or unchecked.")] = None,
    as_json: Json = False,
) -> None:
    """All pairs, newest first; superseded ones only if asked for."""
    from dataclasses import asdict

    from curate.workflows import pairs, shoots

    with open_workspace(context) as workspace:
        place = shoots.find(workspace, shoot).public_id if shoot else None
        found = pairs.listed(workspace, shoot=place, state=state, verdict=verdict)
    if as_json:
        result_json([asdict(each) for each in found])
        return
    rows = [
        (
            str(each.pair)[:8],
            each.shoot_name,
            each.state,
            each.verdict or "",
            each.object_name or "",
            each.factual_name,
            told_of(each),
        )
        for each in found
    ]
    table(("pair", "shoot", "state", "check", "object", "file with the object", "what the check says"), rows)
    if not found and not (shoot or state or verdict):
        say("No pair yet: type `curate pairs add WITH-IT WITHOUT-IT`, or `curate pairs import FOLDER`.")


@commands.command()
def show(
    context: typer.Context,
    pair: PairId,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the report to this PNG: frames, masks, numbers.")
    ] = None,
    as_json: Json = False,
) -> None:
    """One pair: what was measured and found, what people said, what took its place."""
    from dataclasses import asdict

    from curate.workflows import pair_pictures, pairs

    with open_workspace(context) as workspace:
        found = pairs.shown(workspace, pair)
        if to is not None:
            pair_pictures.write_report(workspace, found, to)
            say(f"The report is in {to}.")
    result_json(asdict(found)) if as_json else print_detail(found)


@commands.command()
def swap(context: typer.Context, pair: PairId, models: Models = True, as_json: Json = False) -> None:
    """Exchange the frames of a pair; the new pair takes its place and is measured.

    The exit code is 3 if it fails.
    """
    from curate.workflows import pairs

    with open_workspace(context) as workspace:
        taken_by = pairs.shown(workspace, pair).summary.superseded_by
        made = pairs.swap(workspace, pair, workspace.settings.reviewer)
        if taken_by == made.pair:
            say("Its frames were exchanged before; nothing was added.")
        _report(pairs.check(workspace, made.pair, models=models), as_json)


@commands.command()
def mask(
    context: typer.Context,
    pair: PairId,
    file: Annotated[Path, typer.Argument(help="8-bit PNG, white on the object, as large as the photo.")],
    as_json: Json = False,
) -> None:
    """Correct the object's mask; the pair is measured again with it.

    Who accepted it did so with the mask it had: that is taken back, if the new one is another.
    The exit code is 3 if it fails.
    """
    from curate.workflows import pair_checking, pair_pictures

    with open_workspace(context) as workspace:
        drawn = pair_pictures.read_mask(file)
        report, sent_back = pair_checking.correct(workspace, pair, drawn, workspace.settings.reviewer)
    if sent_back and not as_json:
        result(f"{str(report.pair)[:8]} is no longer accepted, as its masks changed: look at it again.")
    _report(report, as_json, sent_back=sent_back)


def _say_before(before: PairSummary, object_name: str | None) -> None:
    """That a pair is here already, and what its object is called now if it had no name."""
    named = (
        f"the object is now called {object_name!r}" if before.object_name is None and object_name else None
    )
    say(
        "Both photos were handed in as a pair before, "
        f"for the shoot {before.shoot_name!r} of {before.photographer}; {named or 'nothing was added'}."
    )


def _say_unused(
    before: PairSummary,
    shoot: str | None,
    photographer: str | None,
    licence: str | None,
    consent: str | None,
) -> None:
    """Which words about a pair that is here already say something else than what is known."""
    from curate.workflows.named_shoots import named_photographer

    unused = []
    if shoot is not None and shoot.strip() != before.shoot_name:
        unused.append("--shoot")
    if photographer is not None and named_photographer(photographer) != before.photographer:
        unused.append("--photographer")
    if unused:
        say(f"Not used: {', '.join(unused)}.")
    if licence is not None or consent is not None:
        say(f"Rights are not changed so: type `curate pairs shoots set {str(before.shoot)[:8]}`.")


def _report(report: PairReport, as_json: bool, **told: object) -> None:
    from dataclasses import asdict

    result_json(asdict(report) | told) if as_json else result(verdict_line(report))
    if report.verdict == "fail":
        raise typer.Exit(FAILED)
