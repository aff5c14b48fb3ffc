"""``curate queue`` on groups and on removals: two queues with a rule each."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError
from removal_rows import queue_removals
from review_rows import store_groups, store_labelled


@pytest.fixture
def curate(empty_workspace):
    """Run a command on a workspace with two groups and three removed objects; what it says."""
    with empty_workspace.transaction() as session:
        store_groups(session, store_labelled(session, ["jug"] * 4), [range(0, 2), range(2, 4)])
        queue_removals(session, 3)

    def run(*arguments: str) -> str:
        options = ["--workspace", str(empty_workspace.root), "queue", *arguments]
        done = CliRunner().invoke(app, options, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_each_queue_has_its_own_rule_and_counts(curate):
    told = "3 removed objects to review; 2 of 3 reviewers must agree; uncertain ones come first."
    assert told in curate("consensus", "2", "3", "--kind", "removal")
    assert "2 of 3 reviewers must agree; likely ones" in curate("order", "likely", "--kind", "removal")
    removals = json.loads(curate("show", "--kind", "removal", "--json"))
    groups = json.loads(curate("show", "--json"))
    assert (removals["states"], removals["waiting"], removals["ordering"]) == ({"open": 3}, 3, "likely")
    assert (groups["states"], groups["votes_asked"], groups["ordering"]) == ({"open": 2}, 1, "uncertain")
    assert curate("show").startswith(
        "2 groups to review; 1 of 1 reviewers must agree; uncertain ones come first."
    )


def test_pairs_stand_in_no_queue(curate):
    with pytest.raises(CurateError, match="No queue serves items of kind 'pair': choose from group, removal"):
        curate("show", "--kind", "pair")
