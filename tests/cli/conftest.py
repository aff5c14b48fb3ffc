"""Commands typed in an empty workspace."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from curate.cli.app import app


@pytest.fixture
def curate(empty_workspace):
    """Run a command on the workspace; what it says on standard output."""

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["--workspace", str(empty_workspace.root), *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run
