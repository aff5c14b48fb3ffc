"""Every screen, run by Streamlit itself over a real workspace."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import review_ui
from chain import last
from curate.captions import PERSON, Caption
from curate.errors import DatabaseError
from curate.records import Band
from curate.workflows import analysis_plots, captions, pairs, queue, review
from curate.workflows.analyse import AnalysisOptions, analyse
from curate.workflows.kept_analyses import analysed
from curate.workflows.mine import MiningOptions, mine
from curate.workflows.run import DEFAULT_FILTER
from curate.workflows.search import SearchOptions, search_object
from pair_files import draw_pair
from removal_rows import add_removal, queue_removals
from review_rows import store_groups, store_labelled, vote
from review_ui import access, serving
from review_ui.screens import SCREENS
from review_ui.screens.hits import figure
from review_ui.screens.screen import Screen
from stored_pairs import hand_in

MAIN = Path(review_ui.__file__).with_name("main.py")
LIMIT = 60  # seconds; a busy machine loads models slowly


@pytest.fixture(autouse=True)
def own_main_module(monkeypatch):
    """Streamlit makes its script the main module, which processes spawned by later tests would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def serve(monkeypatch):
    """Serve a workspace in this process as `curate review` would, without a login."""

    def start(workspace):
        st.cache_data.clear()
        served = serving.Serving(workspace, serving.Mode.LOCAL, None, "", None)
        monkeypatch.setattr(serving, "_serving", served)
        queue.refresh(workspace)

    return start


@pytest.fixture
def reviewed(empty_workspace, serve):
    """Four groups, two of them decided, one of those disputed."""
    with empty_workspace.transaction() as session:
        made = store_labelled(session, ["jug"] * 6 + ["<b>chair</b>"] * 6)
        items = store_groups(session, made, [range(n, n + 3) for n in (0, 3, 6, 9)])
        vote(session, items[0], "accept", empty_workspace.settings.reviewer)
        vote(session, items[1], "accept", "ada")
        vote(session, items[1], "reject", "bob")
    serve(empty_workspace)
    return empty_workspace


def _show(url: str) -> None:
    from review_ui import access, serving
    from review_ui.screens import SCREENS
    from review_ui.screens.notices import told
    from review_ui.screens.screen import Visit

    screen = next(each for each in SCREENS if each.url == url)
    with told():
        screen.show(Visit(access.of_streamlit(), serving.workspace(), {}))


def shown(url: str, **query: str) -> AppTest:
    """One screen after its first run."""
    page = AppTest.from_function(_show, args=(url,), default_timeout=LIMIT)
    page.query_params.update(query)
    return page.run()


def texts(page: AppTest) -> str:
    kinds = (page.title, page.subheader, page.markdown, page.caption, page.text, page.code)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def metrics(page: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in page.metric}


def test_the_app_opens_with_home(reviewed):
    page = AppTest.from_file(str(MAIN), default_timeout=LIMIT).run()
    assert not page.exception
    assert [button.label for button in page.button] == ["Start reviewing", "Settle 1 disputed or flagged"]
    assert metrics(page) == {
        "Groups open": "2", "Groups done": "1", "You accepted today": "1", "You rejected today": "0",
    }  # fmt: skip


def test_home_of_an_empty_workspace_says_what_to_type_first(empty_workspace, serve):
    serve(empty_workspace)
    page = shown("")
    assert not page.exception
    assert page.code[0].value == "curate ingest FOLDER"
    assert not page.button


def test_a_photographer_sees_no_numbers(reviewed, monkeypatch):
    monkeypatch.setattr(access, "of_streamlit", lambda: access.Person("ada@lab.org", "photographer"))
    page = AppTest.from_file(str(MAIN), default_timeout=LIMIT).run()
    assert not page.exception
    assert not page.metric
    assert [button.label for button in page.button] == ["Hand in pairs"]


