"""A tether folder is followed shot by shot; watched in several goes it ends as if it had been in one."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from chain import last
from curate.errors import DecisionError
from curate.workflows import pair_intake, pair_watch, pairs, review
from curate.workflows.named_shoots import NamedShoot
from curate.workflows.pair_intake import Intake
from curate.workspace import Workspace
from pair_files import START, draw_pair, jpeg, png

SMALL = (320, 240)
CARD = NamedShoot("card", "ada")
ROOM, NEXT = draw_pair(1, SMALL), draw_pair(2, SMALL)
MOVED = draw_pair(1, SMALL, shift=6)


def pushed(pixels: np.ndarray) -> np.ndarray:
    """What the moved camera sees of a frame."""
    right = np.float32([[1, 0, 6], [0, 1, 0]])
    return cv2.warpAffine(pixels, right, SMALL, borderMode=cv2.BORDER_REFLECT)


def again(pixels: np.ndarray, seed: int) -> np.ndarray:
    """Another exposure of what a frame shows."""
    noise = np.random.default_rng([7, seed]).normal(0, 1, pixels.shape)
    return (pixels + noise).clip(0, 255).round().astype(np.uint8)


def cup(pixels: np.ndarray) -> np.ndarray:
    """A frame with a small thing on the spot where the drawn one stands, within its outline."""
    structure = np.random.default_rng(11).normal(0, 8, (40, 54, 3)).astype(np.float32)
    thing = np.array([180, 60, 60]) + cv2.resize(structure, SMALL)
    inside = cv2.ellipse(np.zeros((240, 320), np.uint8), (160, 125), (18, 20), 0, 0, 360, 1, -1).astype(bool)
    return np.where(inside[..., None], thing, again(pixels, 11)).clip(0, 255).round().astype(np.uint8)


BRIGHT = {"1 with": ROOM.factual, "2 bright": draw_pair(1, SMALL, stops=1.2).counterfactual}
BUMPED = {"1 with": ROOM.factual, "2 moved": MOVED.counterfactual}
SERIES = {
    "the second frame again": ({**BUMPED, "3 without": ROOM.counterfactual}, [("1 with", "3 without")]),
    "the first frame again": (
        {**BUMPED, "3 with": pushed(again(ROOM.factual, 3))},
        [("3 with", "2 moved")],
    ),
    "both, where the camera is now": (
        {**BUMPED, "3 with": pushed(again(ROOM.factual, 3)), "4 without": again(MOVED.counterfactual, 4)},
        [("3 with", "4 without")],
    ),
    "both, where the camera was": (
        {**BUMPED, "3 with": again(ROOM.factual, 3), "4 without": ROOM.counterfactual},
        [("1 with", "2 moved"), ("3 with", "4 without")],
    ),
    "the next thing, within the outline of the last": (
        {**BRIGHT, "3 cup": cup(ROOM.counterfactual), "4 without": ROOM.counterfactual},
        [("1 with", "2 bright"), ("3 cup", "4 without")],
    ),
    "the second frame again, in the right light": (
        {**BRIGHT, "3 without": ROOM.counterfactual},
        [("1 with", "3 without")],
    ),
    "a shot without a partner": (
        {"0 stray": draw_pair(3, SMALL).factual, "1 with": ROOM.factual, "2 without": ROOM.counterfactual},
        [("1 with", "2 without")],
    ),
}
FURTHER = {"8 with": NEXT.factual, "9 without": NEXT.counterfactual}


def following(workspace: Workspace, folder: Path, **options: object):
    """The folder, followed for as long as something is written between two looks."""
    intake = Intake(CARD, "ada", **options)
    return pair_watch.watch(workspace, folder, intake, models=False, once=True, interval=0.02)


def write(folder: Path, name: str, pixels: np.ndarray, number: int) -> None:
    (folder / f"{name}.jpg").write_bytes(jpeg(pixels, START + timedelta(seconds=20 * number)))


def standing(workspace: Workspace) -> list[tuple[str, str]]:
    """Names of both frames of each pair that stands, oldest first."""
    found = ((each.factual_name, each.counterfactual_name) for each in pairs.listed(workspace))
    return [tuple(name.removesuffix(".jpg") for name in names) for names in reversed(list(found))]


def test_a_tether_folder_gets_a_verdict_for_each_scene_and_a_re_shot_partner_mends_one(
    empty_workspace, tmp_path
):
    folder = tmp_path / "tether"
    draw_pair(1, shift=6).write(folder, "a")
    first, verdict = following(empty_workspace, folder)
    assert (first.waiting, verdict.report.verdict) == (1, "fail")
    assert list(following(empty_workspace, folder)) == []


def test_a_re_shot_clean_plate_takes_the_failed_one_s_place(empty_workspace, tmp_path):
    folder = tmp_path / "tether"
    draw_pair(1, shift=6).write(folder, "a")
    (folder / "b again.jpg").write_bytes(draw_pair(1).files[1])
    draw_pair(2).write(folder, "c")
    _, failed, mended, _, other = following(empty_workspace, folder)
    assert (failed.report.verdict, mended.report.verdict, other.report.verdict) == ("fail", "pass", "pass")
    assert mended.supersedes == failed.report.pair
    assert len(pairs.listed(empty_workspace)) == 2


def test_half_a_file_is_waited_for_and_read_when_it_is_whole(empty_workspace, tmp_path):
    folder = tmp_path / "tether"
    with_it, without = draw_pair(1).write(folder, "a")
    whole, clean = with_it.read_bytes(), without.read_bytes()
    without.unlink()
    with_it.write_bytes(whole[:-3000])
    looked = following(empty_workspace, folder)
    broken = next(looked)
    assert (broken.name, "cut short" in broken.problem) == (with_it.name, True)
    with_it.write_bytes(whole)
    assert next(looked).waiting == 1
    without.write_bytes(clean)
    assert [each.report.verdict for each in looked] == ["pass"]


def test_a_clean_plate_may_come_first(empty_workspace, tmp_path):
    folder = tmp_path / "tether"
    folder.mkdir()
    with_it, without = draw_pair(1).files
    (folder / "1.jpg").write_bytes(without)
    (folder / "2.jpg").write_bytes(with_it)
    _, verdict = following(empty_workspace, folder, clean_first=True)
    assert verdict.report.verdict == "pass"


def test_a_file_that_is_touched_copied_or_rewritten_is_one_frame(empty_workspace, tmp_path):
    drawn = draw_pair(1, SMALL)
    with_it, without = drawn.write(tmp_path, "a")
    clean = without.read_bytes()
    without.unlink()
    looked = following(empty_workspace, tmp_path)
    assert next(looked).waiting == 1
    os.utime(with_it, (time.time() + 5, time.time() + 5))
    (tmp_path / "copy.jpg").write_bytes(with_it.read_bytes())
    with_it.with_name("b.jpg").write_bytes(drawn.files[0] + b"rated")
    with_it.with_name("b.jpg").replace(with_it)
    assert next(looked).waiting == 1
    without.write_bytes(clean)
    assert [each.report.verdict for each in looked] == ["pass"]
    assert len(pairs.listed(empty_workspace)) == 1


def test_two_files_of_one_shot_are_no_pair(empty_workspace, tmp_path):
    drawn = draw_pair(1, SMALL)
    drawn.write(tmp_path, "a")
    (tmp_path / "a with.png").write_bytes(png(drawn.factual))
    (tmp_path / "a without.png").write_bytes(png(drawn.counterfactual))
    for number, name in enumerate(("with.jpg", "with.png", "without.jpg", "without.png")):
        os.utime(tmp_path / f"a {name}", (number, number))
    told = list(following(empty_workspace, tmp_path))
    assert [each.report.verdict for each in told if each.report] == ["pass"]
    assert [each.problem for each in told if each.problem] == [
        "This is the same shot as a with.jpg: it is left out.",
        "This is the same shot as a without.jpg: it is left out.",
    ]
    again = list(following(empty_workspace, tmp_path))  # the pair is known; its shots' other files stay out
    assert {each.name for each in again if each.problem} == {"a with.png", "a without.png"}
    assert len(pairs.listed(empty_workspace)) == 1


def test_a_failed_pair_that_was_swapped_in_the_app_is_mended_all_the_same(empty_workspace, tmp_path):
    draw_pair(1, SMALL, shift=6).write(tmp_path, "a")
    looked = following(empty_workspace, tmp_path)
    _, failed = next(looked), next(looked)
    assert failed.report.verdict == "fail"
    other_way = pairs.swap(empty_workspace, failed.report.pair, "ada").pair
    (tmp_path / "b.jpg").write_bytes(draw_pair(1, SMALL).files[1])
    mended = next(looked)
    assert (mended.report.verdict, mended.supersedes) == ("pass", other_way)
    (tmp_path / "c.jpg").write_bytes(draw_pair(2, SMALL).files[1])
    assert next(looked).waiting == 1


@pytest.mark.parametrize("stopped", [False, True], ids=["in one go", "stopped after every photo"])
@pytest.mark.parametrize("series", SERIES)
def test_re_shot_frames_mend_the_failed_pair_and_later_pairs_are_right(
    empty_workspace, tmp_path, series, stopped
):
    frames, expected = SERIES[series]
    looked = following(empty_workspace, tmp_path)
    for number, (name, pixels) in enumerate({**frames, **FURTHER}.items()):
        write(tmp_path, name, pixels, number)
        *_, seen = following(empty_workspace, tmp_path) if stopped else [next(looked)]
        assert seen.problem is None
    assert seen.report.verdict == "pass"
    assert standing(empty_workspace) == [*expected, ("8 with", "9 without")]


def test_a_photo_that_may_mend_a_pair_in_two_ways_mends_none_and_begins_a_scene(empty_workspace, tmp_path):
    there = draw_pair(1, SMALL, place=(0.3, 0.5)).factual
    frames = {"1 here": ROOM.factual, "2 there": there, "3 without": ROOM.counterfactual}
    for number, (name, pixels) in enumerate(frames.items()):
        write(tmp_path, name, pixels, number)
    _, failed, unclear, waits = following(empty_workspace, tmp_path)
    assert (failed.report.verdict, waits.waiting) == ("fail", 1)
    assert "in more than one way, so it begins a scene" in unclear.problem
    assert f"--supersedes {str(failed.report.pair)[:8]}" in unclear.problem
    assert standing(empty_workspace) == [("1 here", "2 there")]


def test_a_pair_that_was_handed_in_when_the_watching_was_killed_is_measured(empty_workspace, tmp_path):
    with_it, without = draw_pair(1, SMALL, shift=6).write(tmp_path)
    frames = [pair_intake.store_path(empty_workspace, path, "ada").sha256 for path in (with_it, without)]
    pairs.hand_in(empty_workspace, *frames, shoot=CARD, by="ada")
    (tmp_path / "re-shot.jpg").write_bytes(ROOM.files[1])
    failed, mended = following(empty_workspace, tmp_path)
    assert (failed.name, failed.report.verdict) == ("pair without.jpg", "fail")
    assert (mended.report.verdict, mended.supersedes) == ("pass", failed.report.pair)


def test_a_photo_that_an_import_left_over_is_no_partner_of_later_ones(empty_workspace, tmp_path):
    write(tmp_path, "0 stray", draw_pair(3, SMALL).factual, 0)
    for number, (name, pixels) in enumerate(FURTHER.items()):
        write(tmp_path, name, pixels, 50 + number)
    stored = last(pair_intake.store_folder(empty_workspace, tmp_path, "ada"))
    pairing = pair_intake.pairing_of(empty_workspace, stored["frames"], Intake(CARD, "ada"))
    pair_intake.hand_in_found(empty_workspace, pairing, Intake(CARD, "ada"))
    write(tmp_path, "9 then with", ROOM.factual, 90)
    told = {each.name: each for each in following(empty_workspace, tmp_path) if not each.report}
    assert "left without a partner" in told["0 stray.jpg"].problem
    assert told["9 then with.jpg"].waiting == 1


def test_a_file_that_was_rated_while_nobody_watched_is_the_same_shot(empty_workspace, tmp_path):
    with_it, _ = ROOM.write(tmp_path, "a")
    *_, good = following(empty_workspace, tmp_path)
    with_it.write_bytes(with_it.read_bytes() + b"five stars")
    for name, pixels in FURTHER.items():
        write(tmp_path, name, pixels, 90)
    rated, *_, further = following(empty_workspace, tmp_path)
    assert rated.problem == "This is the same shot as a with.jpg: it is left out."
    assert (good.report.verdict, further.report.verdict) == ("pass", "pass")


def test_an_accepted_pair_is_never_replaced_by_the_next_photo(empty_workspace, tmp_path):
    draw_pair(1, SMALL, shift=6).write(tmp_path, "a")
    _, failed = following(empty_workspace, tmp_path)
    review.decide(
        empty_workspace, str(failed.report.pair), "accept", reviewer="judy", reason="wanted", adjudicates=True
    )
    (tmp_path / "b.jpg").write_bytes(ROOM.files[1])
    (seen,) = following(empty_workspace, tmp_path)
    assert (seen.waiting, seen.report) == (1, None)


def test_a_pair_that_was_accepted_while_its_mending_was_measured_stays(empty_workspace, tmp_path):
    draw_pair(1, SMALL, shift=6).write(tmp_path, "a")
    _, failed = following(empty_workspace, tmp_path)
    old = pairs.shown(empty_workspace, failed.report.pair).summary
    clean = pairs.store_frame(empty_workspace, ROOM.files[1], "b.jpg", by="ada").sha256
    review.decide(
        empty_workspace, str(old.pair), "accept", reviewer="judy", reason="wanted", adjudicates=True
    )
    mends = {"shoot": old.shoot, "by": "ada", "supersedes": old.pair, "unless_accepted": True}
    with pytest.raises(DecisionError, match=f"{str(old.pair)[:8]} was accepted: it stays"):
        pairs.hand_in(empty_workspace, old.factual_sha256, clean, **mends)
    (only,) = pairs.listed(empty_workspace)
    assert (only.pair, only.state) == (old.pair, "accepted")
