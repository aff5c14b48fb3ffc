"""``curate analyse``: what recurs in the corpus, and how far the mining can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, counting, result, result_json, say, table

if TYPE_CHECKING:
    from curate.workflows.kept_analyses import Result

_SHOWN = 10
"""Most rows of a table."""


def register(app: typer.Typer) -> None:
    app.command()(analyse)


def analyse(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="Folder for plots, a page and the numbers.")] = None,
    run: Annotated[
        str | None, typer.Option("--run", help="Start of a mining run's id; default: the latest.")
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, help="Most objects whose nearest are looked for; default: 5000."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what is drawn at random.")] = 0,
    as_json: Json = False,
) -> None:
    """What recurs among the photos: ObjectMate's analysis of a mining run.

    How many objects recur, how similar the nearest are, how right people found pairs, how recurrences grow
    with the corpus, which classes recur, and which objects are everybody's neighbour. The review app shows
    the answer under Progress.
    """
    from curate.workflows.analyse import SAMPLE, AnalysisOptions
    from curate.workflows.analyse import analyse as analyse_run
    from curate.workflows.analysis_files import write_analysis
    from curate.workflows.kept_analyses import with_photos

    options = AnalysisOptions(run, SAMPLE if sample is None else sample, seed)
    with open_workspace(context) as workspace:
        with counting("analyse") as on_progress:
            found = analyse_run(workspace, options, on_progress)
        found = with_photos(workspace, found)
    if to is not None:
        page = write_analysis(found, to)[-1]
        say(f"The plots are in {page}.")
    if as_json:
        result_json(found)
    else:
        _tell(found)


def _tell(found: Result) -> None:
    from curate.workflows import analysis_words as words

    columns = ("", "photos", "objects", "in 1 other photo", "", "in 3 other photos", "")
    table(columns, [_corpus(row) for row in words.corpora(found)])
    result(words.counted(found))
    result(words.PAPER_NOTE)
    result("")
    result(words.nearest(found))
    result(words.precision(found))
    _precision(found["precision"]["points"])
    result(words.growth(found))
    _classes(found["classes"])
    result(words.hubs(found))
    if found["hubs"]["skewness"] is not None:
        _hubs(found["hubs"]["most"])


def _corpus(row: Any) -> tuple[str, ...]:
    from curate.workflows.analysis_words import share_of

    shares = [cell for k in (1, 3) for cell in (f"{row[f'with_{k}']['hits']:,}", share_of(row, k))]
    return (row["corpus"], f"{row['photos']:,}", f"{row['objects']:,}", *shares)


def _precision(points: list[Any]) -> None:
    from curate.workflows.analysis_words import percent

    if points:
        every = -(-len(points) // _SHOWN)
        rows = [
            (
                f"{each['threshold']:g}",
                percent(each["value"]),
                f"{percent(each['low'])} to {percent(each['high'])}",
                f"{each['total']:,}",
            )
            for each in points[::every]
        ]
        table(("similarity of at least", "the same thing", "95 % interval", "pairs"), rows)


def _classes(classes: list[Any]) -> None:
    from curate.workflows.analysis_words import percent

    rows = [
        (
            row["label"],
            f"{row['objects']:,}",
            *(f"{row[k]['hits']:,}  {percent(row[k]['value'])}" for k in ("with_1", "with_3")),
        )
        for row in classes[:_SHOWN]
    ]
    table(("class", "objects", "in 1 other photo", "in 3 other photos"), rows)
    if len(classes) > _SHOWN:
        result(f"{len(classes) - _SHOWN} classes more: --json lists all.")


def _hubs(most: list[Any]) -> None:
    rows = [
        (
            each["object"][:13],
            each["label"],
            each["named_by"],
            each["neighbours"],
            each["photo"] or "taken down",
        )
        for each in most[: _SHOWN // 2]
    ]
    table(("object", "class", "among the 3 nearest of", "other photos with it", "photo"), rows)
