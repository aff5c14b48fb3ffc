"""README.md of a manifest: what is inside, for people and for the Hugging Face hub."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from curate.exporters.layout import MEANINGS
from curate.exporters.splits import SPLITS
from curate.records import ManifestSpec

# Identifiers the hub knows under the same name (https://huggingface.co/docs/hub/repositories-licenses).
_HUB_LICENCES = {"apache-2.0", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "mit", "odbl", "pddl"}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def dataset_card(
    spec: ManifestSpec, counts: Mapping[str, int], licences: Mapping[str, int], references: tuple[int, int]
) -> str:
    """Markdown with the hub's YAML header.

    Args:
        spec: What was asked for.
        counts: Records per split, ``groups`` and ``photos``.
        licences: Photos per licence.
        references: Fewest and most references of a record.
    """
    fewest, most = references
    records = sum(counts.get(split, 0) for split in SPLITS)
    return "\n".join(
        [
            "---",
            f"pretty_name: {json.dumps(f'{spec.name} {spec.version}', ensure_ascii=False)}",
            f"license: {_hub_licence(licences)}",
            "task_categories:",
            "- text-to-image",
            "size_categories:",
            f"- {next((name for limit, name in _SIZES if records < limit), '1M<n<10M')}",
            "tags:",
            "- subject-driven-generation",
            "- recurate",
            "---",
            "",
            f"# {_inline(spec.name)} {_inline(spec.version)}",
            "",
            f"{records} training samples for subject-driven generation. Each is a target photo, a caption "
            f"and {most if fewest == most else f'{fewest} to {most}'} reference photos of the same physical "
            "thing, found by how alike its views are and accepted by a decision on record.",
            "",
            *_table(("split", "records"), [(split, counts[split]) for split in SPLITS if counts.get(split)]),
            "",
            f"Groups of views: {counts['groups']}. Photos: {counts['photos']}. "
            "No photo and no group is in two splits.",
            "",
            "## Load",
            "```python",
            "from datasets import load_dataset",
            "",
            'samples = load_dataset("imagefolder", data_dir="path/to/this/folder")',
            "```",
            "`target` and `reference` come as pictures; all other columns as they stand below.",
            "`curate verify path/to/this/folder` proves that nothing was changed since the export.",
            "",
            "## Columns of metadata.parquet",
            *_table(("column", "meaning"), [(f"`{name}`", meaning) for name, meaning in MEANINGS.items()]),
            "",
            "## Licences",
            *_table(("licence", "photos"), [(_inline(name), n) for name, n in sorted(licences.items())]),
            "",
            "A record stands under the licences of all its photos. What the people in them agreed to stands "
            "in `consent` and `reference_consents`, as it was stated when the photos were taken in.",
            "",
            "## How it was made",
            "Whole photos that were upright 8-bit sRGB JPEG or PNG without location data are here byte for "
            "byte; everything else was decoded once, turned upright, converted to sRGB and written as PNG. "
            "No file carries location data.",
            "",
            "```json",
            json.dumps(dict(spec.parameters), sort_keys=True, indent=1, ensure_ascii=False),
            "```",
            "",
        ]
    )


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