@pytest.fixture
def only_pairs(empty_workspace, serve):
    """A pair of ada's that passed and two of bob's, one of them failed, one accepted."""
    for seed, who in enumerate(("ada", "bob", "bob")):
        drawn = draw_pair(seed, shift=9 if seed == 1 else 0)
        pair = hand_in(empty_workspace, drawn.files, f"kitchen {who}", photographer=who)
        pairs.check(empty_workspace, pair, models=False)
    review.decide(empty_workspace, str(pair), "accept", reviewer="eve", reason=None)
    serve(empty_workspace)
    return empty_workspace


def test_home_of_a_workspace_that_has_only_pairs_counts_them_and_leads_there(only_pairs):
    page = shown("")
    assert not page.exception
    assert metrics(page) == {
        "Pairs waiting for a verdict": "2",
        "Of these failed their check": "1",
        "Pairs accepted": "1",
    }
    assert [button.label for button in page.button] == ["Judge pairs"]
    assert "Next:" not in texts(page)


def test_home_counts_objects_whose_removals_wait_and_leads_there(reviewed):
    with serving.workspace().transaction() as session:
        first, *_ = queue_removals(session, 3)
        lama = add_removal(session, first, "lama")
    review.decide(serving.workspace(), str(lama), "accept", reviewer="eve")
    page = shown("")
    assert not page.exception
    counted = metrics(page)
    assert (counted["Removed objects to judge"], counted["Removed objects done"]) == ("2", "1")
    assert "Judge removals" in [button.label for button in page.button]


def test_home_counts_a_photographers_own_pairs_only(only_pairs, monkeypatch):
    monkeypatch.setattr(access, "of_streamlit", lambda: access.Person("ada", "photographer"))
    page = shown("")
    assert list(metrics(page).values()) == ["1", "0", "0"]
    assert [button.label for button in page.button] == ["Hand in pairs"]


def test_a_database_that_went_away_is_a_sentence_and_a_button(reviewed, monkeypatch):
    here = access.of_streamlit

    def away():
        raise DatabaseError("The embedded Postgres went away.")

    monkeypatch.setattr(access, "of_streamlit", away)
    page = AppTest.from_file(str(MAIN), default_timeout=LIMIT).run()
    assert not page.exception
    assert "The embedded Postgres went away." in texts(page)
    monkeypatch.setattr(access, "of_streamlit", here)
    page.button[0].click().run()
    assert "Start reviewing" in [button.label for button in page.button]


def test_progress_shows_the_numbers_and_four_plots(reviewed):
    page = shown("progress")
    assert not page.exception
    assert metrics(page) == {"Done": "1", "Open": "2", "Disputed": "1", "Flagged": "0", "Agreement": "0%"}
    assert len(page.get("vega_lite_chart")) == 4
    assert list(page.dataframe[0].value["Decisions"]) == [1, 1, 1]
    assert page.dataframe[0].proto.placeholder == "–"  # for what no browser measured


def test_the_app_starts_without_torch():
    seen = "import sys, review_ui.screens; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0


def test_few_random_draws_are_not_taken_alone_unless_one_asks(reviewed):
    page = shown("progress")
    assert "From all decisions." in texts(page)
    page.get("button_group")[0].set_value([True]).run()
    assert not page.exception
    assert "drawn at random" in texts(page)


def test_progress_shows_how_near_the_nearest_are_where_a_run_found_no_group(workspace, serve):
    last(mine(workspace, MiningOptions(Band(0.999, 1, "given"), DEFAULT_FILTER)))
    found = analyse(workspace, AnalysisOptions())
    serve(workspace)
    page = shown("progress")
    assert not page.exception
    assert "has no groups in its band of 0.999 to 1" in texts(page)
    assert "edges in the band 0.999 to 1; analysed" in texts(page)
    assert len(page.get("vega_lite_chart")) == len(analysis_plots.drawn(found)) > 0


