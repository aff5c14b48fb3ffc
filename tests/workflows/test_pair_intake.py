"""Folders of tripod shots are imported once and paired by themselves; rights and lost files of pairs."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from chain import last
from curate.capture.camera_settings import camera_settings
from curate.capture.pairing import FoundFrame
from curate.capture.scenes import ALIKE_BITS
from curate.database.pair_checks import FILES, Measurement, record
from curate.database.tables import PairCheck
from curate.errors import MediaError, NotFoundError, PhotoError, SettingsError
from curate.workflows import drawn_masks, frame_intake, pair_intake, pairs, shoots, uploads
from curate.workflows.named_shoots import NamedShoot
from curate.workflows.pair_checking import check_all
from curate.workflows.pair_faults import measuring
from curate.workflows.pair_intake import Intake
from curate.workflows.pair_proposals import proposed
from curate.workflows.pair_shots import Shots
from curate.workspace import Workspace
from pair_files import START, draw_pair, jpeg, png

SMALL = (320, 240)


def intake_of(**options: object) -> Intake:
    return Intake(**{"shoot": NamedShoot("card", "ada"), "by": "ada"} | options)


def import_folder(workspace: Workspace, folder: Path, **options: object):
    """Summary of the stored files, the pairing, and what was handed in."""
    intake = intake_of(**options)
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
    made = pair_intake.hand_in_told(empty_workspace, doubtful, told, intake_of())
    assert {each.kind for each in pairs.listed(empty_workspace)} == {"burst"}
    assert len(made) == 3
    _, _, again = import_folder(empty_workspace, tmp_path / "card", long_scenes="burst")
    assert again == []


ROOM, MOVED = draw_pair(1, SMALL), draw_pair(1, SMALL, shift=6)
ELSEWHERE = draw_pair(1, SMALL, place=(0.4, 0.5))
OTHER_LIGHT = draw_pair(1, SMALL, stops=0.5).counterfactual


DARK = (ROOM.factual * 0.7).astype(np.uint8)
THREE = {
    "a triplet": (
        (ELSEWHERE.factual, ROOM.factual, ROOM.counterfactual),
        {"1 3": "triplet", "2 3": "triplet"},
        None,
    ),
    "bumped in the middle": (
        (ROOM.factual, MOVED.counterfactual, ROOM.counterfactual),
        {"1 3": "pair"},
        "2 is left out (the camera moved 6.0 px). 1 and 3 make a good pair: nothing is to be done.",
    ),
    "dark at first": (
        (DARK, ROOM.factual, ROOM.counterfactual),
        {"2 3": "pair"},
        "). 2 and 3 make a good pair: nothing is to be done.",
    ),
    "bumped at the end": (
        (ROOM.factual, ROOM.counterfactual, MOVED.counterfactual),
        {"1 2": "pair"},
        "). 1 and 2 make a good pair: nothing is to be done.",
    ),
    "none is good": (
        (ROOM.factual, MOVED.counterfactual, OTHER_LIGHT),
        {},
        "no two of them make a good pair",
    ),
}


@pytest.mark.parametrize("name", THREE)
def test_of_three_frames_those_become_pairs_that_measure_as_pairs(empty_workspace, tmp_path, name):
    frames, kinds, left_out = THREE[name]
    for number, pixels in enumerate(frames, start=1):
        (tmp_path / f"{number}.jpg").write_bytes(jpeg(pixels, START + timedelta(seconds=20 * number)))
    _, pairing, _ = import_folder(empty_workspace, tmp_path)
    found = pairs.listed(empty_workspace)
    made = {f"{each.factual_name} {each.counterfactual_name}": each.kind for each in found}
    assert {names.replace(".jpg", ""): kind for names, kind in made.items()} == kinds
    if left_out:
        assert left_out in pairing.doubtful[0].sentence.replace(".jpg", "")
    _, _, again = import_folder(empty_workspace, tmp_path)  # what was left out stays out
    assert again == []


def test_a_shot_that_was_left_out_stays_so_however_many_photos_of_its_scene_follow(empty_workspace, tmp_path):
    later = draw_pair(1, SMALL, place=(0.3, 0.4))
    frames = (ROOM.factual, MOVED.counterfactual, ROOM.counterfactual, later.factual)
    files = [jpeg(each, START + timedelta(seconds=20 * n)) for n, each in enumerate(frames)]
    for name, data in zip("abc", files, strict=False):
        (tmp_path / f"{name}.jpg").write_bytes(data)
    assert len(import_folder(empty_workspace, tmp_path)[2]) == 1
    (tmp_path / "d.jpg").write_bytes(files[3])
    stored, pairing, made = import_folder(empty_workspace, tmp_path)
    assert made == []
    told = [(each.sentence.partition(":")[0], each.left_out) for each in pairing.doubtful]
    sentence = "b.jpg is left out, as a.jpg and c.jpg of its scene are a pair"
    assert told == [(sentence, True), ("d.jpg has no partner", False)]
    sent = stored["frames"]
    (lone, waiting) = [next(each for each in sent if sent[each] == f"{name}.jpg") for name in "bd"]
    found = proposed(empty_workspace, [lone, waiting], sent, viewer="ada")  # as the screen asks
    assert found.pairs == []
    assert [(each.sentence.partition(":")[0], each.left_out) for each in found.doubtful] == told


def test_the_same_shots_sent_again_in_other_files_are_a_pair_again(empty_workspace):
    sent: dict[str, str] = {}
    for ending in (b"", b"exported again"):
        files = [
            jpeg(pixels, START + timedelta(seconds=20 * n)) + ending
            for n, pixels in enumerate((ROOM.factual, ROOM.counterfactual))
        ]
        frames = [pairs.store_frame(empty_workspace, data, "x.jpg", by="ada").sha256 for data in files]
        sent |= dict(zip(frames, ("1.jpg", "2.jpg"), strict=True))
        (found,) = proposed(empty_workspace, frames, sent, viewer="ada").pairs
        assert [found.factuals[0].sha256, found.counterfactual.sha256] == frames
        pairs.hand_in(empty_workspace, *frames, shoot=intake_of().shoot, by="ada")


def test_a_thing_so_large_that_both_frames_look_different_is_offered_as_a_pair_and_measured(
    empty_workspace, tmp_path
):
    large = ROOM.counterfactual.copy()
    large[30:160, 30:200] = draw_pair(9, SMALL).factual[30:160, 30:200] // 3 + 160
    noise = np.random.default_rng(5).normal(0, 1, large.shape)
    large = (large + noise).clip(0, 255).astype(np.uint8)
    (tmp_path / "1.jpg").write_bytes(jpeg(large, START))
    (tmp_path / "2.jpg").write_bytes(jpeg(ROOM.counterfactual, START + timedelta(seconds=30)))
    _, pairing, made = import_folder(empty_workspace, tmp_path)
    bits = [each.perceptual_hash for each in (pairing.pairs[0].counterfactual, *pairing.pairs[0].factuals)]
    assert (bits[0] ^ bits[1]).bit_count() > ALIKE_BITS
    (checked,) = check_all(empty_workspace, [each.pair for each in made], models=False)
    assert checked.report.verdict != "fail", checked.report.sentence


def test_a_folder_that_is_not_there_is_one_sentence(empty_workspace, tmp_path):
    with pytest.raises(SettingsError, match="There is no file or folder"):
        last(pair_intake.store_folder(empty_workspace, tmp_path / "none", "ada"))


def test_a_pair_that_cannot_be_measured_is_one_sentence_and_the_others_get_their_turn(empty_workspace):
    shoot = intake_of().shoot
    made = []
    for seed in (1, 2):
        frames = [pairs.store_frame(empty_workspace, data, "x.jpg", by="ada") for data in _files(seed)]
        made.append(pairs.hand_in(empty_workspace, *(f.sha256 for f in frames), shoot=shoot, by="ada").pair)
    mask = png(draw_pair(1, SMALL).mask * np.uint8(255))
    report = pairs.correct_mask(empty_workspace, made[0], mask, "ada")
    for lost in (report.given_mask_sha256, report.report_sha256):
        empty_workspace.media.remove(f"{lost}.png")
    broken, good = check_all(empty_workspace, made, models=False)
    assert "is missing in the" in broken.problem
    with pytest.raises(PhotoError, match="is missing in the"):  # as the screen and the single commands ask
        pairs.check(empty_workspace, made[0], models=False)
    assert good.report.verdict == "pass"


def _files(seed: int) -> tuple[bytes, bytes]:
    return draw_pair(seed, SMALL).files


def test_whatever_measuring_raises_is_a_sentence_with_its_cause_in_the_log(caplog):
    pair = uuid4()
    with (
        pytest.raises(PhotoError, match=r"Measuring it ended in error.*: keep the files and report it\."),
        measuring(pair),
    ):
        cv2.resize(np.zeros((0, 0), np.uint8), (4, 4))
    assert str(pair) in caplog.text
    assert "cv2" in caplog.text
    with pytest.raises(MediaError), measuring(pair):
        raise MediaError("The media store does not answer.")  # which says nothing about the pair


def test_a_name_that_is_no_utf_8_is_shown_with_a_sign(empty_workspace, tmp_path):
    with_it, without = draw_pair(1, SMALL).write(tmp_path / os.fsdecode(b"caf\xe9"), "a")
    with_it.rename(with_it.with_name(os.fsdecode(b"a\xff\x1b1.jpg")))
    without.rename(without.with_name("b.jpg"))
    shoot = pair_intake.shoot_of(empty_workspace, without.parent, None, "ada", licence=None, consent=None)
    stored = last(pair_intake.store_folder(empty_workspace, without.parent, "ada"))
    assert sorted(stored["frames"].values()) == ["a\ufffd\ufffd1.jpg", "b.jpg"]
    assert shoot.name == "caf\ufffd"


def test_a_shoot_is_that_of_an_address_in_any_case(empty_workspace):
    made = shoots.create(empty_workspace, "sill", photographer="Ada@Example.org ")
    assert shoots.listed(empty_workspace, "ada@example.org") == [made]
    assert shoots.create(empty_workspace, "sill", photographer="ada@example.org").public_id == made.public_id
    assert shoots.create(empty_workspace, "sill", photographer="Ada").photographer == "Ada"


def test_rights_are_corrected_and_nothing_names_no_shoot(empty_workspace):
    made = shoots.create(empty_workspace, "sill", photographer="ada", licence="CC-BY-40")
    assert shoots.correct(empty_workspace, "sill", by="ada", licence="CC-BY-4.0").licence == "CC-BY-4.0"
    corrected = shoots.correct(empty_workspace, made.public_id, by="ada", consent="signed", licence="")
    assert corrected.licence is None
    with pytest.raises(SettingsError, match="Nothing was said"):
        shoots.correct(empty_workspace, "sill", by="ada")
    with pytest.raises(NotFoundError, match="No shoot was named"):
        shoots.hold_out(empty_workspace, "")


def test_a_photo_that_only_a_setting_refuses_is_kept_for_when_it_does_not(empty_workspace, monkeypatch):
    data = _files(1)[0]
    sha256 = hashlib.sha256(data).hexdigest()
    upload = uploads.create(empty_workspace, "ada", "a.jpg", len(data), sha256)
    uploads.append(upload, 0, data)
    monkeypatch.setenv("CURATE_MAX_PIXELS", "1000")
    with Workspace.open(empty_workspace.root) as small, pytest.raises(PhotoError, match="CURATE_MAX_PIXELS"):
        frame_intake.finish(small, upload)
    found = uploads.find(empty_workspace, upload.upload_id, "ada")
    assert frame_intake.finish(empty_workspace, found)["sha256"] == sha256


def test_a_drawn_mask_that_is_a_bomb_is_refused(empty_workspace):
    good = png(draw_pair(1, SMALL).mask * np.uint8(255))
    stored = empty_workspace.media.put(good, ".png")
    text = b"zTXtk\0\0" + zlib.compress(b"0" * 80 * 2**20, 9)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    with pytest.raises(PhotoError, match="The drawn mask is not a PNG"):
        drawn_masks.enlarged(empty_workspace, good[:33] + chunk + good[33:], stored)
    with pytest.raises(PhotoError, match="must have 320 x 240 pixels"):
        drawn_masks.enlarged(empty_workspace, png(np.zeros((9, 9), np.uint8)), stored)


def test_a_picture_that_was_lost_is_made_again_even_if_its_bytes_come_out_otherwise(empty_workspace):
    shoot = intake_of().shoot
    frames = [pairs.store_frame(empty_workspace, data, "x.jpg", by="ada").sha256 for data in _files(1)]
    pair = pairs.hand_in(empty_workspace, *frames, shoot=shoot, by="ada").pair
    pairs.check(empty_workspace, pair, models=False)
    with empty_workspace.transaction() as session:  # as another version's encoder named it, and lost
        made = session.scalars(select(PairCheck)).one()
        told = {name: getattr(made, name) for name in (*FILES, "verdict", "sentence", "report", "alignment")}
        what = Measurement(made.pair_id, made.fingerprint, None)
        record(session, what, {**told, "mask_sha256": "0" * 64})
    assert pairs.shown(empty_workspace, pair).report.mask_sha256 == "0" * 64
    mended = pairs.check(empty_workspace, pair, models=False)
    assert empty_workspace.media.get(mended.mask_sha256, ".png")
    assert pairs.shown(empty_workspace, pair).report == mended


def test_of_raw_and_jpeg_of_one_shot_the_raw_counts_whichever_comes_first():
    def frame(name: str, kind: str, taken_at: datetime = START) -> FoundFrame:
        camera = camera_settings({})
        return FoundFrame(name, name, kind, replace(camera, taken_at=taken_at), 640, 480, 0)

    shots = Shots()
    first, raw = frame("IMG_1.JPG", "JPEG"), frame("img_1.cr3", "CR3")
    assert (shots.earlier(first), shots.waits_for_raw(first)) == (None, False)
    shots.counts(first)
    assert shots.earlier(raw) == first
    assert shots.is_better(raw, first)
    shots.counts(raw)
    assert not shots.is_better(frame("IMG_1.jpeg", "JPEG"), raw)
    second = frame("IMG_2.JPG", "JPEG")
    assert (shots.earlier(second), shots.waits_for_raw(second)) == (None, True)
    assert not shots.waits_for_raw(frame("IMG_2.CR3", "CR3"))
    assert shots.earlier(frame("IMG_1.CR3", "CR3", START + timedelta(hours=1))) is None  # numbered anew
