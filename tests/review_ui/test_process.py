"""``curate review`` as a process: what it checks, how it ends, what it leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from access_table import more
from chain import make_workspace
from curate.settings import Settings
from curate.workflows import sharing
from curate.workspace import Workspace

LOGIN = {
    "CURATE_PUBLIC_URL": "https://review.lab.org",
    "CURATE_OIDC_METADATA_URL": "https://login.lab.org/.well-known/openid-configuration",
    "CURATE_OIDC_CLIENT_ID": "recurate",
    "CURATE_OIDC_CLIENT_SECRET": "secret",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_workspace(tmp_path / "ws").close()
    return tmp_path / "ws"


def review(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a ``curate review`` that is expected to say no."""
    return subprocess.run(
        [sys.executable, "-m", "curate", "-w", str(root), "review", "--no-browser", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def is_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    said = done.stderr
    return (
        done.returncode == 1
        and said.startswith("Error: ")
        and "Traceback" not in said
        and all(word in said for word in words)
    )


def test_an_app_without_login_listens_on_this_machine_only(root):
    assert is_one_sentence(review(root, "--host", "0.0.0.0"), "--shared")


def test_a_port_in_use_is_named_with_the_next_one(root):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert is_one_sentence(review(root, "--port", str(port)), f"port {port}", f"--port {port + 1}")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, list(LOGIN)),
        ({**LOGIN, "CURATE_OIDC_CLIENT_ID": ""}, ["CURATE_OIDC_CLIENT_ID"]),
        ({**LOGIN, "CURATE_PUBLIC_URL": "http://review.lab.org"}, ["CURATE_PUBLIC_URL", "https://"]),
        ({**LOGIN, "CURATE_PUBLIC_URL": "https://lab.org/review"}, ["CURATE_PUBLIC_URL"]),
        (LOGIN, ["curate people add EMAIL --role admin"]),
    ],
    ids=["nothing", "no client", "unencrypted", "with a path", "no admin"],
)
def test_a_shared_app_says_what_it_lacks(root, environment, words):
    assert is_one_sentence(review(root, "--shared", **environment), *words)


def test_a_folder_that_is_no_workspace_is_one_sentence(tmp_path):
    assert is_one_sentence(review(tmp_path), "curate init")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 0)])
def test_a_signal_ends_the_app_and_its_database(root, start_review, number, code):
    app = start_review(root)
    answer = app.client().post("/app/review/cards", json=more())
    assert answer.status_code == 200, answer.text
    assert app.process is not None
    assert app.stop(number) == code
    said = app.log.read_text()
    assert "Traceback" not in said
    assert said.index("Starting the review app of") < said.index(f"The review app is at {app.url} (Ctrl-C")
    with Workspace.open(root) as workspace:
        assert not workspace.stop_database()


def test_a_killed_app_starts_again_on_the_same_data(root, start_review):
    app = start_review(root)
    app.kill()
    assert app.start().client().post("/app/review/cards", json=more()).status_code == 200


def test_an_app_without_login_answers_to_names_of_this_machine_only(root, start_review):
    app = start_review(root)
    client = app.client()
    for host in (
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
        "[::1",
    ):
        for path in ("/", "/_stcore/health", "/app/review/cards"):
            assert client.get(path, headers={"Host": host}).status_code in (400, 403), (host, path)
    for host in ("127.0.0.1", f"localhost:{app.port}", "LOCALHOST", "[::1]:9000", "127.0.0.2"):
        answer = client.post("/app/review/cards", json=more(), headers={"Host": host})
        assert (answer.status_code, answer.json()["reviewer"]) == (200, Settings().reviewer), host


def test_the_cookie_secret_is_made_once_and_for_its_owner_only(empty_workspace):
    secret = sharing.cookie_secret(empty_workspace)
    assert len(secret) == 64
    assert sharing.cookie_secret(empty_workspace) == secret
    kept = empty_workspace.data / "cookie-secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Review.Lab.org", "https://review.lab.org"),
        ("https://review.lab.org:443/", "https://review.lab.org"),
        ("https://review.lab.org:8443", "https://review.lab.org:8443"),
        ("http://localhost:8510", "http://localhost:8510"),
        ("http://[::1]:8510", "http://[::1]:8510"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_it(empty_workspace, monkeypatch, url, origin):
    monkeypatch.setenv("CURATE_PUBLIC_URL", url)
    assert sharing.public_origin(Workspace.open(empty_workspace.root)) == origin
