"""Pairs over HTTP: from a file to a verdict, and what one photographer learns of another: nothing."""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import pytest
from PIL import Image

from curate.workflows import pairs, shoots
from pair_files import START, DrawnPair, draw_pair, jpeg, png
from tus_client import begin, send

PHOTOGRAPHER = "photographer@lab.org"
PNG = b64encode(png(np.zeros((480, 640), np.uint8))).decode()


@pytest.fixture
def photographer(shared_app) -> httpx.Client:
    return shared_app.persons["photographer"]


def asked(client: httpx.Client, name: str, /, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/app/pairs/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def upload(client: httpx.Client, data: bytes) -> str:
    """Send a file as the screen does; its sha256."""
    place = begin(client, data)
    assert send(client, place, data).status_code == 204
    return asked(client, "frames", upload=place.rsplit("/", 1)[1])["sha256"]


def hand_in(client: httpx.Client, drawn: DrawnPair) -> str:
    shoot = asked(client, "new-shoot", name="kitchen", licence="CC0-1.0", consent="nobody in it")["public_id"]
    factual, counterfactual = (upload(client, data) for data in drawn.files)
    return asked(client, "hand-in", factual=factual, counterfactual=counterfactual, shoot=shoot)["pair"]


def judgement(shown: dict[str, Any], verdict: str, reason: str | None = None) -> dict[str, Any]:
    """What the screen sends about a pair as it shows it."""
    check = shown["report"] and shown["report"]["check"]
    body = {"pair": shown["pair"], "check": check, "verdict": verdict, "reason": reason}
    return {"event": str(uuid4()), **body}


def test_two_files_become_a_pair_with_a_verdict(shared_app, photographer):
    drawn = draw_pair(seed=11)
    pair = hand_in(photographer, drawn)
    told = asked(photographer, "check", pair=pair)
    assert (told["verdict"], told["state"], told["photographer"]) == ("pass", "open", PHOTOGRAPHER)
    assert told["sentence"]
    assert {each["verdict"] for each in told["report"]["findings"]} <= {"pass", "warn", "fail"}
    assert [each["what"] for each in told["history"]] == ["Measured: pass", "Handed in by you"]
    known = asked(photographer, "known", sha256s=[hashlib.sha256(each).hexdigest() for each in drawn.files])
    assert list(known["pairs"].values()) == [[pair], [pair]]
    assert pair in {each["pair"] for each in asked(photographer, "list")["pairs"]}
    for name in (
        "factual.webp",
        "counterfactual-640.webp",
        "change.png",
        "mask.png",
        "effect.png",
        "regions.png",
    ):
        picture = photographer.get(f"/app/pairs/pictures/{pair}/{name}")
        assert picture.status_code == 200, name
        assert max(Image.open(io.BytesIO(picture.content)).size) > 100
        again = photographer.get(picture.url, headers={"If-None-Match": picture.headers["etag"]})
        assert again.status_code == 304


def test_a_drawn_mask_is_measured_with(shared_app, photographer):
    pair = hand_in(photographer, draw_pair(seed=12))
    assert asked(photographer, "check", pair=pair)["report"]["given_mask"] is False
    mask = np.zeros((480, 640), np.uint8)
    mask[160:330, 240:400] = 255
    told = asked(photographer, "mask", pair=pair, png=b64encode(png(mask)).decode())
    assert told["report"]["given_mask"] is True
    kept = Image.open(io.BytesIO(photographer.get(f"/app/pairs/pictures/{pair}/mask.png").content))
    assert np.array_equal(np.asarray(kept) > 127, mask > 127)


@pytest.mark.parametrize(
    "drawn",
    [b"no picture", png(np.zeros((48, 64), np.uint8)), png(np.zeros((480, 640), np.uint8))[:-40]],
    ids=["no picture", "another size", "cut off"],
)
def test_what_is_no_mask_is_refused_with_a_sentence(shared_app, photographer, drawn):
    pair = hand_in(photographer, draw_pair(seed=12))
    asked(photographer, "check", pair=pair)
    answer = photographer.post("/app/pairs/mask", json={"pair": pair, "png": b64encode(drawn).decode()})
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit")


def test_a_file_that_is_no_photo_is_refused_and_leaves_nothing(shared_app, photographer):
    place = begin(photographer, b"This is a letter, not a photo.")
    send(photographer, place, b"This is a letter, not a photo.")
    before = set(shared_app.workspace.media.names())
    answer = photographer.post("/app/pairs/frames", json={"upload": place.rsplit("/", 1)[1]})
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit")
    assert answer.json()["error"].endswith(".")
    assert set(shared_app.workspace.media.names()) == before
    assert photographer.head(place, headers={"Tus-Resumable": "1.0.0"}).status_code == 404


def test_other_bytes_than_announced_are_no_frame(shared_app, photographer):
    data = draw_pair(seed=13).files[0]
    place = begin(photographer, data)
    send(photographer, place, data[:-1] + b"?")
    answer = photographer.post("/app/pairs/frames", json={"upload": place.rsplit("/", 1)[1]})
    assert answer.status_code == 422
    assert "announced" in answer.json()["error"]
    with shared_app.unchanged():
        half = begin(photographer, data)
        send(photographer, half, data[:100])
        refused = photographer.post("/app/pairs/frames", json={"upload": half.rsplit("/", 1)[1]})
    assert (refused.status_code, refused.json()["code"]) == (409, "offset")


def test_the_answer_that_was_lost_is_given_again(shared_app, photographer):
    data = draw_pair(seed=14).files[0]
    place = begin(photographer, data)
    send(photographer, place, data)
    first, second = (asked(photographer, "frames", upload=place.rsplit("/", 1)[1]) for _ in range(2))
    assert first == second
    assert photographer.head(place, headers={"Tus-Resumable": "1.0.0"}).headers["upload-offset"] == str(
        len(data)
    )


@pytest.fixture(scope="module")
def foreign(running_app) -> str:
    """A measured pair of another photographer."""
    pairs.check(running_app.workspace, running_app.made.pair, models=False)
    return str(running_app.made.pair)


def test_a_foreign_pair_is_as_unknown_as_one_that_never_was(shared_app, photographer, foreign):
    with shared_app.unchanged():
        for name, more in (("show", {}), ("check", {}), ("mask", {"png": PNG}), ("swap", {})):
            body = {"pair": foreign, **more}
            answers = [
                photographer.post(f"/app/pairs/{name}", json=body | {"pair": each})
                for each in (foreign, str(uuid4()))
            ]
            assert [each.status_code for each in answers] == [404, 404], name
            assert answers[0].json()["code"] == answers[1].json()["code"] == "unknown"
    assert foreign not in {each["pair"] for each in asked(photographer, "list")["pairs"]}
    assert asked(shared_app.persons["curator"], "show", pair=foreign)["pair"] == foreign


@pytest.mark.parametrize(
    "name",
    [
        *(f"{frame}{size}.webp" for frame in ("factual", "counterfactual") for size in ("", "-1280", "-640")),
        *(f"{name}.png" for name in ("change", "mask", "effect", "regions")),
    ],
)
def test_no_picture_of_a_foreign_pair_is_shown(shared_app, photographer, foreign, name):
    path = f"/app/pairs/pictures/{foreign}/{name}"
    assert photographer.get(path).status_code == 404
    assert shared_app.persons["curator"].get(path).status_code == 200


def test_photographers_reach_no_other_picture_of_their_or_others_photos(shared_app, photographer):
    own = upload(photographer, draw_pair(seed=15).files[0])
    summary = pairs.shown(shared_app.workspace, shared_app.made.pair).summary
    for sha256 in (own, summary.factual_sha256):
        for path in (f"thumb/{sha256}.webp", f"photo/{sha256}/640.webp"):
            assert photographer.get(f"/app/static/{path}").status_code == 403


def test_the_hash_of_a_foreign_file_opens_nothing(shared_app, photographer):
    summary = pairs.shown(shared_app.workspace, shared_app.made.pair).summary
    own = shoots.create(shared_app.workspace, "mine", photographer=PHOTOGRAPHER, licence="CC0-1.0").public_id
    theirs = [summary.factual_sha256, summary.counterfactual_sha256]
    assert asked(photographer, "known", sha256s=theirs) == {"pairs": {}, "uploads": {}}
    with shared_app.unchanged():
        for shoot in (own, shared_app.made.shoot):
            body = {"factual": theirs[0], "counterfactual": theirs[1], "shoot": str(shoot)}
            assert photographer.post("/app/pairs/hand-in", json=body).status_code == 404
        assert asked(photographer, "pair-up", sha256s=theirs) == {"pairs": [], "scenes": [], "doubtful": []}
        assert asked(photographer, "scene", sha256s=[*theirs, "0" * 64])["pairs"] == []


@pytest.mark.parametrize(("shift", "kinds"), [(0, ["triplet"] * 2), (6, ["pair"])])
def test_three_frames_of_a_scene_are_what_they_measure_as(shared_app, photographer, shift, kinds):
    good = draw_pair(seed=40 + shift, size=(320, 240))
    other = draw_pair(seed=40 + shift, size=(320, 240), place=(0.4, 0.5), shift=shift)
    frames = (good.factual, other.counterfactual if shift else other.factual, good.counterfactual)
    files = [jpeg(each, START + timedelta(seconds=20 * n)) for n, each in enumerate(frames)]
    first, second, clean = (upload(photographer, each) for each in files)
    with shared_app.unchanged():
        proposed = asked(photographer, "pair-up", sha256s=[first, second, clean])
        assert proposed == {"pairs": [], "scenes": [[first, second, clean]], "doubtful": []}
        told = asked(photographer, "scene", sha256s=proposed["scenes"][0])
    assert [each["kind"] for each in told["pairs"]] == kinds
    assert {"factual": first, "counterfactual": clean, "kind": kinds[0]} in told["pairs"]
    assert [(each["frames"], each["left_out"]) for each in told["doubtful"]] == [([second], True)] * bool(
        shift
    )


def test_an_object_keeps_its_name_and_whoever_says_another_one_is_told(shared_app, photographer):
    factual, counterfactual = (upload(photographer, each) for each in draw_pair(seed=24).files)
    shoot = asked(photographer, "new-shoot", name="kitchen", licence="CC0-1.0", consent="nobody in it")
    body = {"factual": factual, "counterfactual": counterfactual, "shoot": shoot["public_id"]}
    made = asked(photographer, "hand-in", object="vase", **body)
    with shared_app.unchanged():
        refused = photographer.post("/app/pairs/hand-in", json=body | {"object": "mug"})
    assert refused.status_code == 409
    assert "is called 'vase', not 'mug', and keeps that name" in refused.json()["error"]
    assert asked(photographer, "hand-in", object="vase", **body)["pair"] == made["pair"]


@pytest.mark.parametrize("field", ["name", "licence"])
def test_a_text_that_is_too_long_is_told_in_characters(shared_app, photographer, field):
    body = {"name": "attic", field: "x" * 201}
    answer = photographer.post("/app/pairs/new-shoot", json=body)
    assert answer.status_code == 400
    assert "at most 200 characters" in answer.json()["error"]
    assert photographer.post("/app/pairs/new-shoot", json={"name": "a\0b"}).status_code == 400


def test_nothing_goes_into_a_foreign_shoot_or_takes_a_foreign_place(shared_app, photographer, foreign):
    factual, counterfactual = (upload(photographer, each) for each in draw_pair(seed=16).files)
    own = shoots.create(shared_app.workspace, "mine", photographer=PHOTOGRAPHER, licence="CC0-1.0").public_id
    with shared_app.unchanged():
        for more in ({"shoot": str(shared_app.made.shoot)}, {"shoot": str(own), "supersedes": foreign}):
            body = {"factual": factual, "counterfactual": counterfactual, **more}
            assert photographer.post("/app/pairs/hand-in", json=body).status_code == 404
    names = {each["public_id"] for each in asked(photographer, "shoots")["shoots"]}
    assert str(shared_app.made.shoot) not in names


def change(was, wanted):
    return {"was": was, "is": wanted}


def test_a_shoot_needs_no_rights_yet_and_gets_and_loses_them_later(shared_app, photographer):
    made = asked(photographer, "new-shoot", name="hall")
    assert (made["licence"], made["consent"]) == (None, None)  # as `curate pairs shoots create` takes it
    place = made["public_id"]
    rights = {"licence": change(None, "CC0-1.0"), "consent": change(None, "my own flat")}
    said = asked(photographer, "shoot-rights", shoot=place, **rights)
    assert (said["licence"], said["consent"]) == ("CC0-1.0", "my own flat")
    said = asked(photographer, "shoot-rights", shoot=place, consent=change("my own flat", None))
    assert (said["licence"], said["consent"]) == ("CC0-1.0", None)
    assert asked(photographer, "shoot-rights", shoot=place) == said
    said = asked(photographer, "shoot-rights", shoot=place, credit=change(None, "Ada L."))
    assert said["credit"] == "Ada L."


def test_a_form_that_was_open_while_somebody_else_saved_wipes_nothing_out(shared_app, photographer):
    place = asked(photographer, "new-shoot", name="stairs", licence="MIT")["public_id"]
    asked(photographer, "shoot-rights", shoot=place, consent=change(None, "signed"))
    asked(photographer, "shoot-rights", shoot=place, licence=change("MIT", "CC0-1.0"))
    late = {"licence": change("MIT", "CC-BY-4.0"), "consent": change("signed", "")}
    answer = photographer.post("/app/pairs/shoot-rights", json={"shoot": place, **late})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert "has the licence 'CC0-1.0' by now, as somebody changed it" in answer.json()["error"]
    asked(photographer, "shoot-rights", shoot=place, licence=change("MIT", "CC0-1.0"))  # sent twice
    stored = shoots.find(shared_app.workspace, place)
    assert (stored.licence, stored.consent) == ("CC0-1.0", "signed")
    told = shoots.corrections(shared_app.workspace, stored.public_id)
    assert [(each.what, each.old, each.new, each.by) for each in told] == [
        ("licence", "MIT", "CC0-1.0", PHOTOGRAPHER),
        ("consent", None, "signed", PHOTOGRAPHER),
    ]


def test_rights_of_a_foreign_shoot_are_changed_by_people_who_judge_only(shared_app, photographer):
    before = shoots.find(shared_app.workspace, shared_app.made.shoot)
    body = {"shoot": str(before.public_id), "licence": change(before.licence, "proprietary")}
    with shared_app.unchanged():
        assert photographer.post("/app/pairs/shoot-rights", json=body).status_code == 404
    curator = shared_app.persons["curator"]
    assert asked(curator, "shoot-rights", **body)["licence"] == "proprietary"
    asked(curator, "shoot-rights", shoot=body["shoot"], licence=change("proprietary", before.licence))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_who_sent_a_file_sees_it_small_whatever_its_format(shared_app, photographer, kind):
    stream = io.BytesIO()
    Image.fromarray(draw_pair(seed=22).factual).save(stream, kind)
    place = begin(photographer, stream.getvalue())
    path = f"/app/pairs/thumbnails/{place.rsplit('/', 1)[1]}.webp"
    assert photographer.get(path).status_code == 404  # not here yet
    send(photographer, place, stream.getvalue())
    asked(photographer, "frames", upload=place.rsplit("/", 1)[1])
    shown = photographer.get(path)
    assert Image.open(io.BytesIO(shown.content)).format == "WEBP"
    assert photographer.get(path, headers={"If-None-Match": shown.headers["etag"]}).status_code == 304
    for other in ("curator", "admin"):
        assert shared_app.persons[other].get(path).status_code == 404


def test_files_are_called_by_their_names_without_the_folders_of_the_server(shared_app):
    curator = shared_app.persons["curator"]
    frames = [
        pairs.store_frame(shared_app.workspace, data, f"card 1/DCIM/{name}.JPG", by="ada").sha256
        for data, name in zip(draw_pair(seed=23).files, ("with", "without"), strict=True)
    ]
    made = pairs.hand_in(shared_app.workspace, *frames, shoot=shared_app.made.shoot, by="ada").pair
    (line,) = (each for each in asked(curator, "list")["pairs"] if each["pair"] == str(made))
    assert (line["factual"]["name"], line["counterfactual"]["name"]) == ("with.JPG", "without.JPG")
    assert "DCIM" not in str(asked(curator, "show", pair=str(made)))


def test_a_photographer_signs_with_no_other_name(shared_app, photographer):
    made = asked(photographer, "new-shoot", name="borrowed", photographer="other@lab.org", licence="CC0-1.0")
    assert made["photographer"] == PHOTOGRAPHER
    named = asked(
        shared_app.persons["curator"],
        "new-shoot",
        name="lent",
        photographer="other@lab.org",
        licence="CC0-1.0",
    )
    assert named["photographer"] == "other@lab.org"


def test_a_failed_pair_is_accepted_by_adjudicators_with_a_reason_alone(shared_app, photographer):
    pair = hand_in(photographer, draw_pair(seed=17, shift=6))
    told = asked(photographer, "check", pair=pair)
    assert told["verdict"] == "fail"

    def accept(person: str, reason: str | None) -> int:
        body = judgement(told, "accept", reason)
        return shared_app.persons[person].post("/app/pairs/decide", json=body).status_code

    assert accept("photographer", "I like it") == 403
    assert accept("curator", "looks fine to me") == 409
    assert accept("adjudicator", None) == 409
    assert accept("adjudicator", " ") == 409
    assert accept("adjudicator", "the wall behind it moved in the wind") == 200
    assert asked(photographer, "show", pair=pair)["state"] == "accepted"


def test_a_decision_is_taken_back_by_whoever_made_it_and_once(shared_app, photographer):
    pair = hand_in(photographer, draw_pair(seed=18))
    curator, adjudicator = (shared_app.persons[each] for each in ("curator", "adjudicator"))
    for reason in ("blur", "shadow_left"):
        told = asked(curator, "decide", **judgement(asked(curator, "show", pair=pair), "reject", reason))
    assert asked(adjudicator, "show", pair=pair)["undoable"] is None
    body = {"pair": pair, "decision": told["undoable"]}
    with shared_app.unchanged():
        assert adjudicator.post("/app/pairs/undo", json=body).status_code == 409
    once, twice = (asked(curator, "undo", **body) for _ in range(2))
    assert once == twice
    assert once["undoable"] not in (None, told["undoable"])
    assert [each["words"] for each in once["history"] if "taken back" in each["what"]] == ["shadow_left"]
    assert asked(curator, "undo", pair=pair, decision=once["undoable"])["state"] == "open"


def test_a_judgement_on_a_mask_that_was_corrected_meanwhile_is_refused(shared_app, photographer):
    pair = hand_in(photographer, draw_pair(seed=19))
    curator = shared_app.persons["curator"]
    unmeasured = asked(curator, "show", pair=pair)
    before = asked(photographer, "check", pair=pair)
    mask = np.zeros((480, 640), np.uint8)
    mask[160:330, 240:400] = 255
    asked(photographer, "mask", pair=pair, png=b64encode(png(mask)).decode())
    with shared_app.unchanged():
        for shown in (unmeasured, before):
            refused = curator.post("/app/pairs/decide", json=judgement(shown, "reject", "bad_mask"))
            assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    now = asked(curator, "show", pair=pair)
    assert asked(curator, "decide", **judgement(now, "reject", "bad_mask"))["state"] == "rejected"


def test_what_was_accepted_is_changed_by_people_who_judge_only(shared_app, photographer):
    pair = hand_in(photographer, draw_pair(seed=20))
    told = asked(photographer, "check", pair=pair)
    curator = shared_app.persons["curator"]
    assert asked(curator, "decide", **judgement(told, "accept"))["state"] == "accepted"
    with shared_app.unchanged():
        for name, more in (("swap", {}), ("mask", {"png": PNG})):
            assert photographer.post(f"/app/pairs/{name}", json={"pair": pair, **more}).status_code == 409
    assert asked(curator, "swap", pair=pair)["pair"] != pair


def test_shoots_are_held_out_by_people_who_judge_only(shared_app, photographer):
    body = {"name": "kept", "licence": "CC0-1.0", "held_out": True}
    with shared_app.unchanged():
        assert photographer.post("/app/pairs/new-shoot", json=body).status_code == 403
    assert asked(shared_app.persons["curator"], "new-shoot", **body)["held_out"]


def test_the_history_names_nobody_but_the_person_who_asks(shared_app, photographer):
    pair = hand_in(photographer, draw_pair(seed=21))
    asked(photographer, "check", pair=pair)
    curator, adjudicator = (shared_app.persons[each] for each in ("curator", "adjudicator"))
    mask = np.zeros((480, 640), np.uint8)
    mask[160:330, 240:400] = 255
    asked(curator, "mask", pair=pair, png=b64encode(png(mask)).decode())
    asked(curator, "decide", **judgement(asked(curator, "show", pair=pair), "flag", "ask Eve"))
    asked(adjudicator, "decide", **judgement(asked(curator, "show", pair=pair), "reject", "blur: soft"))
    told = {
        each["what"]: each["words"]
        for each in asked(photographer, "show", pair=pair)["history"]
        if not each["what"].startswith("Measured")
    }
    assert told == {
        "Handed in by you": None,
        "Mask corrected": None,
        "Flagged": None,
        "Rejected": "blur: soft",
    }
    mine = {each["what"] for each in asked(curator, "show", pair=pair)["history"]}
    assert {"Handed in", "Mask corrected by you", "Flagged by you", "Rejected"} <= mine


def test_decisions_are_about_pairs_and_nothing_else(shared_app):
    body = judgement({"pair": str(shared_app.made.items[-1]), "report": None}, "accept")
    with shared_app.unchanged():
        assert shared_app.persons["adjudicator"].post("/app/pairs/decide", json=body).status_code == 404


def test_the_pair_of_the_table_is_nobodys_who_logs_in(shared_app):
    assert isinstance(shared_app.made.pair, UUID)
    assert {each.photographer for each in pairs.listed(shared_app.workspace)} >= {"other@lab.org"}
