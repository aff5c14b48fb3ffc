"""``curate remove`` and ``curate removals``: photos without an object, by one or several removers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import RetryFailed, open_workspace
from curate.cli.output import Json, count, follow, result, result_json, say, table
from curate.cli.pair_options import Models
from curate.cli.view_scope import AllGroups, OneGroup, WithAutomatic, wanted_views

if TYPE_CHECKING:
    from curate.workflows.removals import RemovalSummary
    from curate.workflows.remove import RemovalTools
    from curate.workspace import Workspace

commands = typer.Typer(no_args_is_help=True, help="Look at what removers made.")


def register(app: typer.Typer) -> None:
    app.command()(remove)
    app.add_typer(commands, name="removals")


def remove(
    context: typer.Context,
    remover: Annotated[
        list[str] | None,
        typer.Option(
            "--remover",
            help="Remover; see `curate models list`, or one in curate.toml; repeatable. Default: patchmatch.",
        ),
    ] = None,
    segmenter: Annotated[
        str, typer.Option("--segmenter", help="What draws the masks; see `curate models list`.")
    ] = "u2netp",
    group: OneGroup = None,
    all_groups: AllGroups = False,
    include_automatic: WithAutomatic = False,
    dilation: Annotated[
        int | None,
        typer.Option("--dilation", min=0, help="Pixels to widen masks by; default: 2 % of the object."),
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="Weights of the one remover, if it needs a file of yours.")
    ] = None,
    trust_weights: Annotated[
        bool, typer.Option("--trust-weights", help="Load weights although loading them can run code.")
    ] = False,
    models: Models = True,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
) -> None:
    """Remove objects from their photos: by default all accepted views.

    Every output is measured and stored in the workspace; photos stay as they are. What was removed in the
    same way before is left alone.
    """
    from curate.workflows.pair_evidence import pulled_models
    from curate.workflows.removal_measuring import RemovalMeasures
    from curate.workflows.remove import remove

    names = list(dict.fromkeys(remover or ["patchmatch"]))
    if weights and len(names) > 1:
        raise typer.BadParameter("--weights is of one remover: name one.")
    with open_workspace(context) as workspace:
        wanted = wanted_views(workspace, group, all_groups, include_automatic)
        tools = _tools(workspace, names, segmenter, dilation, weights, trust_weights)
        measures = RemovalMeasures(pulled_models(workspace.settings) if models else None)
        summaries = []
        for way in tools:
            steps = remove(workspace, way, wanted, measures, retry_failed=retry_failed)
            summaries.append(follow(steps))
            _say(summaries[-1], quiet=as_json)
    if as_json:
        result_json({"objects": len(wanted), "removers": summaries})
    if summaries and not any(_good(each) for each in summaries):
        raise typer.Exit(1)


@commands.command("list")
def list_removals(
    context: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", help="open, accepted, rejected, disputed or flagged.")
    ] = None,
    remover: Annotated[str | None, typer.Option("--remover", help="Only by this remover.")] = None,
    as_json: Json = False,
) -> None:
    """All removals, those of one object together."""
    from dataclasses import asdict

    from curate.workflows import removals

    with open_workspace(context) as workspace:
        found = removals.listed(workspace, state=state, remover=remover)
    if as_json:
        result_json([asdict(each) for each in found])
        return
    from curate.photos.locations import file_name

    rows = [
        (
            str(each.removal)[:8],
            str(each.object_.public_id)[:8],
            each.object_.label,
            file_name(each.uri),
            each.remover,
            each.state,
            ", ".join(each.suggested_reasons),
        )
        for each in found
    ]
    table(("removal", "object", "", "photo", "remover", "state", "numbers suggest"), rows)


@commands.command()
def show(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Start of a removal's or an object's id.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Write photo, mask and all outputs to this picture.")
    ] = None,
    as_json: Json = False,
) -> None:
    """All removals of one object side by side, with their numbers."""
    from dataclasses import asdict

    from curate.workflows import removals

    with open_workspace(context) as workspace:
        found = removals.of_object(workspace, item)
        if to is not None:
            removals.write_report(workspace, found, to)
            say(f"The report is in {to}.")
    result_json([asdict(each) for each in found]) if as_json else _print(found)


@commands.command()
def measure(context: typer.Context, models: Models = True, as_json: Json = False) -> None:
    """Measure again what was measured by earlier measures, or by other models.

    `curate remove` measures what it makes; this is for removals that are older than the program, and for
    those that were made before the offline models were pulled. Decisions stay as they are.
    """
    from curate.workflows.pair_evidence import pulled_models
    from curate.workflows.remeasure import remeasure
    from curate.workflows.removal_measuring import RemovalMeasures

    with open_workspace(context) as workspace:
        measures = RemovalMeasures(pulled_models(workspace.settings) if models else None)
        summary = follow(remeasure(workspace, measures))
    for problem in summary["problems"]:
        say(problem)
    if as_json:
        result_json(summary)
    else:
        result(f"{count(summary['measured'], 'removal')} measured.")
    if summary["problems"]:
        raise typer.Exit(1)


def _tools(
    workspace: Workspace,
    names: Sequence[str],
    segmenter: str,
    dilation: int | None,
    weights: str | None,
    trust_weights: bool,
) -> list[RemovalTools]:
    """All are loaded before the first runs, so that a wrong name costs no hours."""
    from curate.vision.loading import load_remover, load_segmenter
    from curate.workflows.remove import RemovalTools

    settings = workspace.settings
    masks = load_segmenter(
        segmenter, settings.models_dir, device=settings.device, trust_weights=trust_weights
    )
    removers = (
        load_remover(
            name,
            settings.models_dir,
            Path(weights) if weights else None,
            device=settings.device,
            trust_weights=trust_weights,
            outside=settings.removers,
        )
        for name in names
    )
    return [RemovalTools(each, masks, dilation) for each in removers]


def _say(summary: Mapping[str, Any], *, quiet: bool) -> None:
    if not quiet:
        result(f"{count(summary['removals'], 'object')} removed by {summary['remover']}.")
    if there := summary["there"]:
        say(f"{count(there, 'object')} removed in the same way before and left alone.")
    if before := summary["failed_before"]:
        say(f"{count(before, 'object')} failed before and were left alone: --retry-failed tries again.")
    if elsewhere := summary["elsewhere"]:
        say(f"{count(elsewhere, 'object')} left to another command that is working on them.")
    if failed := summary["failed"]:
        say(f"{count(failed, 'object')} failed: `curate failures` says why.")


def _good(summary: Mapping[str, Any]) -> bool:
    return bool(summary["removals"]) or not summary["failed"] + summary["failed_before"]


def _print(found: Sequence[RemovalSummary]) -> None:
    from curate.photos.locations import file_name

    names = list(dict.fromkeys(name for each in found for name in each.numbers))
    rows = [
        ("object", *(str(each.object_.public_id)[:13] for each in found)),
        ("photo", *(file_name(each.uri) for each in found)),
        ("state", *(each.state for each in found)),
        ("seconds", *(f"{each.seconds:.2f}" for each in found)),
        ("suggested reasons", *(", ".join(each.suggested_reasons) for each in found)),
        *((name.replace("_", " "), *(_number(each.numbers.get(name)) for each in found)) for name in names),
    ]
    table(("", *(f"{each.remover} {str(each.removal)[:8]}" for each in found)), rows)


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.3g}"
