"""Folders of tripod shots: imported once, paired by themselves; a tether folder is followed shot by shot."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from chain import last
from curate.errors import SettingsError
from curate.workflows import pair_intake, pair_watch, pairs, shoots
from curate.workflows.pair_intake import Intake
from curate.workspace import Workspace
from pair_files import START, draw_pair, jpeg


def intake_of(workspace: Workspace, **options: object) -> Intake:
    shoot = shoots.create(workspace, "card", photographer="ada").public_id
    return Intake(**{"shoot": shoot, "by": "ada"} | options)


def import_folder(workspace: Workspace, folder: Path, **options: object):
    """Summary of the stored files, the pairing, and what was handed in."""
    intake = intake_of(workspace, **options)
    stored = last(pair_intake.store_folder(workspace, folder, "ada"))
    pairing = pair_intake.pairing_of(workspace, stored["frames"], intake)
    return stored, pairing, pair_intake.hand_in_found(workspace, pairing, intake)


def write_burst(folder: Path, seed: int) -> list[Path]:
    """Three places of the thing, then the clean plate, ten seconds apart."""
    folder.mkdir(parents=True, exist_ok=True)
    places = [draw_pair(seed, place=(x, 0.5)) for x in (0.45, 0.5, 0.55)]
    frames = [*(each.factual for each in places), places[0].counterfactual]
    paths = []
    for number, pixels in enumerate(frames):
        paths.append(folder / f"IMG_{number:04d}.jpg")
        paths[-1].write_bytes(jpeg(pixels, START + timedelta(days=1, seconds=10 * number)))
    return paths


def test_a_folder_is_paired_by_itself_and_again_only_what_is_new(empty_workspace, tmp_path):
    card = tmp_path / "card"
    for seed in (1, 2):
        draw_pair(seed).write(card, f"scene {seed}")
    (card / "notes.txt").write_text("no photo")
    (card / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    stored, pairing, made = import_folder(empty_workspace, card)
    assert (len(stored["frames"]), stored["new"], list(stored["failed"])) == (4, 4, ["broken.jpg"])
    assert [each.new for each in made] == [True, True]
    assert pairing.doubtful == []
    names = {(each.factual_name, each.counterfactual_name) for each in pairs.listed(empty_workspace)}
    assert names == {(f"scene {seed} with.jpg", f"scene {seed} without.jpg") for seed in (1, 2)}
    draw_pair(3).write(card, "scene 3")
    stored, _, made = import_folder(empty_workspace, card)
    assert (stored["new"], len(made)) == (2, 1)
    shutil.rmtree(card)  # the memory card goes away
    assert pairs.check(empty_workspace, made[0].pair, models=False).verdict == "pass"


def test_a_burst_shares_its_clean_plate_and_is_handed_in_when_somebody_says_what_it_is(
    empty_workspace, tmp_path
):
    write_burst(tmp_path / "card", 1)
    _, pairing, made = import_folder(empty_workspace, tmp_path / "card")
    assert made == []
    (doubtful,) = pairing.doubtful
    told = [(0, 3), (1, 3), (2, 3)]
    made = pair_intake.hand_in_told(empty_workspace, doubtful, told, intake_of(empty_workspace))
    assert {each.kind for each in pairs.listed(empty_workspace)} == {"burst"}
    assert len(made) == 3
    _, _, again = import_folder(empty_workspace, tmp_path / "card", long_scenes="burst")
    assert again == []


def test_a_folder_that_is_not_there_is_one_sentence(empty_workspace, tmp_path):
    with pytest.raises(SettingsError, match="There is no file or folder"):
        last(pair_intake.store_folder(empty_workspace, tmp_path / "none", "ada"))


def seen(workspace: Workspace, folder: Path, **options: object) -> list[pair_watch.Seen]:
    intake = intake_of(workspace, **options)
    return list(pair_watch.watch(workspace, folder, intake, models=False, once=True, interval=0.02))


def test_a_tether_folder_gets_a_verdict_for_each_scene_and_a_re_shot_partner_mends_one(
    empty_workspace, tmp_path
):
    folder = tmp_path / "tether"
    draw_pair(1, shift=6).write(folder, "a")
    first, verdict = seen(empty_workspace, folder)
    assert (first.waiting, verdict.report.verdict) == (1, "fail")
    assert seen(empty_workspace, folder) == []


def test_a_re_shot_clean_plate_takes_the_failed_one_s_place(empty_workspace, tmp_path):
    folder = tmp_path / "tether"
    draw_pair(1, shift=6).write(folder, "a")
    (folder / "b again.jpg").write_bytes(draw_pair(1).files[1])
    draw_pair(2).write(folder, "c")
    _, failed, mended, _, other = seen(empty_workspace, folder)
    assert (failed.report.verdict, mended.report.verdict, other.report.verdict) == ("fail", "pass", "pass")
    assert mended.supersedes == failed.report.pair
    assert len(pairs.listed(empty_workspace)) == 2


def test_half_a_file_is_waited_for_and_read_when_it_is_whole(empty_workspace, tmp_path):
    folder = tmp_path / "tether"
    with_it, without = draw_pair(1).write(folder, "a")
    whole, clean = with_it.read_bytes(), without.read_bytes()
    without.unlink()
    with_it.write_bytes(whole[:-3000])
    following = pair_watch.watch(
        empty_workspace, folder, intake_of(empty_workspace), models=False, once=True, interval=0.02
    )
    broken = next(following)
    assert (broken.name, "cut short" in broken.problem) == (with_it.name, True)
    with_it.write_bytes(whole)
    assert next(following).waiting == 1
    without.write_bytes(clean)
    assert [each.report.verdict for each in following] == ["pass"]


def test_a_clean_plate_may_come_first(empty_workspace, tmp_path):
    folder = tmp_path / "tether"
    folder.mkdir()
    with_it, without = draw_pair(1).files
    (folder / "1.jpg").write_bytes(without)
    (folder / "2.jpg").write_bytes(with_it)
    _, verdict = seen(empty_workspace, folder, clean_first=True)
    assert verdict.report.verdict == "pass"
