"""What the process serves: one workspace, opened once, to one local reviewer or to people who log in."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from streamlit import App

from curate.workflows import queue, removal_queue, sharing
from curate.workspace import Workspace

LOGIN_CALLBACK = "/oauth2callback"  # Streamlit's own route


class Mode(StrEnum):
    """Who is served."""

    LOCAL = "local"
    """Whoever sits at this machine, without login."""
    SHARED = "shared"
    """People who log in and are known to ``curate people``."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What ``curate review`` decided before it started this process."""

    workspace: Workspace
    mode: Mode
    browser: str | None
    """Page to open in a browser once the app answers."""
    cookie_secret: str
    """Signs sessions; empty in local mode, which has none."""
    origin: str | None
    """What browsers call us in shared mode, such as ``https://review.lab.org``."""
    address: str | None = None
    """What standard error says once the app answers; None says nothing."""


_serving: Serving | None = None


def prepare(environment: Mapping[str, str] = os.environ) -> Serving:
    """Read what to serve; nothing is connected yet.

    Args:
        environment: ``CURATE_WORKSPACE`` (folder), ``CURATE_REVIEW_MODE`` (default local),
            ``CURATE_REVIEW_BROWSER`` (page to open) and ``CURATE_REVIEW_ADDRESS`` (told on standard error),
            besides the settings.

    Raises:
        CurateError: the workspace or a setting cannot be used.
    """
    global _serving
    workspace = Workspace.open(Path(environment["CURATE_WORKSPACE"]))
    mode = Mode(environment.get("CURATE_REVIEW_MODE", Mode.LOCAL))
    shared = mode is Mode.SHARED
    _serving = Serving(
        workspace,
        mode,
        environment.get("CURATE_REVIEW_BROWSER"),
        sharing.cookie_secret(workspace) if shared else "",
        sharing.public_origin(workspace) if shared else None,
        environment.get("CURATE_REVIEW_ADDRESS"),
    )
    return _serving


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[None]:
    """The workspace is open and its queues up to date as long as the app answers."""
    with current().workspace as opened:
        queue.refresh(opened)
        removal_queue.refresh(opened)
        if (address := current().address) is not None:
            sys.stderr.write(f"The review app is at {address} (Ctrl-C ends it).\n")
        if (page := current().browser) is not None:
            webbrowser.open(page)  # the socket listens by now: what comes early waits
        yield


def current() -> Serving:
    """What this process serves."""
    if _serving is None:
        raise RuntimeError("The review app is started by `curate review`.")
    return _serving


def workspace() -> Workspace:
    """The open workspace, for requests and Streamlit's script threads alike."""
    return current().workspace


def mode() -> Mode:
    """Whether people log in."""
    return current().mode


def login_secrets(serving: Serving) -> dict[str, Any]:
    """What ``st.login`` reads; empty in local mode."""
    settings = serving.workspace.settings
    if serving.mode is Mode.LOCAL or settings.oidc_client_secret is None:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{serving.origin}{LOGIN_CALLBACK}",
            "cookie_secret": serving.cookie_secret,
            "client_id": settings.oidc_client_id,
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": settings.oidc_metadata_url,
            # no profile: we look at nothing but the email, and the claims travel in a cookie
            "client_kwargs": {"scope": "openid email", "prompt": "select_account"},
        }
    }
