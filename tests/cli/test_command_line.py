"""The command line as people and scripts meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from chain import make_workspace
from curate.cli.app import app, main
from curate.cli.reference import markdown


class Done(NamedTuple):
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def process(*arguments: str, cwd: Path) -> Done:
    """A command as a shell runs it."""
    command = [sys.executable, "-m", "curate", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def curate(capfd, monkeypatch):
    """The same without starting Python, which takes longer than most commands."""
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str, cwd: Path, **environment: str) -> Done:
        capfd.readouterr()  # what was written before
        with monkeypatch.context() as patched:
            patched.chdir(cwd)
            patched.setattr(sys, "argv", ["curate", *arguments])
            for name, value in environment.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        return Done(int(ended.value.code or 0), *capfd.readouterr())

    yield run
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    make_workspace(root).close()
    return root


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace for commands that change nothing; its database runs as long."""
    root = tmp_path_factory.mktemp("untouched") / "workspace"
    with make_workspace(root) as opened:
        with opened.transaction():
            pass
        yield root


def test_init_makes_a_workspace_once(tmp_path):
    made = process("init", "work", cwd=tmp_path)
    assert (made.returncode, made.stdout) == (0, f"{tmp_path / 'work' / 'curate.toml'}\n")
    before = (tmp_path / "work" / "curate.toml").read_text()
    assert "nothing was changed" in process("init", "work", cwd=tmp_path).stderr
    assert (tmp_path / "work" / "curate.toml").read_text() == before


def test_help_loads_no_heavy_library():
    code = """
import sys
from curate.cli.app import app
from typer.testing import CliRunner
assert CliRunner().invoke(app, ["--help"]).exit_code == 0
heavy = "torch streamlit alembic qdrant_client qdrant_edge numpy sqlalchemy PIL pyarrow".split()
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_command_has_help_and_stands_in_the_readme():
    rows = markdown().splitlines()[2:]
    assert len(rows) > 25
    assert all(row.split("|")[2].strip() for row in rows)
    readme = Path(__file__).parents[2].joinpath("README.md").read_text()
    assert markdown() in readme


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], "curate init"),
        (["models", "check", "yolo-99"], "yolo-99"),
        (["models", "pull", "guie-vit-h14-290"], "--weights FILE"),
    ],
)
def test_what_cannot_work_is_one_sentence_on_stderr_and_exit_1(tmp_path, arguments, words):
    done = process(*arguments, cwd=tmp_path)
    said = done.stderr + done.stdout
    assert done.returncode == 1
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["detect", "--model", "yolo-99"], "No detector is called 'yolo-99'"),
        (["embed", "--model", "guie-vit-h14-290"], "--weights FILE"),
        (["embed", "--model", "guie-vit-h14-290", "--weights", "nothing.pt"], "not a file"),
        (["mine"], "curate ingest"),
        (["groups", "list"], "curate mine"),
        (["search", "ffff"], "curate embed"),
        (["ingest", "nowhere"], "nowhere"),
        (["verify", "nowhere"], "nowhere"),
        (["annotate", "import", "boxes.json"], "boxes.json"),
        (["decide", "accept", "ffff"], "curate groups list"),
        (["decide", "undo"], "no decision"),
    ],
)
def test_a_command_that_is_too_early_or_mistyped_says_what_to_type(curate, untouched, arguments, words):
    done = curate(*arguments, cwd=untouched)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_usage_error_exits_2():
    assert CliRunner().invoke(app, ["ingest"]).exit_code == 2
    assert CliRunner().invoke(app, ["mine", "--band", "0.4"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["groups", "show", "abc", "--json"], 1, "type `curate mine`."),
        (["pairs", "show", "--json", "abc"], 1, "There is no pair 'abc': type `curate pairs list`."),
        (["mine", "--json", "--band", "0.4"], 2, "--band"),
        (["pairs", "show", "--json", ""], 2, "it is empty"),
        (["pairs", "shoots", "rename", "b\udcfcro", "attic", "--json"], 1, "no UTF-8, and only paths may"),
        (["pairs", "shoots", "rename", "attic", "b\udcfcro", "--json"], 1, "bytes that are no UTF-8"),
    ],
)
def test_an_error_is_told_to_programs_as_json(curate, untouched, arguments, code, words):
    done = curate(*arguments, cwd=untouched)
    assert done.returncode == code
    assert words in json.loads(done.stdout)["error"]
    assert words in done.stderr
    without = curate(*(each for each in arguments if each != "--json"), cwd=untouched)
    assert (without.returncode, without.stdout, without.stderr) == (code, "", done.stderr)


def test_a_good_end_for_programs_has_no_error(curate, untouched):
    assert curate("pairs", "list", "--json", cwd=untouched) == Done(0, "[]\n", "")


def test_results_for_programs_are_json_on_stdout_alone(curate, workspace):
    (workspace / "letter.jpg").write_text("Dear photo")
    done = curate("ingest", "letter.jpg", "--json", cwd=workspace)
    assert json.loads(done.stdout)["failed"] == 1
    assert "1 input failed" in done.stderr
    assert done.returncode == 1  # not one input was good
    chain = curate("run", "letter.jpg", "--json", cwd=workspace)
    assert chain.returncode == 1
    listed = json.loads(curate("failures", "--json", cwd=workspace).stdout)
    assert listed[0]["subject"].endswith("letter.jpg")
    assert json.loads(curate("status", "--json", cwd=workspace).stdout)["failures"] == {"ingest": 1}


def test_a_broken_setting_names_itself(curate, workspace):
    done = curate("status", cwd=workspace, CURATE_WORKERS="many")
    assert done.returncode == 1
    assert "workers" in done.stderr
    with (workspace / "curate.toml").open("a") as toml:
        toml.write("wrokers = 3\n")
    assert "wrokers" in curate("status", cwd=workspace).stderr


def test_a_workspace_is_found_from_a_folder_below_and_by_name(curate, workspace, tmp_path_factory):
    below = workspace / "a" / "b"
    below.mkdir(parents=True)
    assert curate("status", cwd=below).returncode == 0
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert curate("--workspace", str(workspace), "status", cwd=elsewhere).returncode == 0
    assert curate("status", cwd=elsewhere, CURATE_WORKSPACE=str(workspace)).returncode == 0


def test_what_the_program_keeps_is_readable_by_its_owner_only(workspace):
    assert (workspace / ".recurate").stat().st_mode & 0o077 == 0


def test_the_database_server_stops_with_the_last_command(workspace):
    import psutil

    assert process("status", cwd=workspace).returncode == 0
    places = [each.info["cwd"] or "" for each in psutil.process_iter(["cwd"])]
    assert not [place for place in places if place.startswith(str(workspace))]


def test_an_ingest_that_found_no_photo_says_how_many_files_it_left(curate, workspace):
    folder = workspace / "texts"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(name)
    done = curate("ingest", "texts", cwd=workspace)
    assert "No photo was found; 3 other files left alone." in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can give a file to another user.")
def test_settings_that_another_user_laid_down_are_not_obeyed(curate, workspace):
    below = workspace / "below"
    below.mkdir()
    os.chown(workspace / "curate.toml", 12345, 12345)
    for done in (curate("status", cwd=below), curate("--workspace", str(workspace), "status", cwd=below)):
        assert done.returncode == 1
        assert "belongs to another user" in done.stderr


def test_settings_may_hold_secrets_and_are_readable_by_their_owner_only(workspace):
    assert (workspace / "curate.toml").stat().st_mode & 0o777 == 0o600
