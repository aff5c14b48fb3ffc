"""The embedded server with real processes: who starts it, who stops it, and what may go wrong."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from curate.database.embedded import EmbeddedPostgres, binaries, files, server, signals, stop
from curate.errors import DatabaseError, WorkspaceError

REPOSITORY = Path(__file__).parents[2]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be or make somebody else")
NOBODY = 65534

USER = """
import os, sys, pathlib
from curate.database.embedded import EmbeddedPostgres
import psycopg, subprocess, sqlalchemy
if len(sys.argv) > 3:  # everything is imported: the interpreter may be closed to the user we become
    os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[3]))
user = EmbeddedPostgres(pathlib.Path(sys.argv[1]), sys.argv[2])
print(user.start(), flush=True)
sys.stdin.readline()
user.close()
"""

HURRY = """
import sys, pathlib, psycopg
from curate.database.embedded import EmbeddedPostgres
for _ in range(5):
    with EmbeddedPostgres(pathlib.Path(sys.argv[1]), sys.argv[2]) as user:
        with psycopg.connect(user.start().replace("+psycopg", "")) as connection:
            connection.execute("INSERT INTO seen DEFAULT VALUES")
"""


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def begin(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def running(directory: Path) -> int | None:
    return signals.server_pid(files.server_files(directory, "id"))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a little data, stopped; making one takes a second, copying it a tenth."""
    directory = tmp_path_factory.mktemp("original")
    with EmbeddedPostgres(directory, "id") as user:
        ask(user.start(), "CREATE TABLE seen (id bigint GENERATED ALWAYS AS IDENTITY)")
        ask(user.start(), "INSERT INTO seen DEFAULT VALUES")
    return directory


@pytest.fixture
def workspace(original: Path, tmp_path: Path) -> Iterator[Path]:
    directory = Path(shutil.copytree(original, tmp_path / "workspace"))
    yield directory
    if directory.exists():
        stop(directory, "id", force=True)


def test_the_last_to_close_stops_the_server(workspace: Path) -> None:
    first, second = EmbeddedPostgres(workspace, "id"), EmbeddedPostgres(workspace, "id")
    assert first.start() == second.start()
    pid = running(workspace)
    first.close()
    assert running(workspace) == pid
    second.close()
    assert running(workspace) is None


def test_paths_with_quotes_spaces_newlines_and_other_letters_work(original: Path, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(original, tmp_path / 'o\'b "$(x)"\n 写真 ü %s' / os.fsdecode(b"\xff")))
    with EmbeddedPostgres(directory, "id") as user:
        assert ask(user.start(), "SELECT count(*) FROM seen") == 1


def test_text_is_utf8_and_order_and_case_do_not_depend_on_the_machine(workspace: Path) -> None:
    with EmbeddedPostgres(workspace, "id") as user:
        assert ask(user.start(), "SELECT lower('ÄÖ') || current_setting('server_encoding')") == "äöUTF8"
        assert ask(user.start(), "SELECT 'Z' < 'a'")
        assert ask(user.start(), "SHOW data_checksums") == "on"
        assert ask(user.start(), "SHOW fsync") == "on"
        assert ask(user.start(), "SHOW listen_addresses") == ""


def test_processes_that_start_and_stop_at_once_do_not_harm_each_other(workspace: Path) -> None:
    users = [begin(HURRY, workspace, "id") for _ in range(4)]
    assert [user.wait() for user in users] == [0, 0, 0, 0]
    assert running(workspace) is None
    with EmbeddedPostgres(workspace, "id") as user:
        assert ask(user.start(), "SELECT count(*) FROM seen") == 21


def test_after_a_killed_user_the_next_one_ends_the_server(workspace: Path) -> None:
    killed = begin(USER, workspace, "id")
    assert killed.stdout
    killed.stdout.readline()
    pid = running(workspace)
    killed.kill()
    killed.wait()
    assert running(workspace) == pid
    with EmbeddedPostgres(workspace, "id"):
        assert running(workspace) == pid
    assert running(workspace) is None


def test_stop_ends_a_server_that_was_left_behind_and_says_so(workspace: Path) -> None:
    killed = begin(USER, workspace, "id")
    assert killed.stdout
    killed.stdout.readline()
    killed.kill()
    killed.wait()
    assert stop(workspace, "id") is True
    assert running(workspace) is None
    assert stop(workspace, "id") is False


def test_stop_refuses_while_a_command_runs_unless_forced(workspace: Path) -> None:
    with EmbeddedPostgres(workspace, "id"):
        with pytest.raises(DatabaseError, match="Another command is using"):
            stop(workspace, "id")
        assert stop(workspace, "id", force=True) is True


def test_a_killed_server_recovers_what_was_committed(workspace: Path) -> None:
    with EmbeddedPostgres(workspace, "id") as user:
        ask(user.start(), "INSERT INTO seen SELECT FROM generate_series(1, 9)")
        pid = running(workspace)
        assert pid
        os.kill(pid, signal.SIGKILL)
        with EmbeddedPostgres(workspace, "id") as second:
            assert ask(second.start(), "SELECT count(*) FROM seen") == 10
    assert running(workspace) is None


