"""``curate mine``."""

from __future__ import annotations

from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.mining_words import report_mine
from curate.cli.output import Json, count, follow, say
from curate.cli.stage_words import end

_MEMORY_AT_LEAST = 1_000_000


def mine(
    context: typer.Context,
    band: Annotated[
        tuple[float, float] | None,
        typer.Option(
            "--band", help="Lowest and highest similarity kept; default: the embedder's.", metavar="LOW HIGH"
        ),
    ] = None,
    rule: Annotated[
        str, typer.Option("--rule", help="compact (every member close to every other) or star.")
    ] = "compact",
    min_views: Annotated[int, typer.Option("--min-views", help="Fewest other views; 1 finds pairs.")] = 3,
    max_size: Annotated[int, typer.Option("--max-size", help="Most members of a group.")] = 12,
    min_confidence: Annotated[float, typer.Option("--min-confidence", help="Detector score, 0 to 1.")] = 0.3,
    min_share: Annotated[float, typer.Option("--min-share", help="Smallest box, share of the photo.")] = 0.01,
    max_share: Annotated[float, typer.Option("--max-share", help="Largest box, share of the photo.")] = 0.9,
    min_side: Annotated[float, typer.Option("--min-side", help="Smallest side of a box, pixels.")] = 64,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Label to leave out; repeatable.")
    ] = None,
    near_duplicate_distance: Annotated[
        int,
        typer.Option(
            "--near-duplicate-distance", help="Photos whose hashes differ in at most this many bits are one."
        ),
    ] = 6,
    recall: Annotated[
        float,
        typer.Option("--recall", help="Share of the pairs in the band to find; 1 compares all."),
    ] = 0.999,
    top_k: Annotated[int, typer.Option("--top-k", help="Nearest objects of each that count.")] = 100,
    max_degree: Annotated[
        int, typer.Option("--max-degree", help="Most edges of one object, against hubs.")
    ] = 1000,
    memory: Annotated[
        str, typer.Option("--memory", help="What the comparison may take, such as 8G; beside mapped files.")
    ] = "8G",
    detector: Annotated[
        str | None, typer.Option("--detector", help="Whose objects, if several detectors ran.")
    ] = None,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose vectors, if several embedders ran.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find recurrence groups among all objects.

    A group is the same physical thing in several photos. The same options again do nothing.
    """
    from curate.records import Band, MiningFilter
    from curate.workflows.mine import MiningOptions, mine

    # Before the workspace is looked at: what is wrong with an option is told in an empty one, too.
    kept = MiningFilter(min_confidence, min_share, max_share, min_side, tuple(sorted(set(exclude or ()))))
    given = Band(*band, "given") if band else None
    options = MiningOptions(
        given, kept, rule, min_views, max_size, near_duplicate_distance, recall, top_k, max_degree
    )
    allowed = _as_bytes(memory)
    with open_workspace(context) as workspace:
        steps = mine(workspace, options, detector=detector, embedder=embedder, memory=allowed, notice=say)
        end(follow(steps), as_json, report_mine)


def _as_bytes(text: str) -> int:
    """``8G``, ``500MB``, ``2GiB``: a number of bytes.

    Raises:
        SettingsError: it is none, or so little that a unit was forgotten.
    """
    from pydantic import ByteSize, TypeAdapter, ValidationError

    from curate.errors import SettingsError

    try:
        size = TypeAdapter(ByteSize).validate_python(text)
    except ValidationError:
        raise SettingsError(f"--memory {text!r} is no amount of memory: type it as in --memory 8G.") from None
    if size < _MEMORY_AT_LEAST:
        raise SettingsError(f"--memory {text} is {count(size, 'byte')}: type it as in --memory 8G.")
    return size
