"""The chain from photos to recurrence groups: ingest, detect, embed, mine, and all of it with run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from curate.cli.context import DetectorWeights, EmbedderWeights, RetryFailed, open_workspace
from curate.cli.mining_words import report_mine
from curate.cli.output import Json, count, follow, result, result_json, say

Source = Annotated[str | None, typer.Option("--source", help="Where the photos come from.")]
Licence = Annotated[str | None, typer.Option("--licence", help="Licence of the photos; needed for export.")]
Consent = Annotated[str | None, typer.Option("--consent", help="Consent of the people in the photos.")]
Paths = Annotated[list[str], typer.Argument(help="Folders, globs, files or fsspec URLs (s3://...).")]
Weights = Annotated[Path | None, typer.Option("--weights", help="Weights file, for models that need one.")]
TrustWeights = Annotated[
    bool, typer.Option("--trust-weights", help="Load a .pt file although loading it can run code.")
]
DetectorName = Annotated[str, typer.Option("--model", help="Detector; see `curate models list`.")]
EmbedderName = Annotated[str, typer.Option("--model", help="Embedder; see `curate models list`.")]


def register(app: typer.Typer) -> None:
    for command in (ingest, detect, embed, mine, run):
        app.command()(command)


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
        _end(follow(ingest(workspace, paths, rights, retry_failed=retry_failed)), as_json, _report_ingest)


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
        _end(follow(detect(workspace, detector, retry_failed=retry_failed)), as_json, _report_detect)


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
        _end(follow(embed(workspace, embedder, retry_failed=retry_failed)), as_json, _report_embed)


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
    min_views: Annotated[int, typer.Option("--min-views", min=1, help="Fewest other views.")] = 3,
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
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="Nearest objects of each that count.")] = 100,
    max_degree: Annotated[
        int, typer.Option("--max-degree", min=1, help="Most edges of one object, against hubs.")
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
    from curate.records import MiningFilter
    from curate.workflows.bands import given_or_default
    from curate.workflows.mine import MiningOptions, mine

    with open_workspace(context) as workspace:
        chosen = given_or_default(workspace, embedder, band)
        if chosen.provenance == "not measured":
            say("The band of this embedder was not measured: look at the groups and set --band LOW HIGH.")
        kept = MiningFilter(min_confidence, min_share, max_share, min_side, tuple(sorted(set(exclude or ()))))
        options = MiningOptions(
            chosen, kept, rule, min_views, max_size, near_duplicate_distance, recall, top_k, max_degree
        )
        steps = mine(
            workspace,
            options,
            detector=detector,
            embedder=embedder,
            memory=_as_bytes(memory),
            notice=say,
        )
        _end(follow(steps), as_json, report_mine)


def _as_bytes(text: str) -> int:
    """``8G``, ``500MB``, ``2GiB``: a number of bytes."""
    from pydantic import ByteSize, TypeAdapter, ValidationError

    try:
        return TypeAdapter(ByteSize).validate_python(text)
    except ValidationError:
        raise typer.BadParameter(f"{text!r} is no amount of memory: type --memory 8G.") from None


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

    Interrupted and run again, it goes on where it was.
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
        )
        summaries = {}
        for stage, steps in chain:
            summaries[stage] = follow(steps)
            if not as_json:
                REPORTS[stage](summaries[stage])
            _say_failures(summaries[stage])
    if as_json:
        result_json(summaries)
    _exit_if_all_failed(summaries["ingest"])


def _end(summary: Mapping[str, Any], as_json: bool, report: Callable[[Mapping[str, Any]], None]) -> None:
    """Print the result of one stage, say what failed, and exit 1 only if not one input was good."""
    if as_json:
        result_json(summary)
    else:
        report(summary)
    _say_failures(summary)
    _exit_if_all_failed(summary)


def _report_ingest(summary: Mapping[str, Any]) -> None:
    filled = summary["rights_recorded"]
    said = f" Rights that were not known are on record now, of {count(filled, 'photo')}." if filled else ""
    if summary["like_taken_down"]:
        alike = count(summary["like_taken_down"], "new photo looks", "new photos look")
        say(f"Warning: {alike} like one that was taken down: type `curate failures --stage takedown`.")
    if summary["new"] or summary["same_bytes_elsewhere"]:
        result(
            f"{count(summary['new'], 'new photo')}, {summary['already_here']} already here, "
            f"{summary['same_bytes_elsewhere']} with the same bytes as another.{said}"
        )
    elif summary["already_here"]:
        nothing = "No new photo" if filled else "Nothing new"
        result(f"{nothing}: {count(summary['already_here'], 'photo')} already here.{said}")
    elif not summary["failed"] and not summary["failed_before"]:
        result(f"No photo was found; {count(summary['not_photos'], 'other file')} left alone.")


def _report_detect(summary: Mapping[str, Any]) -> None:
    photos = count(summary["photos"], "photo")
    result(f"{count(summary['objects'], 'object')} in {photos} by {summary['detector']}.")


def _report_embed(summary: Mapping[str, Any]) -> None:
    photos = count(summary["photos"], "photo")
    result(f"{count(summary['objects'], 'vector')} for {photos} by {summary['embedder']}.")


def _say_failures(summary: Mapping[str, Any]) -> None:
    if before := summary.get("failed_before"):
        say(f"{count(before, 'input')} failed before and were left alone: --retry-failed tries again.")
    if elsewhere := summary.get("elsewhere"):
        say(f"{count(elsewhere, 'photo')} left to another command that is working on them.")
    if failed := summary.get("failed"):
        say(f"{count(failed, 'input')} failed: `curate failures` says why.")


def _exit_if_all_failed(summary: Mapping[str, Any]) -> None:
    good = sum(summary.get(kind, 0) for kind in ("new", "already_here", "same_bytes_elsewhere", "photos"))
    if not good and (summary.get("failed") or summary.get("failed_before")):
        raise typer.Exit(1)


REPORTS = {"ingest": _report_ingest, "detect": _report_detect, "embed": _report_embed, "mine": report_mine}
