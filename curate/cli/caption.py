"""``curate caption``: what models and people say of views, the prompts of the task ``subject``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import RetryFailed, open_workspace
from curate.cli.decide import Reviewer
from curate.cli.output import Json, count, follow, result, result_json, say, table
from curate.cli.view_scope import AllGroups, OneGroup, WithAutomatic, wanted_views

if TYPE_CHECKING:
    from curate.captions import Caption
    from curate.workflows.captions import Captioned

commands = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="caption")


@commands.callback()
def caption(
    context: typer.Context,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="Directory of a transformers image-to-text model (safetensors)."),
    ] = None,
    captioner: Annotated[
        str, typer.Option("--captioner", help="Captioner; see `curate models list`.")
    ] = "transformers",
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="What the model is asked, or goes on from, instead of its own."),
    ] = None,
    group: OneGroup = None,
    all_groups: AllGroups = False,
    include_automatic: WithAutomatic = False,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
) -> None:
    """Let a model describe views: by default all accepted ones. `set` and `show` are for people's own words.

    `transformers` is shown whole photos, `transformers-crop` the boxes, as `--crops` exports them. What the
    same model has described with the same prompt is left alone.
    """
    from curate.vision.loading import load_captioner
    from curate.workflows.caption import caption

    if context.invoked_subcommand:
        _refuse_options(context)
        return
    with open_workspace(context) as workspace:
        wanted = wanted_views(workspace, group, all_groups, include_automatic)
        settings = workspace.settings
        model = load_captioner(captioner, settings.models_dir, weights, settings.device, prompt)
        summary = follow(caption(workspace, model, wanted, retry_failed=retry_failed))
    if as_json:
        result_json(summary)
    _say(summary, quiet=as_json)
    if not summary["captions"] and summary["failed"] + summary["failed_before"]:
        raise typer.Exit(1)


@commands.command("set")
def set_(
    context: typer.Context,
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="Start of an object's id.")],
    text: Annotated[
        str, typer.Argument(help="One line, at most 500 characters; empty takes people's words back.")
    ],
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Describe a view in your own words, which count before a model's; earlier words stay on record.

    They count for its whole photo and for its box, which `--crops` exports: say what holds for both.
    """
    from curate.workflows import captions

    with open_workspace(context) as workspace:
        who = reviewer or workspace.settings.reviewer
        made = captions.write(workspace, captions.object_of(workspace, object_id), text, by=who)
    if as_json:
        result_json(asdict(made))
    else:
        result(f"{str(made.object_id)[:8]} is now: {made.caption.text} ({_source(made.caption)}).")


@commands.command()
def show(
    context: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="OBJECT|GROUP", help="Start of an object's or a group's id.")
    ],
    as_json: Json = False,
) -> None:
    """Captions of a view, or of all views of a group, and who says so."""
    from curate.workflows import captions

    with open_workspace(context) as workspace:
        found = captions.shown(workspace, item)
    result_json([asdict(each) for each in found]) if as_json else _print(found)


def _refuse_options(context: typer.Context) -> None:
    """Options before ``set`` or ``show`` would be lost without a word."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(
                f"Options of `curate caption {context.invoked_subcommand}` stand behind that word."
            )


def _say(summary: Mapping[str, Any], *, quiet: bool) -> None:
    if not quiet:
        result(f"{count(summary['captions'], 'view')} described by {summary['captioner']}.")
    if there := summary["there"]:
        say(f"{count(there, 'view')} described by it before and left alone.")
    if before := summary["failed_before"]:
        say(f"{count(before, 'view')} failed before and were left alone: --retry-failed tries again.")
    if elsewhere := summary["elsewhere"]:
        say(f"{count(elsewhere, 'view')} left to another command that is working on them.")
    if failed := summary["failed"]:
        say(f"{count(failed, 'view')} failed: `curate failures` says why.")


def _print(found: Sequence[Captioned]) -> None:
    rows = [(str(each.object_id)[:8], each.label, each.caption.text, _source(each.caption)) for each in found]
    table(("object", "", "caption", "by"), rows)


def _source(caption: Caption) -> str:
    return caption.by or caption.source
