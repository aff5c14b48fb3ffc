"""What is said of a shoot is corrected: nothing is lost, and whoever works on it meanwhile goes on."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from curate.database import shoots as stored
from curate.errors import ConflictError, CurateError, PhotoError, SettingsError
from curate.workflows import pair_intake, pairs, shoots
from curate.workflows.named_shoots import NamedShoot
from curate.workflows.pair_intake import Intake
from curate.workflows.pair_watch import watch
from pair_files import draw_pair
from stored_pairs import hand_in

SIZE = (160, 120)


def told(workspace, shoot):
    found = shoots.corrections(workspace, shoot.public_id)
    return [(each.what, each.old, each.new, each.by) for each in found]


def test_rights_that_are_corrected_stay_on_record_and_only_what_was_seen_is_replaced(empty_workspace):
    made = shoots.create(empty_workspace, "sill", photographer="ada", licence="CC0-1.0", consent="signed")
    shoots.correct(empty_workspace, "sill", by="ada", licence="MIT", seen={"licence": "CC0-1.0"})
    for seen in ("CC0-1.0", None):
        with pytest.raises(ConflictError, match="'sill' has the licence 'MIT' by now, as somebody changed"):
            shoots.correct(
                empty_workspace, "sill", by="eve", consent="", licence="CC-BY-4.0", seen={"licence": seen}
            )
    left = shoots.correct(empty_workspace, "sill", by="eve", consent=" ", licence="MIT")
    assert (left.licence, left.consent) == ("MIT", None)
    assert told(empty_workspace, made) == [
        ("consent", "signed", None, "eve"),
        ("licence", "CC0-1.0", "MIT", "ada"),
    ]


def test_every_name_a_shoot_had_leads_to_its_present_one_unless_another_shoot_has_it(empty_workspace):
    made = shoots.create(empty_workspace, "kichen", photographer="ada")
    for old, new in (("kichen", "kitchen"), ("kitchen", "kitchen"), ("kitchen", "attic")):
        shoots.rename(empty_workspace, old, new, by="cora")
    for name in ("kichen", "kitchen"):
        with pytest.raises(SettingsError, match=f"'{name}' of ada is called 'attic' now: type that name"):
            shoots.create(empty_workspace, name, photographer="ada")
    assert told(empty_workspace, made) == [
        ("name", "kitchen", "attic", "cora"),
        ("name", "kichen", "kitchen", "cora"),
    ]
    hall = shoots.create(empty_workspace, "hall", photographer="ada")
    shoots.rename(empty_workspace, "hall", "kitchen", by="cora")
    assert shoots.create(empty_workspace, "kitchen", photographer="ada").public_id == hall.public_id
    assert shoots.create(empty_workspace, "kichen", photographer="eve").public_id != made.public_id


def test_of_two_who_give_two_shoots_one_name_at_once_one_gets_a_sentence(empty_workspace, monkeypatch):
    for name in ("sill", "table"):
        shoots.create(empty_workspace, name, photographer="ada")
    both, correct, errors = Barrier(2), stored.correct, []

    def at_once(*arguments):
        both.wait(30)
        correct(*arguments)

    def rename(name):
        try:
            shoots.rename(empty_workspace, name, "shelf", by="cora")
        except CurateError as error:
            errors.append(str(error))

    monkeypatch.setattr(stored, "correct", at_once)
    threads = [Thread(target=rename, args=[name]) for name in ("sill", "table")]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(errors) == 1
    assert errors[0].startswith("ada has another shoot 'shelf', and two shoots do not become one")
    assert len(shoots.listed(empty_workspace)) == 2


def test_who_watches_a_folder_stays_with_the_shoot_that_got_another_name(empty_workspace, tmp_path):
    draw_pair(1, SIZE).write(tmp_path, "a")
    intake = Intake(NamedShoot("card", "ada"), "ada")
    measured = []
    for seen in watch(empty_workspace, tmp_path, intake, models=False, once=True, interval=0.2):
        if seen.waiting == 0:
            measured.append(seen)
            if len(measured) == 1:
                shoots.rename(empty_workspace, "card", "card of May", by="cora")
                draw_pair(3, SIZE).write(tmp_path, "b")
    assert len(measured) == 2
    assert [(each.name, each.pairs) for each in shoots.listed(empty_workspace)] == [("card of May", 2)]


def test_the_former_name_of_a_shoot_is_refused_before_a_photo_is_read(empty_workspace, tmp_path):
    shoots.create(empty_workspace, "sill", photographer="ada")
    shoots.rename(empty_workspace, "sill", "shelf", by="cora")
    with pytest.raises(SettingsError, match="'sill' of ada is called 'shelf' now"):
        pair_intake.shoot_of(empty_workspace, tmp_path / "sill", None, "ada", licence=None, consent=None)


def test_rights_come_with_a_new_pair_or_not_at_all(empty_workspace, tmp_path):
    pair = hand_in(empty_workspace, draw_pair(0, SIZE).files, "sill", licence=None)
    sent = pairs.shown(empty_workspace, pair).summary
    place = pair_intake.shoot_of(
        empty_workspace, tmp_path, "sill", "ada", licence="CC0-1.0", consent="signed"
    )
    with pytest.raises(PhotoError, match="the same file"):
        pairs.hand_in(empty_workspace, sent.factual_sha256, sent.factual_sha256, shoot=place, by="ada")
    assert shoots.find(empty_workspace, "sill").licence is None
    new = [
        pairs.store_frame(empty_workspace, data, "x.jpg", by="ada").sha256
        for data in draw_pair(1, SIZE).files
    ]
    pairs.hand_in(empty_workspace, *new, shoot=place, by="ada")
    found = shoots.find(empty_workspace, "sill")
    assert (found.licence, found.consent, found.pairs) == ("CC0-1.0", "signed", 2)
    with pytest.raises(SettingsError, match=r"has the licence 'CC0-1\.0', not 'MIT'"):
        pair_intake.shoot_of(empty_workspace, tmp_path, "sill", "ada", licence="MIT", consent=None)
