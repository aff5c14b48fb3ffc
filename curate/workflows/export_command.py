"""What to type to export again what manifests were asked for."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from curate.database.manifest_rows import RegisteredManifest
from curate.exporters.formats.image_folder import IMAGE_FOLDER
from curate.exporters.splits import SHARES
from curate.exporters.tasks import benchmark, insertion_records
from curate.exporters.versions import free_version


def export_again(
    manifests: Iterable[RegisteredManifest], known: Iterable[RegisteredManifest]
) -> Mapping[str, str]:
    """Commands that export what manifests ask for under versions that are free, by their content hashes.

    Those of one name, task and settings share one command, which writes beside the newest of them.

    Args:
        manifests: Oldest first.
        known: All of the workspace, whose versions are taken.
    """
    taken: dict[str, set[str]] = {}
    for each in known:
        taken.setdefault(each.name, set()).add(each.version)
    asked: dict[tuple[str, ...], list[RegisteredManifest]] = {}
    for each in manifests:
        asked.setdefault((each.name, each.task, *_settings(each)), []).append(each)
    commands: dict[str, str] = {}
    for (name, task, *settings), alike in asked.items():
        version = free_version(alike[-1].version, taken.setdefault(name, set()))
        taken[name].add(version)
        where = ("--name", name, "--version", version, "--to", str(alike[-1].directory.parent))
        command = shlex.join(["curate", "export", task, *where, *settings])
        commands |= {each.content_hash: command for each in alike}
    return commands


def _settings(manifest: RegisteredManifest) -> Sequence[str]:
    """The options of a manifest, without those that say how it is called and where it goes."""
    spec, parts = manifest.spec, list[str]()
    if manifest.format != IMAGE_FOLDER.name:
        parts += ["--format", manifest.format]
    asked = {name: spec.get(name) for name in _OPTIONS if (manifest.task, name) not in _FIXED}
    parts += [word for name, value in asked.items() for word in _OPTIONS[name](name, value)]
    for name, rule in (spec.get("rules") or {}).items():
        parts += [_LIMITS[name], str(rule["limit"])]
    if list(spec.get("shares", SHARES)) != list(SHARES):
        parts += ["--shares", *map(str, spec["shares"])]
    return parts


def _flag(name: str, value: object) -> list[str]:
    return [f"--{name.replace('_', '-')}"] if value is True else []


def _no(name: str, value: object) -> list[str]:
    return [f"--no-{name.replace('_', '-')}"] if value is False else []


def _value(name: str, value: object) -> list[str]:
    return [f"--{name.replace('_', '-')}", str(value)] if value is not None else []


def _kinds(name: str, value: Any) -> list[str]:
    return [word for each in value or () for word in ("--kind", each)]


_OPTIONS = {
    "references": _value,
    "at_least": _value,
    "crops": _flag,
    "embedder": _value,
    "captioner": _value,
    "seed": _value,
    "include_automatic": _flag,
    "kinds": _kinds,
    "with_undone": _flag,
    "reviewers": _value,
    "pictures": _no,
}
"""How what a specification names is typed."""
_LIMITS = {
    "smallest_mask": "--min-mask",
    "largest_mask": "--max-mask",
    "lower_border": "--max-border",
    "smallest_effect": "--min-effect",
}
"""Options of the rules that bootstrapped samples keep."""
_FIXED = {
    (benchmark.TASK, "references"),
    (benchmark.TASK, "at_least"),
    (insertion_records.TASK, "at_least"),
}
"""What a specification names and nobody is asked for."""
