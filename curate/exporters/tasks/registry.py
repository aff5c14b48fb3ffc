"""Every task that can be exported and verified."""

from __future__ import annotations

from collections.abc import Mapping

from curate.exporters.tasks.benchmark import BENCHMARK
from curate.exporters.tasks.bootstrap import INSERTION_BOOTSTRAP
from curate.exporters.tasks.decisions import DECISIONS
from curate.exporters.tasks.insertion import INSERTION
from curate.exporters.tasks.insertion_pairs import INSERTION_PAIRS
from curate.exporters.tasks.removal import REMOVAL
from curate.exporters.tasks.subject import SUBJECT
from curate.exporters.tasks.task import Task

TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (SUBJECT, INSERTION, INSERTION_BOOTSTRAP, REMOVAL, INSERTION_PAIRS, BENCHMARK, DECISIONS)
}
