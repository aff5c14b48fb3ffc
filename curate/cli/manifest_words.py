"""How ``curate manifests list`` and ``show`` speak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from curate.cli.output import count, result
from curate.exporters.value_words import name_words, value_words

if TYPE_CHECKING:
    from curate.workflows.manifests import ListedManifest, ShownManifest

_SHOWN = 20


def rows(each: ListedManifest) -> Iterator[tuple[object, ...]]:
    """For the table of all manifests: a row for every folder that it was written to."""
    found = each.registered
    records = ", ".join(f"{number} {split}" for split, number in each.records.items())
    written = f"{found.written_at:%Y-%m-%d %H:%M}"
    gone = f", holds {count(each.taken_down, 'photo')} taken down" if each.taken_down else ""
    for folder, state in each.folders.items():
        yield (
            found.called,
            found.content_hash[:12],
            found.task,
            found.format,
            records,
            written,
            folder,
            f"{state}{gone}",
        )


def listed(each: ListedManifest) -> dict[str, Any]:
    """The same for a program."""
    return {
        **each.registered._asdict(),
        "records": each.records,
        "folders": each.folders,
        "taken_down": each.taken_down,
    }


def shown(found: ShownManifest) -> dict[str, Any]:
    """All that is known of a manifest, for a program."""
    stands = None if found.faults is None else not found.faults
    behind = [each._asdict() for each in found.behind]
    return {**asdict(found), "behind": behind, "stands": stands}


def tell_shown(found: ShownManifest) -> None:
    """The same for a person."""
    result(f"{found.called}: {found.task} as {found.format}, {found.content_hash}")
    for folder, state in found.folders.items():
        result(f"Folder: {folder} ({state})")
    if found.written_at:
        result(f"Written: {found.written_at:%Y-%m-%d %H:%M %Z}")
    result(f"Holds: {_numbers(found.counts)}")
    if found.licences is not None:
        result(f"Photos by licence: {_numbers(found.licences)}")
    asked = (f"{name_words(name)}: {value_words(value)}" for name, value in found.parameters.items())
    result(f"Asked for: {'; '.join(asked)}")
    for each in found.behind:
        undone = f", {each.undone} of them undone since" if each.undone else ""
        automatic = each.reviewer_kind == "automatic"
        by = ("automatic policy", "automatic policies") if automatic else ("person", "people")
        made = f"{count(each.decisions, 'decision')} on {each.kind}s"
        result(f"Rests on {made} by {count(each.reviewers, *by)}{undone}")
    if found.taken_down:
        result(f"Taken down since: {count(found.taken_down, 'photo')} of it")
    _tell_standing(found)


def _tell_standing(found: ShownManifest) -> None:
    if found.faults is None:
        result(
            "Whether its records still stand is not known: it was not exported here, or its folder is gone."
        )
    elif not found.faults:
        result("All of its records still stand.")
    else:
        result("No longer as it was exported:")
        for line in _first(f"  {fault}" for fault in found.faults):
            result(line)


def _first(lines: Iterable[str]) -> Iterator[str]:
    lines = list(lines)
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"  and {len(lines) - _SHOWN} more: --json lists all"


def _numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())
