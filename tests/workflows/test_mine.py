"""A mining run: its phases, what it keeps on disk meanwhile, and who may work on it."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from chain import last
from curate.cli.app import app
from curate.cli.output import follow
from curate.database import mining
from curate.errors import MemoryLimitError, WorkspaceError
from curate.records import Band, MiningFilter
from curate.workflows.doctor import examine_workspace
from curate.workflows.findings import Finding
from curate.workflows.index_upkeep import rebuild
from curate.workflows.mine import mine
from curate.workflows.mining_options import MiningOptions
from curate.workflows.mining_scratch import held_run, leftovers
from curate.workspace import Workspace
from growing import Growing
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
    folder = leave_half(empty_workspace)
    last(rebuild(empty_workspace))
    (found,) = examine_workspace(empty_workspace)
    assert (found.subject, found.mended) == (str(folder), False)
    assert folder.name == f"join-{last(mine(empty_workspace, EVERYTHING))['run']}"
    assert list(examine_workspace(empty_workspace)) == []


def leave_half(workspace: Workspace, options: MiningOptions = EVERYTHING) -> Path:
    """What a run leaves that is killed when it has read its objects."""
    steps = mine(workspace, options)
    while next(steps).stage != "vectors":
        pass
    steps.close()
    (folder,) = (workspace.data / "scratch").iterdir()
    return folder


def objects_came(growing: Growing, folder: Path) -> None:
    growing.take_in([(100, [1])])


def detector_is_gone(growing: Growing, folder: Path) -> None:
    asked = json.loads((folder / "asked.json").read_text())
    (folder / "asked.json").write_text(json.dumps({**asked, "detector": "0" * 64}))


def killed_while_it_began(growing: Growing, folder: Path) -> None:
    (folder / "asked.json").write_text('{"band": {"lo')


def of_another_program(growing: Growing, folder: Path) -> None:
    asked = json.loads((folder / "asked.json").read_text())
    (folder / "asked.json").write_text(json.dumps({**asked, "bands": 3}))


def called_otherwise(growing: Growing, folder: Path) -> None:
    folder.rename(folder.with_name("join-old"))


def killed_at_the_end(growing: Growing, folder: Path) -> None:
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    last(mine(growing.workspace, EVERYTHING))
    kept.rename(folder)


def of_mining(workspace: Workspace) -> list[Finding]:
    """What the doctor finds, but for the pixels that these photos have not."""
    return [found for found in examine_workspace(workspace) if "curate mine" in found.what]


@pytest.mark.parametrize(
    "event",
    [
        objects_came,
        detector_is_gone,
        killed_while_it_began,
        of_another_program,
        called_otherwise,
        killed_at_the_end,
    ],
)
def test_the_doctor_removes_what_no_run_can_go_on_with(empty_workspace, event):
    growing = Growing(empty_workspace)
    growing.take_in([(n, [n % 2]) for n in range(4)])
    folder = leave_half(empty_workspace)
    (found,) = of_mining(empty_workspace)
    assert (found.subject, found.mended) == (str(folder), False)
    event(growing, folder)
    (found,) = of_mining(empty_workspace)
    assert (found.what, found.mended) == (
        "what a killed `curate mine` left, and no command can go on with",
        True,
    )
    assert list(folder.parent.iterdir()) == []


def test_nothing_is_taken_down_or_mended_while_a_run_goes_on(empty_workspace):
    with held_run(empty_workspace, RUN, silent), pytest.raises(WorkspaceError, match="Another command"):
        list(examine_workspace(empty_workspace))


def test_each_phase_shows_its_progress_and_its_seconds(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    steps = list(mine(empty_workspace, EVERYTHING))
    assert list(dict.fromkeys(step.stage for step in steps)) == [
        "read", "vectors", "cells", "compare", "decide", "group", "store",
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
    assert (found["comparison"]["width"], found["comparison"]["dimension"]) == (8, 8)
    assert list((empty_workspace.data / "scratch").iterdir()) == []
    assert last(mine(empty_workspace, EVERYTHING)) == {**found, "new": False}


EVERY = ("mine", "--band", "-1", "1", "--min-views", "1", "--min-share", "0", "--min-side", "1")
GIVEN = replace(EVERYTHING, band=Band(-1, 1, "given"), filter=MiningFilter(0.3, 0, 0.9, 1))
"""The same."""


def curate(workspace: Workspace, *words: str) -> Result:
    """`curate mine` over all objects, however small."""
    return CliRunner().invoke(app, ["--workspace", str(workspace.root), *EVERY, *words])


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


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["", "json"])
def test_ctrl_c_says_that_the_same_command_goes_on(empty_workspace, tmp_path, words):
    make_removable(empty_workspace, tmp_path / "photos")
    typed = [*EVERY, *words]
    steps = mine(empty_workspace, GIVEN)
    while next(steps).stage != "vectors":
        pass  # from here on whoever mines the same waits
    command = [sys.executable, "-m", "curate", "--workspace", str(empty_workspace.root), *typed]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # What a shell starts in the background ignores the key, and so would whatever that starts.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, **pipes, preexec_fn=heard) as waiting:
        try:
            assert waiting.stderr.readline().startswith("Another command is mining the same")
            waiting.send_signal(signal.SIGINT)
            out, told = waiting.communicate(timeout=60)
        finally:
            waiting.kill()
    steps.close()
    said = "Interrupted. Nothing that was finished is lost: the same command goes on from there."
    assert (waiting.returncode, told) == (130, f"{said}\n")
    assert out == (json.dumps({"error": said}) + "\n" if words else "")
    assert CliRunner().invoke(app, ["--workspace", str(empty_workspace.root), *typed]).exit_code == 0


def test_ctrl_c_ends_what_goes_on_beside_the_steps():
    class Pressed:
        """A step while whose summary is read the key is pressed."""

        @property
        def summary(self) -> None:
            raise KeyboardInterrupt

    ended = []

    def work() -> Iterator[Pressed]:
        try:
            yield Pressed()
        finally:
            ended.append(True)

    steps = work()  # held here, so that only being told ends it
    with pytest.raises(KeyboardInterrupt):
        follow(steps)
    assert ended


def test_too_little_memory_is_one_sentence(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    told = curate(empty_workspace, "--memory", "100M")
    assert isinstance(told.exception, MemoryLimitError)  # these are printed as they are
    assert str(told.exception) == "4 objects need 1.0 GiB of memory, not 0.1: type --memory 2G or more."
    assert (told.exit_code, told.output) == (1, "")
    assert leftovers(empty_workspace) == []  # nothing of it began
    assert curate(empty_workspace, "--memory", "2G").exit_code == 0
    assert curate(empty_workspace, "--memory", "100M").stdout.endswith(" (this run was here already).\n")


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


def test_what_more_memory_can_end_stays_until_then(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    folder = leave_half(empty_workspace)
    with pytest.raises(MemoryLimitError, match="type --memory 2G or more"):
        last(mine(empty_workspace, EVERYTHING, memory=1000))
    run = UUID(folder.name.removeprefix("join-"))
    with pytest.raises(MemoryLimitError), held_run(empty_workspace, run, silent):
        raise MemoryLimitError("no room for the pairs")
    assert leftovers(empty_workspace) == [folder]
    assert last(mine(empty_workspace, EVERYTHING))["new"]
    assert list((empty_workspace.data / "scratch").iterdir()) == []
