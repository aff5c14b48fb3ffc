"""``curate review``: check everything that can be checked, then become the review app."""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import say
from curate.errors import SettingsError

if TYPE_CHECKING:
    from curate.workspace import Workspace

# What must hold whatever the user's own Streamlit configuration says.
FLAGS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.baseUrlPath": "",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "global.developmentMode": "false",
    "logger.hideWelcomeMessage": "true",
}


def register(app: typer.Typer) -> None:
    app.command()(review)


def review(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8510,
    shared: Annotated[
        bool, typer.Option("--shared", help="For the people of `curate people`, who log in.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser window.")] = False,
) -> None:
    """Judge recurrence groups, counterfactual pairs and removals in the browser.

    Ctrl-C ends it.
    """
    from curate.workflows import sharing

    if not shared and not sharing.is_loopback(host):
        raise SettingsError(
            f"Without --shared nobody logs in, so {host} would let everybody in: add --shared, "
            "or leave --host out."
        )
    _check_free(host, port)
    with open_workspace(context) as workspace:
        url = _prepare(workspace, shared) or f"http://{_in_url(host)}:{port}"
        root = workspace.root
    say(f"Starting the review app of {root} ...")  # which says where it is once it answers
    mode = {"CURATE_REVIEW_MODE": "shared" if shared else "local", "CURATE_REVIEW_ADDRESS": url}
    browser = {} if no_browser else {"CURATE_REVIEW_BROWSER": url}
    _become_app(host, port, {"CURATE_WORKSPACE": str(root), **mode, **browser})


def _prepare(workspace: Workspace, shared: bool) -> str | None:
    """Meet the errors of the database and the settings here, as sentences; the public URL if shared."""
    from curate.workflows import sharing

    if not shared:
        with workspace.transaction():
            return None
    sharing.check(workspace)
    sharing.cookie_secret(workspace)
    return sharing.public_origin(workspace)


def _check_free(host: str, port: int) -> None:
    """Streamlit would say it less clearly, and only after its own start."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen on {host} port {port} ({error.strerror}): "
            f"end what does, or type `curate review --port {port + 1 if port < 65535 else 8510}`."
        ) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _become_app(host: str, port: int, environment: dict[str, str]) -> None:
    """One process: signals reach the app, and its exit code is ours."""
    found = find_spec("review_ui")
    if found is None or found.origin is None:
        raise SettingsError("The review app is not installed: type `pip install --force-reinstall recurate`.")
    app = Path(found.origin).with_name("app.py")
    flags = {**FLAGS, "server.address": host, "server.port": str(port)}
    # -P: a folder that somebody's photos lie in must not stand in for a library
    command = [sys.executable, "-P", "-m", "review_ui", "run", str(app)]
    command += [f"--{name}={value}" for name, value in flags.items()]
    os.execve(sys.executable, command, {**os.environ, **environment})  # noqa: S606
