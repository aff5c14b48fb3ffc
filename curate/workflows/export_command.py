"""What to type to export again what a manifest was asked for."""

from __future__ import annotations

import shlex
from typing import Any

from curate.database.manifest_rows import RegisteredManifest
from curate.exporters.formats.image_folder import IMAGE_FOLDER
from curate.exporters.splits import SHARES
from curate.exporters.tasks import benchmark, insertion_records


def export_again(manifest: RegisteredManifest) -> str:
    """The command that exports what a manifest's specification asks for as the next version."""
    spec = manifest.spec
    parts = ["curate", "export", manifest.task, "--name", manifest.name]
    parts += ["--version", _next(manifest.version), "--to", str(manifest.directory.parent)]
    if manifest.format != IMAGE_FOLDER.name:
        parts += ["--format", manifest.format]
    asked = {name: spec.get(name) for name in _OPTIONS if (manifest.task, name) not in _FIXED}
    parts += [word for name, value in asked.items() for word in _OPTIONS[name](name, value)]
    for name, rule in (spec.get("rules") or {}).items():
        parts += [_LIMITS[name], str(rule["limit"])]
    if list(spec.get("shares", SHARES)) != list(SHARES):
        parts += ["--shares", *map(str, spec["shares"])]
    return shlex.join(parts)


def _next(version: str) -> str:
    return str(int(version) + 1) if version.isdecimal() else f"{version}-2"


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
