"""README.md of a manifest: what is inside, for people and for the Hugging Face hub."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from curate.exporters.contents import Contents
from curate.exporters.format import Format
from curate.exporters.layout import TABLE
from curate.exporters.splits import SPLITS
from curate.exporters.task import Task
from curate.records import ManifestSpec

# Identifiers the hub knows under the same name (https://huggingface.co/docs/hub/repositories-licenses).
_HUB_LICENCES = {"apache-2.0", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "mit", "odbl", "pddl"}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def dataset_card(task: Task, layout: Format, spec: ManifestSpec, contents: Contents) -> str:
    """Markdown with the hub's YAML header."""
    words, counts, licences = task.card, contents.counts(), contents.licences()
    return "\n".join(
        [
            "---",
            f"pretty_name: {json.dumps(f'{spec.name} {spec.version}', ensure_ascii=False)}",
            f"license: {_hub_licence(licences)}",
            "task_categories:",
            f"- {words.category}",
            "size_categories:",
            f"- {next((name for limit, name in _SIZES if contents.tally.records < limit), '1M<n<10M')}",
            "tags:",
            f"- {words.tag}",
            "- recurate",
            *(_configs(contents) if layout.canonical else ()),
            "---",
            "",
            f"# {_inline(spec.name)} {_inline(spec.version)}",
            "",
            words.summary(contents.tally),
            "",
            *_table(("split", "records"), [(split, counts[split]) for split in SPLITS if counts.get(split)]),
            "",
            words.counts.format_map(counts),
            "",
            "## Load",
            layout.loading(task),
            "`curate verify path/to/this/folder` proves that nothing was changed since the export.",
            "",
            *_masks(layout.masks(task)),
            "## Columns of metadata.parquet",
            *_table(("column", "meaning"), [(f"`{each.name}`", each.meaning) for each in task.columns]),
            "",
            "## Licences",
            *_table(("licence", "photos"), [(_inline(name), n) for name, n in sorted(licences.items())]),
            "",
            words.rights,
            "",
            "## How it was made",
            words.making,
            "",
            "```json",
            json.dumps(dict(spec.parameters), sort_keys=True, indent=1, ensure_ascii=False),
            "```",
            "",
        ]
    )


def _configs(contents: Contents) -> list[str]:
    """Which files make a split, for ``load_dataset``: it does not list the folder then.

    It takes a table for one of an image folder only if a picture stands beside it.
    """
    lines = ["configs:", "- config_name: default", "  data_files:"]
    for split in contents.splits():
        shown = min((path for path in contents.pictures if path.startswith(f"{split}/")), default=None)
        names = [f"{split}/{TABLE}", *([shown] if shown else [])]
        lines += [f"  - split: {split}", "    path:", *(f"    - {name}" for name in names)]
    return lines


def _masks(masks: Mapping[str, str]) -> list[str]:
    if not masks:
        return []
    rows = [(f"`{name.removesuffix('_file_name')}`", meaning) for name, meaning in masks.items()]
    return ["## Masks", *_table(("picture", "grey values"), list(rows)), ""]


def _hub_licence(licences: Mapping[str, int]) -> str:
    """The hub's identifier if all photos share one it knows."""
    if set(licences) == {"unknown"}:
        return "unknown"
    names = {name.lower() for name in licences}
    return names.pop() if len(names) == 1 and names <= _HUB_LICENCES else "other"


def _table(head: tuple[str, str], rows: list[tuple[str, object]]) -> list[str]:
    return [f"| {left} | {right} |" for left, right in [head, ("---", "---"), *rows]]


def _inline(text: str) -> str:
    """User text on one line, with the characters escaped that would break out of a table or a heading."""
    return re.sub(r"([\\|`*_<>\[\]#])", r"\\\1", " ".join(text.split()))
