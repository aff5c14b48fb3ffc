"""Commands without starting Python, which takes longer than most of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from curate.cli.app import app

Command = Sequence[str]
"""What is typed after ``curate --workspace DIR``."""


def type_all(root: Path, chain: Sequence[Command]) -> None:
    """Run commands on a workspace one after the other; every one has to end well."""
    for command in chain:
        done = CliRunner().invoke(app, ["--workspace", str(root), *command])
        assert done.exit_code == 0, f"{command}: {done.output} {done.exception!r}"
