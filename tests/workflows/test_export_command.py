"""The command that exports a manifest again is one that can be typed."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from curate.cli.app import app
from curate.database.manifest_rows import RegisteredManifest
from curate.exporters.tasks.bootstrap_rules import BootstrapRules
from curate.exporters.tasks.registry import TASKS
from curate.workflows.export_command import export_again


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_exported_again_with_options_that_it_has(task):
    views = {"references": 3, "at_least": 3, "embedder": "e" * 64, "captioner": None}
    own = {
        "subject": views | {"crops": True},
        "benchmark": views | {"crops": True},
        "insertion": views,
        "insertion-bootstrap": {"rules": BootstrapRules().parameters()},
        "decisions": {"kinds": ["pair"], "with_undone": True, "reviewers": "names", "pictures": False},
    }
    spec = {"include_automatic": True, "seed": 7, "shares": [60, 20, 20], **own.get(task, {})}
    spec |= {"near_duplicate_distance": 6, "votes_needed": 1, "votes_asked": 1}
    written, folders = datetime.now(UTC), (Path("/elsewhere/a b-2"), Path("/out/a b-2"))
    exported = RegisteredManifest("0" * 64, "a b", "2", task, "webdataset", spec, {}, folders, written)
    _, *words = shlex.split(export_again(exported))
    assert words[words.index("--version") + 1] == "3"
    assert words[words.index("--to") + 1] == "/out"
    command = typer.main.get_command(app).commands["export"].commands[task]
    context = command.make_context(task, words[2:])  # raises for what it does not know
    told = context.params
    assert (told["seed"], tuple(told["shares"]), told["include_automatic"]) == (7, (60, 20, 20), True)
    assert told.get("references", 3) == 3
