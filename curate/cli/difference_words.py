"""How ``curate manifests diff`` speaks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from curate.cli.output import result
from curate.exporters.value_words import name_words, value_words

if TYPE_CHECKING:
    from curate.exporters.open_manifest import OpenManifest
    from curate.workflows.difference_reasons import Explained

_SHOWN = 20


def tell(before: OpenManifest, after: OpenManifest, found: Iterable[Explained]) -> None:
    """Counts first, then the first of each kind."""
    from curate.exporters.difference import KINDS

    counts: Counter[str] = Counter()
    why: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    lines: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for each in found:
        kind = each.change.kind
        counts[kind] += 1
        why[kind].update({reason.why for reason in each.reasons})
        if len(lines[kind]) < _SHOWN:
            lines[kind].append(f"  {each.change.key[:8]}: {'; '.join(map(str, each.reasons))}")
    _tell_counts(before, after, counts)
    for kind in KINDS:
        for reason, number in why[kind].most_common():
            result(f"{kind}, {reason}: {number}")
    for kind in KINDS:
        if lines[kind]:
            result(f"{kind.capitalize()}, by {name_words(_about(before))}:")
            for line in lines[kind]:
                result(line)
            if counts[kind] > _SHOWN:
                result(f"  and {counts[kind] - _SHOWN} more: --json lists all")


def _tell_counts(before: OpenManifest, after: OpenManifest, counts: Mapping[str, int]) -> None:
    from curate.exporters.difference import differing_parameters

    totals = _totals(before, after, counts)
    result(
        f"{before.called} -> {after.called} ({before.task.name}): {totals['went']} went, "
        f"{totals['came']} came, {totals['changed']} changed, {totals['unchanged']} are the same."
    )
    for name, (one, other) in differing_parameters(before, after).items():
        result(f"Asked for differently: {name_words(name)} {value_words(one)} -> {value_words(other)}")


def tell_json(before: OpenManifest, after: OpenManifest, found: Iterable[Explained]) -> None:
    """One JSON document, written while it is made: there may be a million changes."""
    from curate.exporters.difference import differing_parameters

    counts: Counter[str] = Counter()
    print('{"changes": [', end="")
    for number, each in enumerate(found):
        counts[each.change.kind] += 1
        print(
            ",\n" if number else "\n",
            json.dumps(_told(each), sort_keys=True, ensure_ascii=False),
            sep="",
            end="",
        )
    rest = {
        "before": _named(before),
        "after": _named(after),
        "asked_differently": {name: list(both) for name, both in differing_parameters(before, after).items()},
        "counts": _totals(before, after, counts),
        "key": _about(before),
    }
    print("\n], " + json.dumps(rest, sort_keys=True, default=str, ensure_ascii=False)[1:], flush=True)


def _told(each: Explained) -> dict[str, Any]:
    change = each.change
    sides = {"before": change.before, "after": change.after}
    return {
        "key": change.key,
        "change": change.kind,
        "columns": list(change.columns),
        "why": [asdict(reason) for reason in each.reasons],
        **{
            side: {"sample_id": record.sample_id, "split": record.split} if record else None
            for side, record in sides.items()
        },
    }


def _totals(before: OpenManifest, after: OpenManifest, counts: Mapping[str, int]) -> dict[str, int]:
    from curate.exporters.difference import CAME, CHANGED, KINDS
    from curate.workflows.manifests import records_by_split

    held = sum(records_by_split(after.manifest.counts).values())
    found = {kind: counts.get(kind, 0) for kind in KINDS}
    return {**found, "unchanged": held - found[CAME] - found[CHANGED]}


def _named(manifest: OpenManifest) -> dict[str, str]:
    found = manifest.manifest
    return {
        "manifest": manifest.called,
        "content_hash": found.content_hash,
        "folder": str(manifest.directory),
        "format": found.format,
    }


def _about(manifest: OpenManifest) -> str:
    from curate.exporters.difference import key_column

    return key_column(manifest.task.name)
