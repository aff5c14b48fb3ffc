"""What the page of the groups gets besides Streamlit's HTML, and who gets it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from uuid import uuid4

import httpx
import pytest

from chain import make_workspace_on
from curate.workflows import people
from review_process import ReviewProcess
from review_ui.early import PAGE

HOSTILE = """"><script>alert(1)</script>&amp;'"""


class Desk(HTMLParser):
    """Finds the tags of the early desk."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.hrefs: list[str] = []
        self.feed(page)
        ours = [each for each in self.scripts if "data-recurate-early" in each]
        self.data = json.loads(ours[0]["data-recurate-early"]) if ours else None

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "script":
            self.scripts.append(found)
        elif tag == "link":
            self.hrefs.append(found["href"])


def untouched(page: str) -> bool:
    return "recurate" not in page and "/app/assets" not in page


@pytest.mark.parametrize("role", [people.CURATOR, people.ADJUDICATOR, people.ADMIN])
def test_whoever_may_review_gets_the_desk_of_their_own(shared_app, role):
    answer = shared_app.persons[role].get(PAGE)
    name = f"{role}@lab.org"
    choice = role != people.CURATOR
    data = {"desk": "review", "item": None, "key": "card-review", "reviewer": name, "choice": choice}
    assert Desk(answer.text).data == data
    assert len(answer.content) == int(answer.headers["content-length"])
    assert answer.headers["cache-control"] == "private, no-cache"
    assert not {"etag", "last-modified", "content-encoding"} & answer.headers.keys()


def test_everything_the_desk_loads_is_served(shared_app):
    person = shared_app.persons[people.CURATOR]
    desk = Desk(person.get(PAGE).text)
    ours = [each["src"] for each in desk.scripts if "data-recurate-early" in each]
    ours += [href for href in desk.hrefs if href.startswith("/app/")]
    assert len(ours) > 20
    assert {person.get(each).status_code for each in ours} == {200}


def test_streamlits_own_script_still_starts(shared_app):
    before = shared_app.persons["nobody"].get(PAGE).text
    after = shared_app.persons[people.CURATOR].get(PAGE).text
    (entry,) = re.findall(r'<script type="module" crossorigin src="([^"]+)">', before)
    assert f'await import("{entry}")' in after
    assert f'src="{entry}"' not in after


def test_the_address_may_name_the_first_item(shared_app):
    item, person = uuid4(), shared_app.persons[people.CURATOR]
    asked = person.get(PAGE, params={"item": item.hex.upper()})
    assert Desk(asked.text).data["item"] == str(item)
    assert untouched(person.get(PAGE, params={"item": HOSTILE}).text)


@pytest.mark.parametrize("person", ["nobody", "forger", "stranger", "removed", people.PHOTOGRAPHER])
def test_whoever_may_not_review_gets_streamlits_page_as_it_is(shared_app, person):
    answer = shared_app.persons[person].get(PAGE)
    assert answer.status_code == 200
    assert untouched(answer.text)


@pytest.mark.parametrize("path", ["/", "/search", "/progress", f"{PAGE}?desk=adjudicate"])
def test_other_pages_and_desks_are_as_they_were(shared_app, path):
    mine, nobodys = (shared_app.persons[who].get(path) for who in (people.ADMIN, "nobody"))
    assert untouched(mine.text)
    assert mine.content == nobodys.content


def test_a_head_and_a_kept_copy_of_streamlits_page(shared_app):
    admin, nobody = shared_app.persons[people.ADMIN], shared_app.persons["nobody"]
    head, plain = admin.head(PAGE), nobody.get(PAGE, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == plain.headers["etag"]
    kept = {"If-None-Match": plain.headers["etag"], "Range": "bytes=0-99"}
    assert Desk(admin.get(PAGE, headers=kept).text).data


@pytest.mark.parametrize("coding", ["gzip", "identity", "br, gzip"])
def test_browsers_that_take_compressed_pages_get_the_desk_too(shared_app, coding):
    answer = shared_app.persons[people.ADMIN].get(PAGE, headers={"Accept-Encoding": coding})
    assert Desk(answer.text).data


def test_a_reviewers_name_is_text_and_never_a_tag(tmp_path, database_url):
    make_workspace_on(database_url, tmp_path / "ws").close()
    settings = {"CURATE_REVIEWER": HOSTILE}
    process = ReviewProcess(tmp_path / "ws", tmp_path / "review.log", settings)
    try:
        desk = Desk(httpx.get(process.start().url + PAGE).text)
    finally:
        process.stop()
    assert desk.data["reviewer"] == HOSTILE
    assert sum("src" in each and "early" in each["src"] for each in desk.scripts) == 1
    assert len(desk.scripts) == 3
