"""What ``curate mine`` says when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curate.cli.output import count, result, say


def report_mine(summary: Mapping[str, Any]) -> None:
    """What a run found, how far that can be trusted, and what it had no look at."""
    from curate.workflows import mining_waiting

    known = "" if summary["new"] else " (this run was here already)"
    views = f" of {count(summary['views'], 'view')}" if summary["groups"] else ""
    result(
        f"{count(summary['groups'], 'group')}{views}, from "
        f"{count(summary['edges'], 'edge')} between {count(summary['objects'], 'object')}{known}."
    )
    if missing := summary.get("no_groups"):
        say(missing["why"])
        say("This run is the one that is reviewed now: `curate runs` tells how to have an earlier one back.")
    if summary["new"]:
        if joined := summary.get("joined"):
            say(_joined(joined))
            if (outside := joined.get("outside")) and not missing:
                say(outside["why"])
        _say_comparison(summary["comparison"])
        if (above := summary["objects_above_band"]) and not missing:
            say(
                f"{count(above, 'object is', 'objects are')} more similar to something in another photo than "
                "the band allows: such pairs make no group."
            )
        _say_seconds(summary)
    if waiting := mining_waiting.sentence(summary["waiting"]):
        say(waiting)


def _joined(joined: Mapping[str, Any]) -> str:
    """What new objects made of the groups that were mined before."""
    gone = f", {joined['gone_objects']:,} gone" if joined["gone_objects"] else ""
    views = count(joined["groups_with_new_views"], "accepted group has", "accepted groups have")
    still_open = joined["open_groups_with_new_views"]
    others = f", {count(still_open, 'open group has', 'open groups have')} new views" if still_open else ""
    groups = f"{count(joined['groups_new'], 'group')} new, {views} new views"
    return (
        f"{count(joined['new_objects'], 'new object')} compared{gone}: {groups}{others}, "
        f"{joined['groups_unchanged']:,} unchanged, {joined['groups_gone']:,} gone."
    )


def _say_comparison(comparison: Mapping[str, Any]) -> None:
    """How much of what is in the band was found, and what the caps took away."""
    low, high, pairs = (comparison[name] for name in ("recall_low", "recall_high", "sampled_pairs"))
    if low < 1 and not pairs:
        drawn = count(comparison["sampled_vectors"], "object")
        were = "was" if comparison["sampled_vectors"] == 1 else "were"
        say(f"{drawn} drawn at random {were} compared with all: nothing in the band is among their pairs.")
        return
    if low < 1:
        say(
            f"Found {comparison['recall']:.2%} of {count(pairs, 'pair')} in the band of objects that were "
            f"drawn at random and compared with all: of all pairs {low:.2%} to {high:.2%}, "
            "with 95 % confidence."
        )
    else:
        say("Every two objects were compared: nothing in the band was missed.")
    if not comparison["reached"]:
        say(
            f"{count(pairs, 'pair is', 'pairs are')} too few to tell --recall: there are hardly more, or ask "
            "for less. "
            "--recall 1 compares every two objects."
        )
    if comparison["edges_dropped"]:
        hubs = comparison["hubs"]
        advice = (
            f"{count(hubs, 'object')} would have more than --max-degree, `curate analyse` names such hubs."
            if hubs
            else "where that is much, narrow --band or raise --top-k."
        )
        say(
            f"Left out {count(comparison['edges_dropped'], 'edge')} of objects with more than --top-k: "
            f"{advice}"
        )


def _say_seconds(summary: Mapping[str, Any]) -> None:
    seconds = {name: value for name, value in summary["seconds"].items() if name != "of_compare"}
    compared = seconds.pop("compare")
    say(f"Compared in {compared:.1f} s{_way(summary['comparison'])}, the rest {sum(seconds.values()):.1f} s.")


def _way(comparison: Mapping[str, Any]) -> str:
    """`` (400 cells, bfloat16, 96 of 512 numbers)``; nothing where every two whole vectors were compared."""
    width, dimension = comparison["width"], comparison["dimension"]
    if comparison["cells"] == 1 and width == dimension:
        return ""
    numbers = f"{width} of {dimension} numbers" if width < dimension else f"{dimension} numbers"
    return f" ({count(comparison['cells'], 'cell')}, {comparison['arithmetic']}, {numbers})"
