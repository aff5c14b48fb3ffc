"""Options that all exports take, and what they print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from curate.cli.context import open_workspace
from curate.cli.output import count, counting, result, result_json, say, some_ids

if TYPE_CHECKING:
    from curate.workflows.export_options import Exported
    from curate.workspace import Workspace

_Options = TypeVar("_Options")

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
AnyTaskFormat = Annotated[
    Literal["imagefolder", "webdataset"], typer.Option("--format", help="Whose layout the folder has.")
]
"""Of tasks that are no edits of one picture into another, so that other layouts have no place for them."""
Shares = Annotated[
    tuple[int, int, int],
    typer.Option(
        "--shares",
        help="Percent per split. A photo keeps that of its first export.",
        metavar="TRAIN VALIDATION TEST",
    ),
]
Crops = Annotated[bool, typer.Option("--crops", help="Export the boxes instead of whole photos.")]
WhoseCaptions = Annotated[
    str | None, typer.Option("--captioner", help="Whose captions, if several captioners ran.")
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
    from curate.workflows.kept_shares import shares_warning

    with open_workspace(context) as workspace, counting("records") as on_step:
        made = export(workspace, options, to.absolute(), on_step)
        shares = shares_warning(workspace, made.manifest.content_hash)
    tell(made, what, as_json, shares)


def tell(made: Exported, what: str, as_json: bool, shares: str | None = None) -> None:
    """Print what was written and, on standard error, how many of ``what`` were left out and why.

    ``shares`` is what became of those that were asked for.
    """
    from curate.exporters.splits import SPLITS

    for reason, ids in made.left_out.items():
        say(f"{count(len(ids), what)} left out: {reason}.")
        say(f"  {some_ids(ids)}")
    for oddity, ids in made.warnings.items():
        say(f"Warning: {count(len(ids), what)} {oddity}: {some_ids(ids)}.")
    if shares:
        say(f"Warning: {shares}")
    written = made.manifest
    if unsaid := _unsaid(written.directory):
        say(f"Warning: {unsaid}")
    if as_json:
        result_json(
            {
                "folder": str(written.directory),
                "content_hash": written.content_hash,
                "counts": dict(written.counts),
                "new": not written.already_there,
                "left_out": dict(made.left_out),
                "warnings": dict(made.warnings),
                "shares": shares,
                "unsaid": unsaid,
            }
        )
    else:
        there = " was there already, equal byte for byte" if written.already_there else ""
        splits = ", ".join(f"{written.counts[each]} in {each}" for each in SPLITS if each in written.counts)
        records = f"{count(made.records, 'record')} ({splits})"
        result(f"{written.directory}{there}: {records}, {written.content_hash[:12]}.")


def _unsaid(directory: Path) -> str | None:
    """What trainers that read the written folder are not told of its records."""
    from curate.exporters.formats.registry import FORMATS
    from curate.exporters.tasks.registry import TASKS
    from curate.exporters.verify import read_manifest

    manifest = read_manifest(directory)
    return FORMATS[manifest.format].unsaid(TASKS[manifest.task], manifest.parameters)