def test_a_leftover_pid_file_that_names_somebody_elses_process_is_ignored(workspace: Path) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    pid_file = workspace / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{bystander.pid}\n{workspace}/postgres/data\n1\n5432\n/tmp\n\n1 1\nready\n")
    assert stop(workspace, "id") is False
    with EmbeddedPostgres(workspace, "id") as user:
        assert ask(user.start(), "SELECT count(*) FROM seen") == 1
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_copy_runs_beside_its_running_original(workspace: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(workspace, "id") as user:
        ask(user.start(), "CHECKPOINT")
        copy = Path(shutil.copytree(workspace, tmp_path / "copy"))
        with EmbeddedPostgres(copy, "id") as other:
            assert other.start() != user.start()
            ask(other.start(), "INSERT INTO seen DEFAULT VALUES")
            assert ask(other.start(), "SELECT count(*) FROM seen") == 2
        assert ask(user.start(), "SELECT count(*) FROM seen") == 1


def test_a_moved_workspace_keeps_its_data_and_even_its_running_server(workspace: Path) -> None:
    moved = workspace.with_name("elsewhere")
    with EmbeddedPostgres(workspace, "id") as user:
        workspace.rename(moved)
        with EmbeddedPostgres(moved, "id") as other:
            assert other.start() == user.start()
            assert ask(other.start(), "SELECT count(*) FROM seen") == 1
        moved.rename(workspace)


def test_a_forked_child_cannot_stop_the_server_of_its_parent(workspace: Path) -> None:
    with EmbeddedPostgres(workspace, "id") as user:
        child = os.fork()
        if child == 0:
            user.close()
            os._exit(0)
        os.waitpid(child, 0)
        with EmbeddedPostgres(workspace, "id"):
            pass
        assert ask(user.start(), "SELECT 1") == 1


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(workspace: Path) -> None:
    with EmbeddedPostgres(workspace, "id"):
        pid = running(workspace)
        assert pid
        assert os.getsid(pid) != os.getsid(0)


def test_a_damaged_database_is_an_error_with_the_end_of_the_log(workspace: Path) -> None:
    control = workspace / "postgres" / "data" / "global" / "pg_control"
    control.write_bytes(b"")
    with pytest.raises(DatabaseError, match=r"server\.log(.|\n)*pg_control"):
        EmbeddedPostgres(workspace, "id").start()
    assert running(workspace) is None


def test_a_database_of_another_postgres_is_refused(workspace: Path) -> None:
    (workspace / "postgres" / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseError, match="made by PostgreSQL 16"):
        EmbeddedPostgres(workspace, "id").start()


def test_a_silent_server_is_given_up_with_a_reason(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SILENCE_LIMIT", 0.1)
    lock = server.FileLock(workspace / "postgres" / "server.lock")
    assert lock.try_exclusive()  # as a server in another container would hold it
    with pytest.raises(DatabaseError, match="does not answer here"):
        EmbeddedPostgres(workspace, "id").start()
    lock.unlock()


def test_a_missing_workspace_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="curate init"):
        EmbeddedPostgres(tmp_path / "nowhere", "id")


@AS_ROOT
def test_somebody_elses_workspace_is_refused_by_name(workspace: Path) -> None:
    os.chown(workspace / "postgres", NOBODY, NOBODY)
    with pytest.raises(WorkspaceError, match="belongs to nobody: run the command as that user"):
        EmbeddedPostgres(workspace, "id")
    os.chown(workspace / "postgres", 0, 0)


@AS_ROOT
def test_a_socket_folder_that_somebody_else_made_is_refused(workspace: Path) -> None:
    sockets = files.server_files(workspace, "id").sockets
    sockets.mkdir(parents=True, exist_ok=True)  # left by an earlier folder of the same inode
    os.chown(sockets, 12345, 12345)
    with pytest.raises(DatabaseError, match="made by somebody else"):
        EmbeddedPostgres(workspace, "id").start()
    sockets.rmdir()


@AS_ROOT
def test_as_root_closed_parents_stay_closed(original: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    directory = Path(shutil.copytree(original, closed / "workspace"))
    with EmbeddedPostgres(directory, "id") as user:
        assert ask(user.start(), "SELECT count(*) FROM seen") == 1
        pid = running(directory)
        assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@AS_ROOT
def test_as_root_programs_in_a_closed_folder_are_copied_to_an_open_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = binaries.binaries(None).parents[1]
    closed = tmp_path / "closed"
    shutil.copytree(installed.parent / f"{installed.name}.libs", closed / f"{installed.name}.libs")
    shutil.copytree(installed, closed / installed.name, ignore=shutil.ignore_patterns("pginstall", "include"))
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.setattr(binaries, "CACHE", tmp_path / "cache")
    tmp_path.chmod(0o755)
    with ThreadPoolExecutor(2) as pool:  # two commands at once
        found, again = pool.map(binaries.binaries, [binaries.Account(NOBODY, NOBODY)] * 2)
    assert found == again
    assert found.is_relative_to(tmp_path / "cache")
    shown = subprocess.check_output([found / "postgres", "--version"], text=True)
    assert shown.startswith("postgres (PostgreSQL) 18")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@AS_ROOT
def test_an_ordinary_user_owns_all_of_it() -> None:
    if not Path(binaries.binaries(None)).joinpath("postgres").exists():
        pytest.skip("no programs")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/recurate-test-XXXXXX"], text=True).strip())
    os.chown(folder, NOBODY, NOBODY)
    user = begin(USER, folder, "id", NOBODY)
    assert user.stdout
    assert user.stdin
    assert user.stdout.readline().startswith("postgresql+psycopg://")
    owners = {path.lstat().st_uid for path in folder.rglob("*")}
    user.stdin.close()
    assert user.wait() == 0
    assert owners == {NOBODY}
    shutil.rmtree(folder)


@AS_ROOT
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "none", tmp_path], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(DatabaseError, match="MB left"):
            EmbeddedPostgres(tmp_path, "id").start()
    finally:
        subprocess.run(["umount", tmp_path], check=True)