def test_progress_shows_what_was_found_out_about_the_run_and_when(workspace, serve):
    serve(workspace)
    page = shown("progress")
    before = len(page.get("vega_lite_chart"))
    assert "curate analyse" in [code.value for code in page.code]
    found = analyse(workspace, AnalysisOptions())
    serve(workspace)  # which forgets what was cached
    page = shown("progress")
    assert not page.exception
    drawn = analysis_plots.drawn(found)
    assert len(page.get("vega_lite_chart")) - before == len(drawn) >= 4
    assert f"analysed {analysed(workspace).made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" in texts(page)
    assert "type `curate review`" in texts(page)  # nobody has judged a pair
    assert "curate analyse" not in [code.value for code in page.code]
    hubs = page.dataframe[-1].value
    assert list(hubs["Object"]) == [f"/search?object={each['object']}" for each in found["hubs"]["most"]]
    last(mine(workspace, MiningOptions(Band(0.3, 0.99, "given"), DEFAULT_FILTER, min_views=1)))
    serve(workspace)
    page = shown("progress")
    assert "There is a newer mining run" in texts(page)
    assert "curate analyse" in [code.value for code in page.code]


@pytest.mark.parametrize(
    ("url", "command"), [("progress", "curate mine"), ("search", "curate ingest FOLDER")]
)
def test_screens_without_anything_to_show_name_the_command(empty_workspace, serve, url, command):
    serve(empty_workspace)
    page = shown(url)
    assert not page.exception
    assert command in page.code[0].value


def test_search_by_an_object_shows_what_is_like_it(workspace, serve):
    serve(workspace)
    anchor = review.groups(workspace)[0].views[0].object_
    page = shown("search", object=str(anchor.public_id))
    assert not page.exception
    assert "60 objects, most similar first" in texts(page)
    next(each for each in page.button if each.label == "More like this").click().run()
    assert not page.exception
    assert page.query_params["object"] != [str(anchor.public_id)]


def test_a_view_of_a_settled_group_is_found_by_search_and_gets_a_caption_there(workspace, serve):
    serve(workspace)
    group = review.groups(workspace)[0]
    review.decide(workspace, str(group.public_id), "accept", reviewer="ada")
    view = group.views[0].object_.public_id
    page = shown("search", object=str(view)[:13])
    for words in ("a jug by the window", ""):
        page.text_input(f"caption-typed-{view}").set_value(words)
        next(each for each in page.button if each.label == "Save the caption").click().run()
        assert not page.exception
        assert "Saved." in texts(page)
        (said,) = captions.shown(workspace, str(view))
        assert said.caption == (
            Caption(words, PERSON, workspace.settings.reviewer) if words else said.otherwise
        )
    captions.write(workspace, view, "a jug", by="bob")
    page.text_input(f"caption-typed-{view}").set_value("a cup")
    next(each for each in page.button if each.label == "Save the caption").click().run()
    assert "Somebody wrote “a jug” since you looked" in texts(page)
    assert captions.shown(workspace, str(view))[0].caption.text == "a jug"


@pytest.mark.parametrize("object_id", ["'; DROP TABLE objects; --", "../../etc/passwd", "a cup"])
def test_search_by_something_that_is_no_id_is_a_sentence(workspace, serve, object_id):
    serve(workspace)
    page = shown("search", object=object_id)
    assert not page.exception
    assert "That is not the start of an object's id" in texts(page)


def test_groups_refuse_an_address_that_names_no_item(reviewed):
    page = shown("groups", item="<script>")
    assert not page.exception
    assert "names no group" in texts(page)
    page = shown("groups", item="ffff-ffff")
    assert not page.exception
    assert "There is no group, pair or removal 'ffff-ffff'" in texts(page)
    page = shown("removals", object="ffff-ffff")
    assert "names no removal by its whole id" in texts(page)


def test_names_from_outside_are_escaped_in_pictures(workspace):
    anchor = review.groups(workspace)[0].views[0].object_
    hit = search_object(workspace, str(anchor.public_id), SearchOptions(limit=1))[0].found[0]
    evil = '"><script>alert(1)</script>'
    html = figure(replace(hit, uri=f"s3://b/{evil}", source=evil, object_=replace(hit.object_, label=evil)))
    assert "<script" not in html
    assert 'alt="&quot;&gt;&lt;script&gt;' in html


def test_screens_have_addresses_of_their_own_and_the_first_is_everybodys():
    urls = [screen.url for screen in SCREENS]
    assert len(set(urls)) == len(urls)
    assert isinstance(SCREENS[0], Screen)
    assert all(SCREENS[0].permission in allowed for allowed in access.PERMISSIONS.values())
