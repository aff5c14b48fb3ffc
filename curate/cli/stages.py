"""The chain from photos to recurrence groups: ingest, detect, embed, mine, and all of it with run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import DetectorWeights, EmbedderWeights, RetryFailed, TrustWeights, open_workspace
from curate.cli.mine import mine
from curate.cli.output import Json, follow, result_json, say
from curate.cli.stage_words import (
    REPORTS,
    end,
    exit_if_all_failed,
    report_detect,
    report_embed,
    report_ingest,
    say_failures,
)
from curate.cli.usage import BandCommand

Source = Annotated[str | None, typer.Option("--source", help="Where the photos come from.")]
Licence = Annotated[str | None, typer.Option("--licence", help="Licence of the photos; needed for export.")]
Consent = Annotated[str | None, typer.Option("--consent", help="Consent of the people in the photos.")]
Paths = Annotated[list[str], typer.Argument(help="Folders, globs, files or fsspec URLs (s3://...).")]
Weights = Annotated[Path | None, typer.Option("--weights", help="Weights file, for models that need one.")]
DetectorName = Annotated[str, typer.Option("--model", help="Detector; see `curate models list`.")]
EmbedderName = Annotated[str, typer.Option("--model", help="Embedder; see `curate models list`.")]


def register(app: typer.Typer) -> None:
    for command in (ingest, detect, embed, run):
        app.command()(command)
    app.command(cls=BandCommand)(mine)


def ingest(
    context: typer.Context,
    paths: Paths,
    source: Source = None,
    licence: Licence = None,
    consent: Consent = None,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
) -> None:
    """Take photos in. They stay where they are.

    Kept are identity by content, upright size, EXIF, perceptual hash, rights and a thumbnail.
    """
    from curate.records import PhotoRights
    from curate.workflows.ingest import ingest

    with open_workspace(context) as workspace:
        rights = PhotoRights(source, licence, consent)
        end(follow(ingest(workspace, paths, rights, retry_failed=retry_failed)), as_json, report_ingest)


def detect(
    context: typer.Context,
    model: DetectorName = "nanodet",
    weights: Weights = None,
    trust_weights: TrustWeights = False,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
) -> None:
    """Find the objects in new photos."""
    from curate.vision.loading import load_detector
    from curate.workflows.detect import detect

    with open_workspace(context) as workspace:
        settings = workspace.settings
        detector = load_detector(
            model, settings.models_dir, weights, device=settings.device, trust_weights=trust_weights
        )
        end(follow(detect(workspace, detector, retry_failed=retry_failed)), as_json, report_detect)


def embed(
    context: typer.Context,
    model: EmbedderName = "sscd",
    weights: Weights = None,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
) -> None:
    """Give every new object a vector."""
    from curate.vision.loading import load_embedder
    from curate.workflows.embed import embed

    with open_workspace(context) as workspace:
        settings = workspace.settings
        embedder = load_embedder(model, settings.models_dir, weights, device=settings.device)
        end(follow(embed(workspace, embedder, retry_failed=retry_failed)), as_json, report_embed)


def run(
    context: typer.Context,
    paths: Paths,
    source: Source = None,
    licence: Licence = None,
    consent: Consent = None,
    detector: Annotated[
        str, typer.Option("--detector", help="Detector; see `curate models list`.")
    ] = "nanodet",
    embedder: Annotated[str, typer.Option("--embedder", help="Embedder; see `curate models list`.")] = "sscd",
    detector_weights: DetectorWeights = None,
    embedder_weights: EmbedderWeights = None,
    retry_failed: RetryFailed = False,
    as_json: Json = False,
) -> None:
    """Ingest, detect, embed and mine in a row.

    Interrupted and run again, it goes on where it was. It mines with the options of the latest run.
    """
    from curate.records import PhotoRights
    from curate.workflows.run import run

    with open_workspace(context) as workspace:
        rights = PhotoRights(source, licence, consent)
        chain = run(
            workspace,
            paths,
            rights,
            detector=detector,
            embedder=embedder,
            detector_weights=detector_weights,
            embedder_weights=embedder_weights,
            retry_failed=retry_failed,
            notice=say,
        )
        summaries = {}
        for stage, steps in chain:
            summaries[stage] = follow(steps)
            if not as_json:
                REPORTS[stage](summaries[stage])
            say_failures(summaries[stage])
    if as_json:
        result_json(summaries)
    exit_if_all_failed(summaries["ingest"])
