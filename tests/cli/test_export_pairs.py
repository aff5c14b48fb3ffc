"""``curate export removal``, ``curate export insertion-pairs`` and ``curate verify`` on what they wrote."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from pair_files import draw_pair
from stored_pairs import accepted


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        return CliRunner().invoke(app, ["-w", str(empty_workspace.root), *arguments])

    return run


@pytest.mark.parametrize("task", ["removal", "insertion-pairs"])
def test_pairs_are_exported_and_verified(empty_workspace, curate, tmp_path, task):
    accepted(empty_workspace, draw_pair(0, (160, 120)), held_out=True)
    asked = ("export", task, "--name", "jugs", "--to", str(tmp_path))
    told = json.loads(curate(*asked, "--json").stdout)
    assert told["counts"]["test"] == 1
    assert told["new"]
    assert told["left_out"] == {}
    assert "was there already, equal byte for byte: 1 record (1 in test)" in curate(*asked).stdout
    sound = json.loads(curate("verify", told["folder"], "--json").stdout)
    assert (sound["task"], sound["content_hash"]) == (task, told["content_hash"])
