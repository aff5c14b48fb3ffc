"""From views to prompts: what a captioner says, what people write over it, what an export takes."""

from __future__ import annotations

import json
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError as SqlError

from chain import last
from curate.errors import CaptionError, ConflictError, NotFoundError
from curate.workflows import captions
from curate.workflows.caption import caption
from curate.workflows.captions import Seen
from curate.workflows.export import SubjectOptions, export_subject
from curate.workflows.failures import failures
from curate.workflows.verify import verify_manifest
from removable import BOX, make_removable

ALL_TRAIN = (100, 0, 0)
TEMPLATE = "a photo of a jug"


class Teller:
    """Says how large a picture is and which colour its middle has; fails at those it was told to."""

    def __init__(self, name="teller", *, crops=False, fails=lambda picture: False):
        self.name = name
        self.fingerprint = (name[0].encode().hex() * 32)[:64]
        self.crops = crops
        self._fails = fails
        self.seen = 0

    def prepare(self, picture):
        return picture

    def caption(self, picture):
        self.seen += 1
        if self._fails(picture):
            raise CaptionError("The model ran out of memory: give it smaller photos.")
        height, width = picture.shape[:2]
        return f"{width} x {height}, {picture[height // 2, width // 2, 0]}"


@pytest.fixture
def views(empty_workspace, tmp_path):
    return make_removable(empty_workspace, tmp_path / "photos")


def run(workspace, teller, wanted, **options):
    return last(caption(workspace, teller, wanted, **options))


def export(workspace, to, **options):
    return export_subject(workspace, SubjectOptions("set", "1", shares=ALL_TRAIN, **options), to)


def rows_of(exported):
    return pq.read_table(exported.manifest.directory / "train" / "metadata.parquet").to_pylist()


def test_a_photo_is_shown_once_for_all_its_views_and_never_again(empty_workspace, views):
    teller = Teller()
    told = run(empty_workspace, teller, views.objects)
    assert (told["captions"], told["there"], teller.seen) == (4, 0, 4)
    assert captions.shown(empty_workspace, str(views.objects[0]))[0].caption.text.startswith("540 x 405, ")
    assert run(empty_workspace, teller, views.objects)["there"] == 4
    assert teller.seen == 4


def test_a_captioner_of_crops_is_shown_the_box(empty_workspace, views):
    run(empty_workspace, Teller(crops=True), views.objects)
    for each in captions.shown(empty_workspace, str(views.group)):
        assert each.caption.text.startswith(f"{BOX.width} x {BOX.height}, 2")  # the box is red
        assert (each.caption.by, each.otherwise) == ("teller", each.caption)


def test_what_fails_is_a_row_and_a_stopped_run_goes_on(empty_workspace, views):
    views.files[views.objects[1]].unlink()
    broken = Teller(fails=lambda picture: True)
    told = run(empty_workspace, broken, views.objects)
    assert (told["captions"], told["failed"]) == (0, 4)
    found = failures(empty_workspace, "caption")
    assert {each.attempts for each in found} == {1}
    assert sum("ran out of memory" in each.reason for each in found) == 3

    teller = Teller()
    assert run(empty_workspace, teller, views.objects)["failed_before"] == 4
    steps = caption(empty_workspace, teller, views.objects, retry_failed=True)
    while next(steps).done < 2:
        pass
    steps.close()
    told = run(empty_workspace, teller, views.objects, retry_failed=True)
    assert (told["captions"] + told["there"], told["failed"], teller.seen) == (3, 1, 3)
    (left,) = failures(empty_workspace, "caption")
    assert left.attempts >= 2


def test_people_s_words_count_before_a_captioner_s_and_nothing_is_overwritten(empty_workspace, views):
    shown = views.objects[0]

    def write(words, **options):
        return captions.write(empty_workspace, shown, words, by="ada", **options)

    assert write("").caption.text == TEMPLATE
    made = write("  a red jug on a shelf ")
    assert (made.caption.text, made.caption.by, made.caption.source) == (
        "a red jug on a shelf",
        "ada",
        "person",
    )
    assert made.otherwise.text == TEMPLATE
    run(empty_workspace, Teller(), [shown])
    (now,) = captions.shown(empty_workspace, str(shown)[:13])
    assert now.caption == made.caption
    assert now.otherwise.source == Teller().fingerprint
    assert write("").caption == now.otherwise
    with empty_workspace.transaction() as session:
        kept = session.execute(text("SELECT text FROM captions WHERE by IS NOT NULL ORDER BY id")).scalars()
        assert list(kept) == ["a red jug on a shelf", ""]
    for change in ("UPDATE captions SET text = 'x'", "DELETE FROM captions", "TRUNCATE captions"):
        with pytest.raises(SqlError, match="curate caption set"), empty_workspace.transaction() as session:
            session.execute(text(change))


def test_words_that_were_written_unseen_are_not_overwritten_and_sending_again_changes_nothing(
    empty_workspace, views
):
    event, shown = uuid4(), views.objects[0]
    for _ in range(2):
        captions.write(empty_workspace, shown, "one jug", by="ada", event=event, seen=Seen(None))
    with pytest.raises(ConflictError, match="“one jug” since you looked") as error:
        captions.write(empty_workspace, shown, "a jug", by="bob", event=uuid4(), seen=Seen(None))
    assert error.value.code == "stale"
    captions.write(empty_workspace, shown, "a jug", by="bob", seen=Seen("one jug"))
    captions.write(empty_workspace, shown, "one jug", by="ada", event=event, seen=Seen(None))
    assert captions.shown(empty_workspace, str(shown))[0].caption.text == "a jug"


def test_an_object_that_nobody_knows_has_no_caption(empty_workspace, views):
    for ask in (captions.shown, captions.object_of):
        with pytest.raises(NotFoundError, match="groups"):
            ask(empty_workspace, "ffffff")
    with pytest.raises(NotFoundError, match="load the page again"):
        captions.write(empty_workspace, uuid4(), "a jug", by="ada")


def test_an_export_takes_people_s_words_then_the_captioner_s_then_the_template(
    empty_workspace, views, tmp_path
):
    first = export(empty_workspace, tmp_path / "1")
    assert {(row["caption"], row["caption_source"]) for row in rows_of(first)} == {(TEMPLATE, "template")}
    one, two, *rest = views.objects
    teller = Teller()
    run(empty_workspace, teller, [one, two])
    captions.write(empty_workspace, one, "my red jug", by="ada")
    made = export(empty_workspace, tmp_path / "2")
    found = {row["object_id"]: (row["caption"], row["caption_source"]) for row in rows_of(made)}
    assert found[str(one)] == ("my red jug", "person")
    assert found[str(two)][1] == teller.fingerprint
    assert {found[str(each)] for each in rest} == {(TEMPLATE, "template")}
    assert verify_manifest(made.manifest.directory, empty_workspace)
    manifest = json.loads((made.manifest.directory / "manifest.json").read_text())
    assert manifest["parameters"]["captioner"] == teller.fingerprint
    used = {"role": "captioner", "name": "teller", "fingerprint": teller.fingerprint}
    assert used in manifest["provenance"]["models"]

    other = Teller("other", crops=True)
    run(empty_workspace, other, [two])
    with pytest.raises(NotFoundError, match=r"Several captioners were used: .*, as in --captioner teller"):
        export(empty_workspace, tmp_path / "3")
    chosen = rows_of(export(empty_workspace, tmp_path / "4", captioner="other"))
    assert {row["caption_source"] for row in chosen} == {"person", "template", other.fingerprint}
