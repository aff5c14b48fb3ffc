"""README.md of a manifest: what is inside, for people and for the Hugging Face hub."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from curate.exporters.contents import Contents
from curate.exporters.formats.format import Format
from curate.exporters.hub_configs import hub_configs
from curate.exporters.layout import TABLE
from curate.exporters.licences import hub_licence
from curate.exporters.provenance_words import decisions_sentence
from curate.exporters.splits import SPLITS
from curate.exporters.tasks.task import Task
from curate.manifest_records import ManifestSpec, Provenance

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def dataset_card(
    task: Task, layout: Format, spec: ManifestSpec, contents: Contents, files: Mapping[str, str]
) -> str:
    """Markdown with the hub's YAML header; ``files`` has the sha256 by path, of all tables at least."""
    words, counts, licences = task.card, contents.counts(), contents.licences()
    return "\n".join(
        [
            "---",
            f"pretty_name: {json.dumps(f'{spec.name} {spec.version}', ensure_ascii=False)}",
            f"license: {hub_licence(licences)}",
            "task_categories:",
            f"- {words.category}",
            "size_categories:",
            f"- {next((name for limit, name in _SIZES if contents.tally.records < limit), '1M<n<10M')}",
            "tags:",
            f"- {words.tag}",
            "- recurate",
            *hub_configs(task, layout, contents, files),
            "---",
            "",
            f"# {_inline(spec.name)} {_inline(spec.version)}",
            "",
            words.summary(contents.tally),
            "",
            *_table(("split", "records"), [(split, counts[split]) for split in SPLITS if counts.get(split)]),
            "",
            words.counts.format_map(Counter(counts)),
            "",
            "## Load",
            layout.loading(task),
            *_unsaid(layout.unsaid(task, spec.parameters)),
            "`curate verify path/to/this/folder` proves that nothing was changed since the export.",
            "",
            *_masks(layout.masks(task)),
            f"## Columns of {TABLE if layout.canonical else 'records/*.parquet'}",
            *_table(("column", "meaning"), [(f"`{each.name}`", each.meaning) for each in task.columns]),
            "",
            "## Licences",
            *_table(("licence", "photos"), [(_inline(name), n) for name, n in sorted(licences.items())]),
            "",
            words.rights,
            "",
            "## Decisions",
            decisions_sentence(spec.provenance),
            "",
            *_models(spec.provenance),
            *_mining(spec.provenance),
            "## How it was made",
            words.making,
            "",
            "The export was asked for",
            "",
            *_json(dict(spec.parameters)),
            "## Known limits",
            words.limits,
            "",
        ]
    )


def _unsaid(what: str | None) -> list[str]:
    return ["", f"**{what}**", ""] if what else []


def _masks(masks: Mapping[str, str]) -> list[str]:
    if not masks:
        return []
    rows = [
        (f"`{name.removesuffix('_file_name')}`", meaning.replace("|", r"\|"))
        for name, meaning in masks.items()
    ]
    return ["## Masks", *_table(("picture", "values"), list(rows)), ""]


def _models(provenance: Provenance) -> list[str]:
    if not provenance.models:
        return []
    head = ("role", "model", "fingerprint")
    return [
        *_table(
            head, [(each.role, _inline(each.name), f"`{each.fingerprint}`") for each in provenance.models]
        ),
        "",
    ]


def _mining(provenance: Provenance) -> list[str]:
    if not provenance.mining:
        return []
    return ["Groups were first found by mining with", "", *_json([dict(each) for each in provenance.mining])]


def _json(value: object) -> list[str]:
    return ["```json", json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False), "```", ""]


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> list[str]:
    return [f"| {' | '.join(map(str, row))} |" for row in (head, ("---",) * len(head), *rows)]


def _inline(text: str) -> str:
    """User text on one line, with the characters escaped that would break out of a table or a heading."""
    return re.sub(r"([\\|`*_<>\[\]#])", r"\\\1", " ".join(text.split()))
