"""``curate analyse``: what recurs in the corpus, and how far the mining can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, counting, result, result_json, say, table

if TYPE_CHECKING:
    from curate.workflows.kept_analyses import Result

_SHOWN = 10
"""Most rows of a table."""
_NAME = 24
"""Most characters of a file's name: more would break the rows of a terminal that is 80 wide."""


def _no_file(path: Path | None) -> Path | None:
    """Refused before the analysis, which takes longer than typing."""
    if path is not None and path.is_file():
        raise typer.BadParameter(f"{path} is a file: name a folder.")
    return path


def register(app: typer.Typer) -> None:
    app.command()(analyse)


def analyse(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder for plots, a page and the numbers.", callback=_no_file),
    ] = None,
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
        report_analysis(found)


def report_analysis(found: Result) -> None:
    """An analysis in sentences and tables that fit a terminal of 80 columns."""
    from curate.workflows import analysis_words as words

    columns = ("", "photos", "objects", "in 1 other", "in 3 others")
    table(columns, [_corpus(row) for row in words.corpora(found)])
    result(words.counted(found))
    result(words.PAPER_NOTE)
    result("Boxes of COCO and Open Images are by people, those of Web by a detector.")
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

    name = row["corpus"].partition(" (")[0]  # whose boxes they are has no room beside so many numbers
    shares = [f"{row[f'with_{k}']['hits']:,}  {share_of(row, k)}" for k in (1, 3)]
    return (name, f"{row['photos']:,}", f"{row['objects']:,}", *shares)


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
        result(f"{count(len(classes) - _SHOWN, 'class', 'classes')} more: --json lists all.")


def _hubs(most: list[Any]) -> None:
    rows = [
        (
            each["object"][:13],
            each["label"],
            f"{each['named_by']:,}",
            f"{each['neighbours']:,}",
            _file_name(each["photo"]) if each["photo"] else "taken down",
        )
        for each in most[: _SHOWN // 2]
    ]
    table(("object", "class", "nearest of", "photos", "of the photo"), rows)


def _file_name(uri: str) -> str:
    """The end of where a photo lies, which --json tells in full."""
    from curate.photos.locations import file_name

    name = file_name(uri)
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"
