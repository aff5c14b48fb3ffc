"""``curate export`` and ``curate verify``: approved sets as training manifests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, say

if TYPE_CHECKING:
    from curate.workflows.export_options import Exported

commands = typer.Typer(no_args_is_help=True, help="Write what people approved as a training manifest.")

_Name = Annotated[str, typer.Option("--name", help="Name of the manifest.")]
_To = Annotated[Path, typer.Option("--to", help="Folder that gets <name>-<version>.")]
_Version = Annotated[str, typer.Option("--version", help="Version of the manifest.")]
_IncludeAutomatic = Annotated[
    bool, typer.Option("--include-automatic", help="Use decisions of automatic policies too.")
]
_AllowUnknownRights = Annotated[
    bool, typer.Option("--allow-unknown-rights", help="Export photos without a licence on record.")
]
_Shares = Annotated[
    tuple[int, int, int],
    typer.Option(
        "--shares",
        help="Percent per split. A photo keeps that of its first export.",
        metavar="TRAIN VALIDATION TEST",
    ),
]
_Seed = Annotated[int, typer.Option("--seed", help="Seed of the split.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="export")
    app.command()(verify)


@commands.command()
def subject(
    context: typer.Context,
    name: _Name,
    to: _To,
    version: _Version = "1",
    references: Annotated[int, typer.Option("--references", min=1, help="References per target.")] = 3,
    at_least: Annotated[
        int | None, typer.Option("--at-least", min=1, help="Accept records with fewer references.")
    ] = None,
    include_automatic: _IncludeAutomatic = False,
    allow_unknown_rights: _AllowUnknownRights = False,
    crops: Annotated[bool, typer.Option("--crops", help="Export the boxes instead of whole photos.")] = False,
    shares: _Shares = (80, 10, 10),
    seed: _Seed = 0,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    as_json: Json = False,
) -> None:
    """For subject-driven generation.

    Each record is a target photo, a caption and references of the same thing from other photos.
    """
    from curate.workflows.export import SubjectOptions, export_subject

    options = SubjectOptions(
        name=name,
        version=version,
        references=references,
        at_least=at_least,
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        crops=crops,
        shares=shares,
        seed=seed,
        embedder=embedder,
    )
    with open_workspace(context) as workspace:
        made = export_subject(workspace, options, to.absolute())
    _tell(made, "object", as_json)


@commands.command()
def insertion(
    context: typer.Context,
    name: _Name,
    to: _To,
    version: _Version = "1",
    references: Annotated[
        int, typer.Option("--references", min=1, help="References per target; views with fewer are left out.")
    ] = 3,
    include_automatic: _IncludeAutomatic = False,
    allow_unknown_rights: _AllowUnknownRights = False,
    shares: _Shares = (80, 10, 10),
    seed: _Seed = 0,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose similarities choose references.")
    ] = None,
    as_json: Json = False,
) -> None:
    """For object insertion with references, from accepted views and accepted removals of them.

    Each record is a target photo, the same photo without the object, the object's mask and box, and
    references of the same thing from other photos. Of several accepted removals the last accepted counts.
    """
    from curate.workflows.export_insertion import export_insertion
    from curate.workflows.view_selection import ViewOptions

    options = ViewOptions(
        name=name,
        version=version,
        references=references,
        include_automatic=include_automatic,
        allow_unknown_rights=allow_unknown_rights,
        shares=shares,
        seed=seed,
        embedder=embedder,
    )
    with open_workspace(context) as workspace:
        made = export_insertion(workspace, options, to.absolute())
    _tell(made, "object", as_json)


def _pair_command(task: Literal["removal", "insertion-pairs"], text: str) -> None:
    """The command that exports accepted pairs as ``task``."""

    @commands.command(task, help=text)
    def export(
        context: typer.Context,
        name: _Name,
        to: _To,
        version: _Version = "1",
        include_automatic: _IncludeAutomatic = False,
        allow_unknown_rights: _AllowUnknownRights = False,
        shares: _Shares = (80, 10, 10),
        seed: _Seed = 0,
        as_json: Json = False,
    ) -> None:
        from curate.workflows.export_pairs import PairOptions, export_pairs

        options = PairOptions(
            name=name,
            version=version,
            include_automatic=include_automatic,
            allow_unknown_rights=allow_unknown_rights,
            shares=shares,
            seed=seed,
        )
        with open_workspace(context) as workspace:
            made = export_pairs(workspace, task, options, to.absolute())
        _tell(made, "pair", as_json)


_pair_command(
    "removal",
    """For object removal, from accepted counterfactual pairs.

    Each record is a photo with an object, the object's mask, and the photo without it; the mask of its
    shadow and reflections comes along. Pairs of held-out shoots always go to the split test.
    """,
)
_pair_command(
    "insertion-pairs",
    """For object insertion: the same pairs the other way round.

    Each record is the object pasted into the photo without it, the object's mask, and the photo with it,
    whose shadow and reflections are to be learned. Pairs of held-out shoots always go to the split test.
    """,
)


def _tell(made: Exported, what: str, as_json: bool) -> None:
    """Print what was written and, on standard error, how many of ``what`` were left out and why."""
    from curate.exporters.splits import SPLITS

    for reason, ids in made.left_out.items():
        say(f"{count(len(ids), what)} left out: {reason}.")
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


def verify(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Exported manifest.")],
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Check the files; do not ask the database about decisions.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prove that a manifest is untouched and stands.

    Every file is hashed, and the database is asked whether it exported exactly this and whether the
    decisions behind each record still stand.
    """
    from curate.errors import WorkspaceError
    from curate.workflows.verify import verify_manifest

    if files_only:
        verified = verify_manifest(directory, None)
    else:
        try:
            workspace = open_workspace(context)
        except WorkspaceError as error:
            raise WorkspaceError(f"{error} Without one, --files-only checks the files alone.") from error
        with workspace:
            verified = verify_manifest(directory, workspace)
    if as_json:
        result_json(
            {"content_hash": verified.content_hash, "counts": dict(verified.counts), "task": verified.task}
        )
    else:
        checked = "files" if files_only else "files and decisions"
        result(f"{directory} is sound: {checked} checked, {verified.content_hash[:12]}.")
