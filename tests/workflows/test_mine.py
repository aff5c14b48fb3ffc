"""A mining run: its phases, what it keeps on disk meanwhile, and who may work on it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from chain import last
from curate.cli.app import app
from curate.database import mining
from curate.errors import SettingsError, WorkspaceError
from curate.workflows.doctor import examine_workspace
from curate.workflows.index_upkeep import rebuild
from curate.workflows.mine import mine
from curate.workflows.mining_scratch import held_run
from curate.workspace import Workspace
from mined_rows import EVERYTHING
from removable import make_removable

RUN = UUID(int=7)


def silent(_: str) -> None:
    raise AssertionError("nobody else is there")


def test_the_folder_of_a_run_is_named_after_it_and_goes_when_all_went_well(empty_workspace):
    with held_run(empty_workspace, RUN, silent) as folder:
        assert folder == empty_workspace.data / "scratch" / f"join-{RUN}"
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "half").write_text("done")
    assert not folder.exists()
    with pytest.raises(FileNotFoundError), held_run(empty_workspace, RUN, silent):
        (folder / "half").write_text("done") and (folder / "other").read_text()
    with held_run(empty_workspace, RUN, silent):
        assert (folder / "half").read_text() == "done"


def test_who_works_on_the_same_run_waits_and_says_so(empty_workspace):
    said: SimpleQueue[str] = SimpleQueue()
    order: list[str] = []

    def second() -> None:
        with Workspace.open(empty_workspace.root) as other, held_run(other, RUN, said.put):
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with held_run(empty_workspace, RUN, silent), held_run(empty_workspace, UUID(int=8), silent):
            waiting = pool.submit(second)
            assert said.get(timeout=60).startswith("Another command is mining the same")
            order.append("first")
        waiting.result(timeout=60)
    assert order == ["first", "second"]


def test_what_a_killed_run_left_is_told_and_goes_with_the_same_run(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    steps = mine(empty_workspace, EVERYTHING)
    while next(steps).stage != "vectors":
        pass
    steps.close()
    last(rebuild(empty_workspace))
    (folder,) = (empty_workspace.data / "scratch").iterdir()
    (found,) = examine_workspace(empty_workspace)
    assert (found.subject, found.mended) == (str(folder), False)
    assert folder.name == f"join-{last(mine(empty_workspace, EVERYTHING))['run']}"
    assert list(examine_workspace(empty_workspace)) == []


def test_nothing_is_taken_down_or_mended_while_a_run_goes_on(empty_workspace):
    with held_run(empty_workspace, RUN, silent), pytest.raises(WorkspaceError, match="Another command"):
        list(examine_workspace(empty_workspace))


def test_each_phase_shows_its_progress_and_its_seconds(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    steps = list(mine(empty_workspace, EVERYTHING))
    assert list(dict.fromkeys(step.stage for step in steps)) == [
        "read", "vectors", "cells", "compare", "group", "store",
    ]  # fmt: skip
    (found,) = (step.summary for step in steps if step.summary)
    phases = found["seconds"]["of_compare"]
    assert list(found["seconds"]) == [
        "candidates", "vectors", "earlier", "compare", "group", "store", "of_compare",
    ]  # fmt: skip
    assert list(phases) == ["read", "cells", "compare", "edges"]
    assert 0 < sum(phases.values()) < found["seconds"]["compare"] + 0.01
    assert found["comparison"]["recall_low"] == 1
    assert found["objects"] == found["views"] == 4
    assert list((empty_workspace.data / "scratch").iterdir()) == []
    assert last(mine(empty_workspace, EVERYTHING)) == {**found, "new": False}


def curate(workspace: Workspace, *words: str) -> Result:
    """`curate mine` over all objects, however small."""
    every = ["mine", "--band", "-1", "1", "--min-views", "1", "--min-share", "0", "--min-side", "1"]
    return CliRunner().invoke(app, ["--workspace", str(workspace.root), *every, *words])


def test_the_command_says_how_much_it_found_and_how_long_it_compared(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    first, again = (curate(empty_workspace) for _ in range(2))
    assert first.stdout == "1 group of 4 views, from 6 edges between 4 objects.\n"
    assert re.fullmatch(
        r"Every two objects were compared: nothing in the band was missed\.\n"
        r"Compared in \d+\.\d s, the rest \d+\.\d s\.\n",
        first.stderr,
    )
    assert (again.exit_code, again.stderr) == (0, "")


def test_too_little_memory_is_one_sentence(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    told = curate(empty_workspace, "--memory", "100M")
    assert isinstance(told.exception, SettingsError)  # these are printed as they are
    assert str(told.exception) == "4 objects need 1.0 GiB of memory, not 0.1: type --memory with more."
    assert (told.exit_code, told.output) == (1, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--top-k", "1"),
            "--top-k 1 is below --max-size 12: a group needs its edges, so type --top-k 12 or more.",
        ),
        (
            ("--max-degree", "99"),
            "--max-degree 99 is below --top-k 100: an object needs its edges, so type --max-degree 100 "
            "or more.",
        ),
    ],
)
def test_caps_that_leave_a_group_too_few_edges_are_named_with_their_numbers(empty_workspace, words, sentence):
    refused = curate(empty_workspace, *words)
    assert (refused.exit_code, str(refused.exception)) == (1, sentence)


def test_stars_of_the_same_objects_are_counted_as_the_one_group_they_are(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    found = last(mine(empty_workspace, replace(EVERYTHING, rule="star")))
    with empty_workspace.transaction() as session:
        assert found["groups"] == len(mining.groups_of_run(session, mining.latest_run(session))) == 1
    assert found["views"] == 4


def test_what_can_never_end_leaves_nothing_behind(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    with pytest.raises(SettingsError, match="type --memory"):
        last(mine(empty_workspace, EVERYTHING, memory=1000))
    assert list((empty_workspace.data / "scratch").iterdir()) == []
