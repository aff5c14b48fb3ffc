"""Options that all exports take, and what they print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from curate.cli.context import open_workspace
from curate.cli.output import count, counting, result, result_json, say

if TYPE_CHECKING:
    from curate.workflows.export_options import Exported
    from curate.workspace import Workspace

_Options = TypeVar("_Options")
_NAMED = 10
"""Of what was left out for one reason so many are named."""

Name = Annotated[str, typer.Option("--name", help="Name of the manifest.")]
To = Annotated[Path, typer.Option("--to", help="Folder that gets <name>-<version>.")]
Version = Annotated[str, typer.Option("--version", help="Version of the manifest.")]
IncludeAutomatic = Annotated[
    bool, typer.Option("--include-automatic", help="Use decisions of automatic policies too.")
]
AllowUnknownRights = Annotated[
    bool, typer.Option("--allow-unknown-rights", help="Export photos without a licence on record.")
]
FormatName = Literal["imagefolder", "webdataset", "coco", "diffusers", "musubi-tuner", "ai-toolkit"]
Format = Annotated[FormatName, typer.Option("--format", help="Whose layout the folder has.")]
Shares = Annotated[
    tuple[int, int, int],
    typer.Option(
        "--shares",
        help="Percent per split. A photo keeps that of its first export.",
        metavar="TRAIN VALIDATION TEST",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the split.")]


def write(
    context: typer.Context,
    export: Callable[[Workspace, _Options, Path, Callable[[int, int], None]], Exported],
    options: _Options,
    to: Path,
    what: str,
    as_json: bool,
) -> None:
    """Run an export with a bar on a terminal, and print what came of it; ``what`` may be left out."""
    with open_workspace(context) as workspace, counting("records") as on_step:
        made = export(workspace, options, to.absolute(), on_step)
    tell(made, what, as_json)


def tell(made: Exported, what: str, as_json: bool) -> None:
    """Print what was written and, on standard error, how many of ``what`` were left out and why."""
    from curate.exporters.splits import SPLITS

    for reason, ids in made.left_out.items():
        say(f"{count(len(ids), what)} left out: {reason}.")
        more = f" and {len(ids) - _NAMED} more, which --json lists" if len(ids) > _NAMED else ""
        say(f"  {', '.join(ids[:_NAMED])}{more}")
    for oddity, ids in made.warnings.items():
        say(f"Warning: {count(len(ids), what)} {oddity}: {', '.join(ids)}.")
    written = made.manifest
    if as_json:
        result_json(
            {
                "folder": str(written.directory),
                "content_hash": written.content_hash,
                "counts": dict(written.counts),
                "new": not written.already_there,
                "left_out": dict(made.left_out),
                "warnings": dict(made.warnings),
            }
        )
    else:
        there = " was there already, equal byte for byte" if written.already_there else ""
        splits = ", ".join(f"{written.counts[each]} in {each}" for each in SPLITS if each in written.counts)
        records = f"{count(made.records, 'record')} ({splits})"
        result(f"{written.directory}{there}: {records}, {written.content_hash[:12]}.")
