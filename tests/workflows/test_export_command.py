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
    _, *words = shlex.split(export_again([exported], [exported])[exported.content_hash])
    assert words[words.index("--version") + 1] == "3"
    assert words[words.index("--to") + 1] == "/out"
    command = typer.main.get_command(app).commands["export"].commands[task]
    context = command.make_context(task, words[2:])  # raises for what it does not know
    told = context.params
    assert (told["seed"], tuple(told["shares"]), told["include_automatic"]) == (7, (60, 20, 20), True)
    assert told.get("references", 3) == 3


def _written(number: int, name: str, version: str, **settings: int) -> RegisteredManifest:
    folder = Path(f"/out{number}/{name}-{version}")
    written = datetime(2026, 11, 1 + number, tzinfo=UTC)
    return RegisteredManifest(
        str(number), name, version, "subject", "imagefolder", settings, {}, (folder,), written
    )


@pytest.mark.parametrize(
    ("exported", "held", "versions"),
    [
        (["1", "2"], [0], ["3"]),
        (["1", "2", "10"], [0, 1, 2], ["11", "11", "11"]),
        (["1", "first", "first-2"], [1], ["first-3"]),
    ],
)
def test_the_version_to_type_is_free(exported, held, versions):
    known = [_written(number, "jugs", version, seed=3) for number, version in enumerate(exported)]
    known.append(_written(8, "vases", "40", seed=3))
    told = export_again([known[number] for number in held], known)
    words = [shlex.split(told[str(number)]) for number in held]
    assert [each[each.index("--version") + 1] for each in words] == versions


def test_one_command_stands_for_all_manifests_of_one_name_and_settings():
    known = [_written(1, "jugs", "1", seed=3), _written(2, "jugs", "2", seed=4)]
    known += [_written(3, "jugs", "3", seed=3), _written(4, "vases", "1", seed=3)]
    told = export_again(known, known)
    assert told["1"] == told["3"] == "curate export subject --name jugs --version 4 --to /out3 --seed 3"
    assert told["2"] == "curate export subject --name jugs --version 5 --to /out2 --seed 4"
    assert told["4"] == "curate export subject --name vases --version 2 --to /out4 --seed 3"
