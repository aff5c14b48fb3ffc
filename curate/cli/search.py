"""``curate search``: what looks like this?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import DetectorWeights, EmbedderWeights, open_workspace
from curate.cli.output import Json, result, result_json, table


def register(app: typer.Typer) -> None:
    app.command()(search)


def search(
    context: typer.Context,
    photo_or_object: Annotated[str, typer.Argument(help="A photo file, or the start of an object's id.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most answers per object.")] = 10,
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Only objects with this label; repeatable.")
    ] = None,
    min_score: Annotated[float | None, typer.Option("--min-score", help="Lowest detector score.")] = None,
    detector: Annotated[
        str | None, typer.Option("--detector", help="Whose boxes, if several were used.")
    ] = None,
    detector_weights: DetectorWeights = None,
    embedder_weights: EmbedderWeights = None,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Whose vectors, if several were used.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find what looks like an object or a photo."""
    from curate.workflows.search import SearchOptions, search_object, search_photo

    options = SearchOptions(
        limit, tuple(label or ()), min_score, detector, embedder, detector_weights, embedder_weights
    )
    with open_workspace(context) as workspace:
        is_file = "/" in photo_or_object or Path(photo_or_object).exists()
        find = search_photo if is_file else search_object
        queries = find(workspace, photo_or_object, options)
    if as_json:
        result_json(
            [
                {
                    "box": [query.box.x, query.box.y, query.box.width, query.box.height],
                    "label": query.label,
                    "found": [
                        {
                            "object": str(hit.object_.public_id),
                            "similarity": hit.similarity,
                            "label": hit.object_.label,
                            "photo": hit.uri,
                        }
                        for hit in query.found
                    ],
                }
                for query in queries
            ]
        )
        return
    for query in queries:
        where = f"{query.box.x:.0f},{query.box.y:.0f} {query.box.width:.0f}x{query.box.height:.0f}"
        result(f"like the {query.label} at {where}:")
        rows = [
            (f"{hit.similarity:.3f}", str(hit.object_.public_id)[:13], hit.object_.label, hit.uri)
            for hit in query.found
        ]
        table(("similarity", "object", "label", "photo"), rows)
