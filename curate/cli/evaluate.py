"""``curate evaluate``: models against what is known to be true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, follow, result, result_json, say, table
from curate.cli.pair_options import Models

if TYPE_CHECKING:
    from curate.settings import Settings
    from curate.vision.interfaces import Remover
    from curate.workflows.evaluate_removal import Evaluation, Judges

commands = typer.Typer(no_args_is_help=True, help="Hold models against what is known to be true.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="evaluate")


@commands.callback()
def group() -> None:
    """Hold models against what is known to be true."""


@commands.command()
def removal(
    context: typer.Context,
    remover: Annotated[
        list[str] | None,
        typer.Option("--remover", help="As for `curate remove`; repeatable. Default: patchmatch and telea."),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            exists=True,
            file_okay=False,
            help="Folder of NAME_input, NAME_mask and NAME_truth pictures, instead of the accepted pairs.",
        ),
    ] = None,
    include_automatic: Annotated[
        bool, typer.Option("--include-automatic", help="Pairs that only an automatic policy accepted, too.")
    ] = False,
    dilation: Annotated[
        int | None,
        typer.Option("--dilation", min=0, help="Pixels to widen masks by; default: 2 % of the object."),
    ] = None,
    lpips: Annotated[
        Path | None,
        typer.Option("--lpips", help="AlexNet weights by torchvision: measures LPIPS too."),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="Weights of the one remover, if it needs a file of yours."),
    ] = None,
    trust_weights: Annotated[
        bool, typer.Option("--trust-weights", help="Load weights although loading them can run code.")
    ] = False,
    models: Models = True,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw all numbers: a .png or .svg file.")
    ] = None,
    worst: Annotated[
        Path | None, typer.Option("--worst", help="Draw the photos with the worst outputs: .png or .jpg.")
    ] = None,
    as_json: Json = False,
) -> None:
    """How near removers come to photos that were taken without the object.

    The photos are the accepted counterfactual pairs, or those of --truth. Every number is a mean over the
    photos that all removers could do: of the whole photo, of the mask that was given, and of what lies around
    it. The first and the last line are yardsticks: the input as it is, and the best that is possible with two
    photos that have noise of their own.
    """
    from curate.workflows.evaluate_removal import Evaluation, evaluate
    from curate.workflows.evaluation_plot import check_plot, write_plot
    from curate.workflows.evaluation_sheet import WorstCases, check_sheet
    from curate.workflows.truth_cases import folder_cases, pair_cases

    names = list(dict.fromkeys(remover or ["patchmatch", "telea"]))
    if weights and len(names) > 1:
        raise typer.BadParameter("--weights is of one remover: name one.")
    if plot:
        check_plot(plot)
    if worst:
        check_sheet(worst)
    evaluation = Evaluation()
    with open_workspace(context) as workspace:
        settings = workspace.settings
        cases = (
            folder_cases(truth, settings.max_pixels)
            if truth
            else pair_cases(workspace, include_automatic=include_automatic)
        )
        removers = _removers(settings, names, weights, trust_weights)
        judges = _judges(settings, lpips, models)
        seen = WorstCases()
        follow(
            evaluate(
                evaluation, cases, removers, judges, dilation=dilation, on_output=seen.add if worst else None
            )
        )
    if plot and evaluation.shared_cases():
        write_plot(evaluation, plot)
        say(f"The plot is in {plot}.")
    if worst and evaluation.shared_cases():
        seen.write(worst)
        say(f"The worst are in {worst}.")
    _tell(evaluation, as_json=as_json)
    if not evaluation.shared_cases():
        raise typer.Exit(1)


def _removers(
    settings: Settings, names: Sequence[str], weights: Path | None, trust_weights: bool
) -> list[Remover]:
    from curate.vision.loading import load_remover

    return [
        load_remover(
            name,
            settings.models_dir,
            weights,
            device=settings.device,
            trust_weights=trust_weights,
            outside=settings.removers,
        )
        for name in names
    ]


def _judges(settings: Settings, lpips: Path | None, models: bool) -> Judges:
    from curate.workflows.evaluate_removal import Judges
    from curate.workflows.pair_evidence import pulled_models

    asked = pulled_models(settings) if models else None
    if lpips is None:
        return Judges(models=asked)
    from curate.vision.lpips import load_lpips

    return Judges(load_lpips(lpips, settings.device), asked)


def _tell(evaluation: Evaluation, *, as_json: bool) -> None:
    from dataclasses import asdict

    means, shared = evaluation.means(), evaluation.shared_cases()
    for failed in evaluation.failed:
        say(f"{failed.case}{f', {failed.by}' if failed.by else ''}: {failed.reason}")
    if as_json:
        result_json({"cases": len(shared), "means": means, **asdict(evaluation)})
        return
    result(f"{count(len(shared), 'photo')} compared.")
    if means:
        keys = list(dict.fromkeys(key for row in means.values() for key in row))
        rows = [(name, *(_number(row.get(key)) for key in keys)) for name, row in means.items()]
        table(("", *(key.replace("_", " ") for key in keys)), rows)


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.3g}"
