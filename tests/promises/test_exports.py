"""The same approved set is the same bytes: in other surroundings, after a restore, from another workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

import every_export
from chain import make_workspace_on
from curate.database.embedded.account import server_account
from curate.database.embedded.binaries import binaries
from curate.exporters.verify import verify
from curate.workspace import MARKER
from every_export import NAMES, export_all, make_exportable
from fixtures_postgres import TEMPLATE, fresh
from workspace_content import tree

FRESH = contextmanager(fresh)


@pytest.fixture(scope="module")
def new_database(postgres_url: str, postgres_admin: Engine):
    return lambda template=TEMPLATE: FRESH(postgres_url, postgres_admin, template)


@pytest.fixture(scope="module")
def first(new_database, tmp_path_factory) -> Iterator[tuple[Path, str, Path]]:
    """Root and database of a workspace, and where everything was exported from it."""
    place = tmp_path_factory.mktemp("first")
    with new_database() as url, make_workspace_on(url, place / "ws") as workspace:
        make_exportable(workspace, place / "photos")
        export_all(workspace, place / "out")
        yield place / "ws", url, place / "out"


def equal(one: Path, other: Path) -> None:
    """Same files, bytes and modes; and something was exported at all."""
    assert sorted(path.name for path in one.iterdir()) == sorted(f"{name}-1" for name in NAMES)
    assert tree(one) == tree(other)


def test_in_other_surroundings(first, tmp_path):
    root, _, out = first
    other = tmp_path / "über alles, anderswo"
    surroundings = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "12345"}
    subprocess.run(
        [sys.executable, every_export.__file__, str(root), str(other)],
        env={**os.environ, **surroundings, "OMP_NUM_THREADS": "1"},
        cwd=tmp_path,
        umask=0o077,
        check=True,
    )
    equal(out, other)
    for folder in other.iterdir():
        verify(folder)


def test_after_a_dump_and_a_restore(first, new_database, tmp_path):
    root, url, out = first
    programs = binaries(server_account())
    with new_database("template0") as restored:
        dumped = subprocess.run(
            [programs / "pg_dump", "--format", "custom", *at(url)], check=True, capture_output=True
        )
        subprocess.run(
            [programs / "pg_restore", "--no-owner", "--exit-on-error", *at(restored)],
            input=dumped.stdout,
            check=True,
            capture_output=True,
        )
        shutil.copytree(root, tmp_path / "ws")
        marker = tmp_path / "ws" / MARKER
        marker.write_text(marker.read_text().replace(url, restored))
        subprocess.run([sys.executable, every_export.__file__, tmp_path / "ws", tmp_path / "out"], check=True)
        equal(out, tmp_path / "out")


def at(url: str) -> list[str]:
    """The database for a program of Postgres."""
    found = make_url(url)
    return ["--dbname", found.set(drivername="postgresql").render_as_string(hide_password=False)]


def test_from_a_workspace_that_took_the_same_photos_in_another_order(first, new_database, tmp_path):
    _, _, out = first
    with new_database() as url, make_workspace_on(url, tmp_path / "ws") as workspace:
        make_exportable(workspace, tmp_path / "photos from elsewhere", backwards=True)
        export_all(workspace, tmp_path / "out")
    equal(out, tmp_path / "out")
