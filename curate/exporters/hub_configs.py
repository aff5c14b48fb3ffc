"""Which files of an export are its data, for ``load_dataset`` and the hub: YAML in the dataset card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from curate.exporters import sums
from curate.exporters.contents import Contents
from curate.exporters.formats.format import Format
from curate.exporters.tasks.task import Task

_NAME = "default"


def hub_configs(task: Task, layout: Format, contents: Contents, files: Mapping[str, str]) -> list[str]:
    """Lines that name the data files of each split; ``files`` has the sha256 by path, of all tables.

    The loader does not list the folder then. It looks into its cache by what stands here alone: without the
    hash of the tables it would give one export for another.
    """
    tables = sums.sums_bytes({path: sha256 for path, sha256 in files.items() if path.endswith(".parquet")})
    told = f"  description: tables {hashlib.sha256(tables).hexdigest()}"
    lines = ["configs:", f"- config_name: {_NAME}", told, "  data_files:"]
    for split in contents.splits():
        names = layout.data_files(contents, split)
        lines += [f"  - split: {split}", "    path:", *(f"    - {name}" for name in names)]
    if features := layout.features(task, contents):
        # JSON is YAML, too.
        told_features = [f"  - {json.dumps(each)}" for each in features]
        lines += ["dataset_info:", f"- config_name: {_NAME}", "  features:", *told_features]
    return lines
