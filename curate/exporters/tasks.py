"""Every task that can be exported and verified."""

from __future__ import annotations

from collections.abc import Mapping

from curate.exporters.benchmark import BENCHMARK
from curate.exporters.bootstrap import INSERTION_BOOTSTRAP
from curate.exporters.decisions import DECISIONS
from curate.exporters.insertion import INSERTION
from curate.exporters.insertion_pairs import INSERTION_PAIRS
from curate.exporters.removal import REMOVAL
from curate.exporters.subject import SUBJECT
from curate.exporters.task import Task

TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (SUBJECT, INSERTION, INSERTION_BOOTSTRAP, REMOVAL, INSERTION_PAIRS, BENCHMARK, DECISIONS)
}
