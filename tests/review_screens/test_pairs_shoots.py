"""The shoot on the Pairs screen: its rights when two correct them, and that of a pair that is shot again."""

from __future__ import annotations

from playwright.sync_api import expect

from curate.workflows import shoots
from pair_files import draw_pair
from review_screens.pairs_page import PairsPage
from review_screens.watched import Watched
from stored_pairs import check_by_hand, hand_in


def test_rights_that_somebody_else_corrected_meanwhile_are_not_written_over_unseen(pairs_app, open_page):
    workspace = pairs_app.workspace
    place = shoots.create(workspace, "attic", photographer="ada", licence="CC0-1.0").public_id
    desk = PairsPage(open_page(), pairs_app.process.url).open()
    Watched.of(desk.page).expect("409")
    form = desk.page.get_by_role("form", name="Rights of the shoot")
    desk.shoot.get_by_role("button", name="Change rights").click()
    shoots.correct(workspace, place, consent="signed", by="eve")
    form.get_by_label("Licence").fill("CC-BY-4.0")
    form.get_by_role("button", name="Save").click()
    expect(desk.shoot).to_contain_text("signed")
    stored = shoots.find(workspace, place)
    assert (stored.licence, stored.consent) == ("CC-BY-4.0", "signed")

    desk.shoot.get_by_role("button", name="Change rights").click()
    shoots.correct(workspace, place, licence="proprietary", consent="withdrawn", by="eve")
    form.get_by_label("Licence").fill("CC-BY-SA-4.0")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("'proprietary'")
    assert shoots.find(workspace, place).licence == "proprietary"
    expect(form.get_by_label("Licence")).to_have_value("CC-BY-SA-4.0")
    expect(form.get_by_label("Consent")).to_have_value("withdrawn")
    form.get_by_role("button", name="Save").click()  # having seen it
    expect(form).to_be_hidden()
    stored = shoots.find(workspace, place)
    assert (stored.licence, stored.consent) == ("CC-BY-SA-4.0", "withdrawn")


def test_a_pair_is_shot_again_for_its_own_shoot(pairs_app, open_page):
    drawn = draw_pair(1, (320, 240))
    pair = hand_in(pairs_app.workspace, drawn.files, "sill", object_name="vase")
    check_by_hand(pairs_app.workspace, pair, drawn.mask)
    desk = PairsPage(open_page(), pairs_app.process.url).open(f"?pair={pair}")
    Watched.of(desk.page).expect("410")  # a check that is made by hand has no regions to click
    chosen = desk.shoot.get_by_role("combobox", name="Shoot")
    desk.begin_shoot("hall")
    expect(chosen.locator("option:checked")).to_have_text("hall (0 pairs)")
    desk.page.get_by_role("button", name="Reshoot").last.click()
    expect(chosen.locator("option:checked")).to_have_text("sill (1 pair)")
    expect(desk.page.get_by_label("Object", exact=True)).to_have_value("vase")
