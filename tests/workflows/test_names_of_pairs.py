"""Names of shoots and objects are corrected; what was exported stays on its side of a split."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest

from curate.database import manifests
from curate.errors import DecisionError, ExportError, NotFoundError, SettingsError
from curate.exporters.tasks.pair_records import object_key
from curate.workflows import object_names, pairs, shoots
from curate.workflows.export_pairs import PairOptions, export_pairs
from curate.workflows.named_shoots import NamedShoot
from curate.workflows.verify import verify_manifest
from pair_files import draw_pair
from stored_pairs import accepted, hand_in

SIZE = (160, 120)
TRAIN = PairOptions("jugs", "1", shares=(100, 0, 0))
TEST = replace(TRAIN, version="2", shares=(0, 0, 100))


def names(workspace):
    """What the objects are called, oldest pair first."""
    return [each.object_name for each in reversed(pairs.listed(workspace))]


def test_a_shoot_gets_another_name_and_stays_itself(empty_workspace, tmp_path):
    pair = accepted(empty_workspace, draw_pair(0, SIZE), "kichen")
    made = export_pairs("removal", empty_workspace, TRAIN, tmp_path)
    before = shoots.find(empty_workspace, "kichen")
    renamed = shoots.rename(empty_workspace, "kichen", " kitchen ", by="cora")
    assert renamed == replace(before, name="kitchen")
    assert pairs.shown(empty_workspace, pair).summary.shoot_name == "kitchen"
    verify_manifest(made.manifest.directory, empty_workspace)
    assert shoots.create(empty_workspace, "kitchen", photographer="ada").public_id == before.public_id
    with pytest.raises(SettingsError, match="'kichen' of ada is called 'kitchen' now: type that name"):
        shoots.create(empty_workspace, "kichen", photographer="ada")
    assert shoots.rename(empty_workspace, before.public_id, "kichen", by="cora") == before


def test_a_shoot_takes_no_name_that_another_one_has(empty_workspace):
    for name in ("sill", "table"):
        shoots.create(empty_workspace, name, photographer="ada")
    shoots.create(empty_workspace, "shelf", photographer="eve")
    with pytest.raises(
        SettingsError, match="ada has another shoot 'table', and two shoots do not become one"
    ):
        shoots.rename(empty_workspace, "sill", "table", by="cora")
    for name in ("", str(shoots.find(empty_workspace, "table").public_id)):
        with pytest.raises(SettingsError):
            shoots.rename(empty_workspace, "sill", name, by="cora")
    assert shoots.rename(empty_workspace, "sill", "shelf", by="cora").photographer == "ada"


def test_an_object_gets_another_name_in_all_pairs_of_its_photographer_or_in_some(empty_workspace):
    made = [
        hand_in(empty_workspace, draw_pair(number, SIZE).files, shoot, object_name=name, photographer=who)
        for number, (shoot, name, who) in enumerate(
            [
                ("sill", "vsae", "ada"),
                ("table", "Vsae", "ada"),
                ("sill", "vsae", "eve"),
                ("sill", None, "ada"),
            ]
        )
    ]
    with pytest.raises(SettingsError, match="ada, eve each call an object 'vsae': say whose with --photog"):
        object_names.rename(empty_workspace, "vsae", "vase", by="cora")
    done = object_names.rename(empty_workspace, " vsae", "vase ", by="cora", photographer="ada")
    assert (set(done.pairs), done.photographer) == (set(made[:2]), "ada")
    assert names(empty_workspace) == ["vase", "vase", "vsae", None]
    object_names.rename(empty_workspace, "vase", "jug", by="cora", only=[str(made[1])])
    assert names(empty_workspace) == ["vase", "jug", "vsae", None]
    renamings = pairs.shown(empty_workspace, made[1]).renamings
    assert [(each.old, each.new, each.by) for each in renamings] == [
        ("vase", "jug", "cora"),
        ("Vsae", "vase", "cora"),
    ]
    for old, only in (("lamp", ()), ("", ()), ("vase", [str(made[1])])):
        with pytest.raises(NotFoundError):
            object_names.rename(empty_workspace, old, "jug", by="cora", only=only)
    with pytest.raises(SettingsError, match="The object needs a name"):
        object_names.rename(empty_workspace, "vase", " ", by="cora")


def test_a_renamed_object_is_that_of_swapped_and_exported_pairs(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE), object_name="vsae")
    other = accepted(empty_workspace, draw_pair(1, SIZE), "table", object_name="vsae")
    made = export_pairs("removal", empty_workspace, TRAIN, tmp_path)
    object_names.rename(empty_workspace, "vsae", "vase", by="cora")
    verify_manifest(made.manifest.directory, empty_workspace)
    again = export_pairs("removal", empty_workspace, replace(TRAIN, version="2"), tmp_path)
    assert again.records == 2
    swapped = pairs.swap(empty_workspace, other, by="ada").pair
    assert pairs.shown(empty_workspace, swapped).summary.object_name == "vase"


def test_a_name_that_would_tie_two_splits_is_refused_and_one_that_does_not_is_taken(
    empty_workspace, tmp_path
):
    accepted(empty_workspace, draw_pair(0, SIZE), "kitchen", object_name="jug")
    export_pairs("removal", empty_workspace, TRAIN, tmp_path / "one")
    accepted(empty_workspace, draw_pair(1, SIZE), "hall", object_name="vase")
    export_pairs("removal", empty_workspace, TEST, tmp_path / "two")
    accepted(empty_workspace, draw_pair(2, SIZE), "attic", object_name="lamp", held_out=True)
    accepted(empty_workspace, draw_pair(3, SIZE), "cellar", object_name="kettle")
    for old, new in (("vase", "Jug"), ("jug", "VASE"), ("lamp", "jug"), ("jug", "lamp")):
        with pytest.raises(SettingsError, match="stand in different splits of exports"):
            object_names.rename(empty_workspace, old, new, by="cora")
    assert names(empty_workspace) == ["jug", "vase", "lamp", "kettle"]
    for old, new in (("lamp", "vase"), ("kettle", "jug")):
        object_names.rename(empty_workspace, old, new, by="cora")
    made = export_pairs("removal", empty_workspace, replace(TEST, version="3"), tmp_path / "three")
    assert (made.records, made.manifest.counts["train"], made.manifest.counts["test"]) == (4, 2, 2)
    assert object_key("ada", "VASE ") == object_key("ada", "vase")


def test_a_pair_takes_the_place_of_one_of_its_shoot_or_of_the_same_named_object_only(empty_workspace):
    def stored(number: int) -> list[str]:
        files = draw_pair(number, SIZE).files
        return [pairs.store_frame(empty_workspace, data, "x.jpg", by="ada").sha256 for data in files]

    jug = hand_in(empty_workspace, draw_pair(0, SIZE).files, "may", object_name="Jug")
    nameless = hand_in(empty_workspace, draw_pair(1, SIZE).files, "may")
    june = NamedShoot("june", "ada")
    for number, (old, shoot, name) in enumerate(
        [(jug, june, None), (nameless, june, "jug"), (jug, NamedShoot("june", "eve"), "jug")], start=2
    ):
        with pytest.raises(DecisionError, match=f"{str(old)[:8]} is of the shoot 'may' of ada"):
            pairs.hand_in(
                empty_workspace, *stored(number), shoot=shoot, by="ada", object_name=name, supersedes=old
            )
    assert [each.name for each in shoots.listed(empty_workspace)] == ["may"]
    for number, (old, shoot, name) in enumerate(
        [(jug, june, " jug"), (nameless, NamedShoot("may", "ada"), None)], start=5
    ):
        pairs.hand_in(
            empty_workspace, *stored(number), shoot=shoot, by="ada", object_name=name, supersedes=old
        )
    assert {each.pair for each in pairs.listed(empty_workspace, state="superseded")} == {jug, nameless}


def test_a_name_that_was_corrected_holds_when_the_frames_are_swapped_back(empty_workspace):
    pair = hand_in(empty_workspace, draw_pair(0, SIZE).files, object_name="vsae")
    swapped = pairs.swap(empty_workspace, pair, by="ada").pair
    object_names.rename(empty_workspace, "vsae", "vase", by="cora", only=[str(swapped)])
    assert pairs.swap(empty_workspace, swapped, by="ada").pair == pair
    found = pairs.shown(empty_workspace, pair)
    assert found.summary.object_name == "vase"
    assert [(each.old, each.new, each.by) for each in found.renamings] == [("vsae", "vase", "ada")]


def test_an_object_that_is_called_so_already_is_not_called_so_again(empty_workspace):
    made = [
        hand_in(empty_workspace, draw_pair(number, SIZE).files, object_name=name)
        for number, name in enumerate(["vase", "Vase"])
    ]
    assert object_names.rename(empty_workspace, "vase", "vase", by="cora").pairs == (made[1],)
    with pytest.raises(SettingsError, match="The object is called 'vase' already"):
        object_names.rename(empty_workspace, "VASE", "vase", by="cora")
    assert [len(pairs.shown(empty_workspace, each).renamings) for each in made] == [0, 1]


@pytest.mark.parametrize("name", ["x\ny", "x\0y", "v\udce4se", "\u200b", " \t", "a\u2028b"])
def test_names_are_text_in_one_line_that_people_see(empty_workspace, name):
    files = draw_pair(0, SIZE).files
    with pytest.raises(SettingsError):
        shoots.create(empty_workspace, name, photographer="ada")
    if name.strip():
        with pytest.raises(SettingsError):
            hand_in(empty_workspace, files, object_name=name)
    hand_in(empty_workspace, files, "sill", object_name="vase")
    for rename, old in ((shoots.rename, "sill"), (object_names.rename, "vase")):
        with pytest.raises(SettingsError):
            rename(empty_workspace, old, name, by="cora")


def test_an_export_and_a_name_given_meanwhile_leave_one_object_on_one_side(empty_workspace, tmp_path):
    accepted(empty_workspace, draw_pair(0, SIZE), "kitchen", object_name="mug")
    export_pairs("removal", empty_workspace, TRAIN, tmp_path)
    accepted(empty_workspace, draw_pair(1, SIZE), "hall", object_name="cup")

    def renamed(done: int, total: int) -> None:
        if names(empty_workspace) == ["mug", "cup"]:
            object_names.rename(empty_workspace, "cup", "mug", by="cora")

    with pytest.raises(ExportError, match=r"while this was written: remove .*jugs-2 and export again"):
        export_pairs("removal", empty_workspace, TEST, tmp_path, renamed)
    made = export_pairs("removal", empty_workspace, replace(TEST, version="3"), tmp_path)
    assert (made.records, made.manifest.counts["train"]) == (2, 2)


def test_a_name_waits_for_an_export_that_is_being_recorded(empty_workspace, tmp_path, monkeypatch):
    accepted(empty_workspace, draw_pair(0, SIZE), "kitchen", object_name="mug")
    export_pairs("removal", empty_workspace, TRAIN, tmp_path)
    accepted(empty_workspace, draw_pair(1, SIZE), "hall", object_name="cup")
    record, answers = manifests.record, []

    def rename() -> None:
        try:
            answers.append(object_names.rename(empty_workspace, "cup", "mug", by="cora"))
        except SettingsError as error:
            answers.append(str(error))

    thread = Thread(target=rename)

    def while_recording(*arguments) -> None:
        thread.start()
        thread.join(0.5)
        assert answers == []
        record(*arguments)

    monkeypatch.setattr(manifests, "record", while_recording)
    export_pairs("removal", empty_workspace, TEST, tmp_path)
    thread.join(30)
    assert "stand in different splits of exports" in answers[0]
    assert names(empty_workspace) == ["mug", "cup"]
