"""One shared review app for all tests here, with people of every role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import Engine, Row, text

from chain import make_workspace_on
from curate.database.tables import Base
from curate.workflows import people
from curate.workspace import Workspace
from fixtures_postgres import TEMPLATE, fresh
from oidc_provider import Provider
from queued import forget_decisions
from review_process import ReviewProcess, free_port
from reviewable import Reviewable, make_reviewable
from sessions import COOKIE_SECRET, SESSION, cookie, log_in

LAB = "lab.org"
DAY = 24 * 60 * 60.0  # seconds


@dataclass(frozen=True)
class SharedApp:
    """A running app in shared mode, and what is in it."""

    process: ReviewProcess
    workspace: Workspace
    made: Reviewable
    persons: dict[str, httpx.Client]
    """Browsers by who sits there; everybody of ``ROLES`` has logged in as ``role@lab.org``."""

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Nothing in the database may differ after the block."""
        before = self.rows()
        yield
        assert self.rows() == before

    def rows(self) -> dict[str, Row[tuple[int, str]]]:
        """Count and hash of every table's rows."""
        with self.workspace.transaction() as session:
            return {
                name: session.execute(
                    text(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t")
                ).one()
                for name in Base.metadata.tables
            }


@pytest.fixture
def shared_app(running_app: SharedApp) -> SharedApp:
    """The app, in which nobody has taken or decided any item: those of another test would not be free."""
    with running_app.workspace.transaction() as session:
        forget_decisions(session)
    return running_app


@pytest.fixture(scope="session")
def running_app(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_url: str,
    postgres_admin: Engine,
    oidc_provider: Provider,
) -> Iterator[SharedApp]:
    folder = tmp_path_factory.mktemp("shared")
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        with make_workspace_on(url, folder / "ws") as opened:
            made = make_reviewable(opened, folder / "photos")
            for role in people.ROLES:
                people.add(opened, f"{role}@{LAB}", role)
            port = free_port()
            environment = {
                **oidc_provider.settings,
                "CURATE_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "CURATE_COOKIE_SECRET": COOKIE_SECRET,
            }
            log = folder / "review.log"
            process = ReviewProcess(opened.root, log, environment, ("--shared",), port).start()
            try:
                yield SharedApp(process, opened, made, _persons(opened, process, oidc_provider))
            finally:
                process.stop()


def _persons(opened: Workspace, process: ReviewProcess, provider: Provider) -> dict[str, httpx.Client]:
    def known(name: str, verified: bool = True) -> httpx.Client:
        return log_in(process, provider, email=f"{name}@{LAB}", email_verified=verified)

    def holding(value: str) -> httpx.Client:
        return process.client({SESSION: value})

    admin = f"admin@{LAB}"
    people.add(opened, f"removed@{LAB}", people.ADMIN)
    removed = known("removed")
    people.remove(opened, f"removed@{LAB}")
    return {
        "nobody": process.client(),
        "forger": holding("e30.aaaa.bbbb"),
        "forger without signature": holding(cookie(process, admin).rsplit(".", 1)[0]),
        "signed with an old secret": holding(cookie(process, admin, secret="an older secret")),
        "logged in too long ago": holding(cookie(process, admin, age=8 * DAY)),
        "logged in at another app": holding(cookie(process, admin, origin="http://elsewhere.org")),
        "email not verified": known("admin", verified=False),
        "stranger": known("stranger"),
        "removed": removed,
        **{role: known(role) for role in people.ROLES},
    }
