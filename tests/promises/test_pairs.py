"""Pairs are never lost: killed anywhere, two commands at once, and whatever people hand in."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from chain import make_workspace
from curate.errors import PhotoError
from curate.workflows import pairs, review, shoots
from curate.workflows.doctor import examine_workspace
from curate.workspace import Workspace
from pair_files import START, draw_pair, jpeg, png
from typed import Command, type_all
from workspace_content import content

GREY = np.full((120, 160, 3), 120, np.uint8)


def commands(card: Path) -> list[Command]:
    """From a card to a verdict on every pair. Every command may be run again at any time."""
    return [["pairs", "import", str(card), "--no-models"], ["pairs", "check", "--no-models"]]


def start(root: Path, command: Command, **streams: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "curate", "--workspace", str(root), *command], **streams)


def stored_files(root: Path) -> int:
    """Files in the workspace's media store, half-written ones too."""
    return sum(1 for path in (root / ".recurate" / "media").rglob("*") if path.is_file())


def run_until(root: Path, chain: list[Command], files: int) -> bool:
    """Run the commands and SIGKILL the one that runs once so many files are stored; whether one did."""
    for command in chain:
        process = start(root, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            if stored_files(root) >= files:
                process.kill()
                process.wait()
                return True
            time.sleep(0.005)  # between looks: the moment of the kill is chosen by what is stored
    return False


def prove(folder: Path, scenes: int, kills: int, seed: int) -> None:
    card = folder / "card"
    for number in range(scenes):
        draw_pair(number).write(card, f"scene {number}")
    calm, disturbed = folder / "calm", folder / "disturbed"
    for root in (calm, disturbed):
        make_workspace(root).close()
    type_all(calm, commands(card))
    moments = sorted(random.Random(seed).choices(range(1, stored_files(calm) + 1), k=kills))
    hit = [run_until(disturbed, commands(card), files) for files in moments]
    assert sum(hit) >= kills - 1, f"too few commands were running: {hit}"
    type_all(disturbed, commands(card))
    with Workspace.open(calm) as one, Workspace.open(disturbed) as other:
        # A crash may leave files that nothing refers to, and never a reference to nothing.
        assert all(finding.mended for finding in examine_workspace(other))
        assert list(examine_workspace(other, originals=True)) == []
        expected, found = content(one), content(other)
        for what in expected.keys() - {"photo_files"}:  # each workspace has a media store of its own
            assert found[what] == expected[what], what
        assert len(expected["pair_checks"]) == len(expected["pairs"]) == scenes


def test_an_import_that_is_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path):
    prove(tmp_path, scenes=2, kills=3, seed=20261122)


@pytest.mark.slow
def test_thirty_kills_over_forty_scenes_lose_nothing(tmp_path):
    prove(tmp_path, scenes=40, kills=30, seed=1)


def test_two_imports_at_once_store_everything_once(tmp_path):
    root, card = tmp_path / "ws", tmp_path / "card"
    for number in range(2):
        draw_pair(number).write(card, f"scene {number}")
    make_workspace(root).close()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    started = [start(root, commands(card)[0], **streams) for _ in range(2)]
    for process in started:
        _, problem = process.communicate()
        assert process.returncode == 0, problem
    with Workspace.open(root) as workspace:
        rows = content(workspace)
        assert [len(rows[what]) for what in ("frames", "pairs", "pair_checks")] == [4, 2, 2]
        assert list(examine_workspace(workspace, originals=True)) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"hello, this is a note", "holds text, not pixels"),
        (b"%PDF-1.7\n\x00\x01\x02", "in no format that can be read"),
        (b"\x00" * 4000, "in no format that can be read"),
        (jpeg(GREY)[:-200], "cut short"),
        (png(GREY)[:-30], "damaged|cut short"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + b"\x00" * 500, "damaged|cut short|RAW"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence_and_leaves_nothing(empty_workspace, data, sentence):
    with pytest.raises(PhotoError, match=sentence):
        pairs.store_frame(empty_workspace, data, "x.jpg", by="ada")
    assert list(empty_workspace.media.names()) == []


@cache
def odd_pairs() -> dict[str, tuple[bytes, bytes, str]]:
    """Frames that can be decoded and are odd, with the check that refuses them; ``pass`` if they are good."""
    drawn = draw_pair(1)
    factual, counterfactual = drawn.factual, drawn.counterfactual
    dots = np.random.default_rng(0).random(counterfactual.shape)
    lying = jpeg(counterfactual, START.replace(year=1999))
    narrow = np.random.default_rng(0).integers(0, 255, (2, 4000, 64, 3), np.uint8)
    return {
        "different sizes": (jpeg(factual), jpeg(counterfactual[:300]), "size"),
        "turned": (jpeg(factual), jpeg(np.rot90(counterfactual).copy()), "orientation"),
        "the same pixels": (jpeg(counterfactual), lying, "identical"),
        "only noise": (jpeg(counterfactual), jpeg(counterfactual ^ (dots < 0.5).astype(np.uint8)), "change"),
        "one pixel": (png(GREY[:1, :1]), png(GREY[:1, :1] + np.uint8(9)), "size"),
        "very narrow": (png(narrow[0]), png(narrow[1]), "size"),
        "all black": (jpeg(GREY * np.uint8(0)), png(GREY * np.uint8(0)), "blank"),
        "another scene": (jpeg(factual), jpeg(draw_pair(2).counterfactual), "scene"),
        "no EXIF": (png(factual), png(counterfactual), "pass"),
        "EXIF of another day": (jpeg(factual), lying, "pass"),
        "grey": (png(factual[..., 0]), png(counterfactual[..., 0]), "pass"),
    }


@pytest.mark.parametrize("name", odd_pairs())
def test_odd_pairs_get_a_verdict_that_says_why_and_stay(empty_workspace, name):
    one, other, why = odd_pairs()[name]
    shoot = shoots.create(empty_workspace, "table", photographer="ada").public_id
    frames = (pairs.store_frame(empty_workspace, data, "x", by="ada").sha256 for data in (one, other))
    made = pairs.hand_in(empty_workspace, *frames, shoot=shoot, by="ada")
    report = pairs.check(empty_workspace, made.pair, models=False)
    refusing = {each["check"] for each in report.findings if each["verdict"] == "fail"}
    assert report.verdict == ("pass" if why == "pass" else "fail"), report.sentence
    assert refusing == ({why} - {"pass"})
    assert report.sentence.endswith(".")
    assert report.sentence.startswith("A good pair") or report.sentence == report.findings[0]["sentence"]
    detail = pairs.shown(empty_workspace, made.pair)
    assert detail.report == report
    review.decide(empty_workspace, str(made.pair), "reject", reviewer="bob", reason="other")
    assert list(examine_workspace(empty_workspace)) == []


def test_one_file_is_no_pair(empty_workspace):
    shoot = shoots.create(empty_workspace, "table", photographer="ada").public_id
    sha256 = pairs.store_frame(empty_workspace, jpeg(GREY), "x", by="ada").sha256
    with pytest.raises(PhotoError, match="Both photos are the same file"):
        pairs.hand_in(empty_workspace, sha256, sha256, shoot=shoot, by="ada")
