"""What the stages from photos to recurrence groups say when they have ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import typer

from curate.cli.mining_words import report_mine
from curate.cli.output import count, result, result_json, say


def end(summary: Mapping[str, Any], as_json: bool, report: Callable[[Mapping[str, Any]], None]) -> None:
    """Print the result of one stage, say what failed, and exit 1 only if not one input was good."""
    if as_json:
        result_json(summary)
    else:
        report(summary)
    say_failures(summary)
    exit_if_all_failed(summary)


def report_ingest(summary: Mapping[str, Any]) -> None:
    """How many photos came in, and how many were here."""
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


def report_detect(summary: Mapping[str, Any]) -> None:
    """How many objects which detector found."""
    photos = count(summary["photos"], "photo")
    result(f"{count(summary['objects'], 'object')} in {photos} by {summary['detector']}.")


def report_embed(summary: Mapping[str, Any]) -> None:
    """How many vectors which embedder made."""
    photos = count(summary["photos"], "photo")
    result(f"{count(summary['objects'], 'vector')} for {photos} by {summary['embedder']}.")


def say_failures(summary: Mapping[str, Any]) -> None:
    """What of a stage has no result, and what to type for it."""
    if before := summary.get("failed_before"):
        were = "was" if before == 1 else "were"
        say(f"{count(before, 'input')} failed before and {were} left alone: --retry-failed tries again.")
    if elsewhere := summary.get("elsewhere"):
        say(f"{count(elsewhere, 'photo')} left to another command that is working on them.")
    if failed := summary.get("failed"):
        say(f"{count(failed, 'input')} failed: `curate failures` says why.")


def exit_if_all_failed(summary: Mapping[str, Any]) -> None:
    """Exit 1 if not one input was good."""
    good = sum(summary.get(kind, 0) for kind in ("new", "already_here", "same_bytes_elsewhere", "photos"))
    if not good and (summary.get("failed") or summary.get("failed_before")):
        raise typer.Exit(1)


REPORTS = {"ingest": report_ingest, "detect": report_detect, "embed": report_embed, "mine": report_mine}
