"""Names of shoots and objects are corrected; what was exported stays on its side of a split."""

from __future__ import annotations

from dataclasses import replace

import pytest

from curate.errors import DecisionError, NotFoundError, SettingsError
from curate.exporters.pair_records import object_key
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
    made = export_pairs(empty_workspace, "removal", TRAIN, tmp_path)
    before = shoots.find(empty_workspace, "kichen")
    renamed = shoots.rename(empty_workspace, "kichen", " kitchen ")
    assert renamed == replace(before, name="kitchen")
    assert pairs.shown(empty_workspace, pair).summary.shoot_name == "kitchen"
    verify_manifest(made.manifest.directory, empty_workspace)
    assert shoots.create(empty_workspace, "kitchen", photographer="ada").public_id == before.public_id
    with pytest.raises(SettingsError, match="'kichen' of ada is called 'kitchen' now: type that name"):
        shoots.create(empty_workspace, "kichen", photographer="ada")
    assert shoots.rename(empty_workspace, before.public_id, "kichen") == before


def test_a_shoot_takes_no_name_that_another_one_has(empty_workspace):
    for name in ("sill", "table"):
        shoots.create(empty_workspace, name, photographer="ada")
    shoots.create(empty_workspace, "shelf", photographer="eve")
    with pytest.raises(
        SettingsError, match="ada has another shoot 'table', and two shoots do not become one"
    ):
        shoots.rename(empty_workspace, "sill", "table")
    for name in ("", str(shoots.find(empty_workspace, "table").public_id)):
        with pytest.raises(SettingsError):
            shoots.rename(empty_workspace, "sill", name)
    assert shoots.rename(empty_workspace, "sill", "shelf").photographer == "ada"


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
    made = export_pairs(empty_workspace, "removal", TRAIN, tmp_path)
    object_names.rename(empty_workspace, "vsae", "vase", by="cora")
    verify_manifest(made.manifest.directory, empty_workspace)
    again = export_pairs(empty_workspace, "removal", replace(TRAIN, version="2"), tmp_path)
    assert again.records == 2
    swapped = pairs.swap(empty_workspace, other, by="ada").pair
    assert pairs.shown(empty_workspace, swapped).summary.object_name == "vase"


def test_a_name_that_would_tie_two_splits_is_refused_and_one_that_does_not_is_taken(
    empty_workspace, tmp_path
):
    accepted(empty_workspace, draw_pair(0, SIZE), "kitchen", object_name="jug")
    export_pairs(empty_workspace, "removal", TRAIN, tmp_path / "one")
    accepted(empty_workspace, draw_pair(1, SIZE), "hall", object_name="vase")
    export_pairs(empty_workspace, "removal", TEST, tmp_path / "two")
    accepted(empty_workspace, draw_pair(2, SIZE), "attic", object_name="lamp", held_out=True)
    accepted(empty_workspace, draw_pair(3, SIZE), "cellar", object_name="kettle")
    for old, new in (("vase", "Jug"), ("jug", "VASE"), ("lamp", "jug"), ("jug", "lamp")):
        with pytest.raises(SettingsError, match="stand in different splits of exports"):
            object_names.rename(empty_workspace, old, new, by="cora")
    assert names(empty_workspace) == ["jug", "vase", "lamp", "kettle"]
    for old, new in (("lamp", "vase"), ("kettle", "jug")):
        object_names.rename(empty_workspace, old, new, by="cora")
    made = export_pairs(empty_workspace, "removal", replace(TEST, version="3"), tmp_path / "three")
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
