"""``curate caption`` from end to end."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError
from removable import make_removable
from tiny_captioner import WORDS, save_blip


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        told = CliRunner().invoke(app, ["-w", str(empty_workspace.root), *arguments])
        if isinstance(told.exception, CurateError):
            raise told.exception
        return told

    return run


def test_from_accepted_views_to_prompts(empty_workspace, curate, tmp_path):
    pytest.importorskip("transformers")
    views = make_removable(empty_workspace, tmp_path / "photos")
    weights = str(save_blip(tmp_path))
    told = curate("caption", "--weights", weights)
    assert told.stdout == "4 views described by transformers.\n"
    again = json.loads(curate("caption", "--weights", weights, "--all", "--json").stdout)
    assert (again["captions"], again["there"]) == (0, 4)
    shown = json.loads(curate("caption", "show", str(views.group)[:8], "--json").stdout)
    assert {each["caption"]["by"] for each in shown} == {"transformers"}
    assert all(set(each["caption"]["text"].split()) <= set(WORDS) for each in shown)

    one = shown[0]["object_id"]
    made = curate("caption", "set", one, "my red jug", "--reviewer", "ada")
    assert made.stdout == f"{one[:8]} is now: my red jug (ada).\n"
    assert "my red jug" in curate("caption", "show", one[:13]).stdout
    status = json.loads(curate("status", "--json").stdout)
    assert ([each["objects"] for each in status["captioners"]], status["captions_by_people"]) == ([4], 1)
    assert "captions by transformers" in curate("status").stdout
    assert "(transformers)" in curate("caption", "set", one, "").stdout
    with pytest.raises(CurateError, match="at most 500 characters"):
        curate("caption", "set", one, "a" * 501)
    with pytest.raises(CurateError, match=r"image-to-text model .* type: --weights DIRECTORY"):
        curate("caption")


def test_options_before_the_word_set_are_refused_and_not_lost(curate):
    told = curate("caption", "--json", "set", "abc", "a jug")
    assert (told.exit_code, "stand behind that word" in told.stderr) == (2, True)
