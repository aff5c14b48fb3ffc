"""The Pairs screen's conversation with the workspace, as JSON: ``/app/pairs/...``.

A photographer sees and changes own shoots; what is somebody else's is as unknown as what never was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter
from starlette.routing import BaseRoute, Route

from curate.errors import AccessError, ConflictError, PhotoError, SettingsError
from curate.pair_verdicts import NO_CHECK
from curate.workflows import drawn_masks, frame_intake, pair_proposals, pairs, review, shoots, uploads
from review_ui import serving
from review_ui.access import Permission, Person, viewer
from review_ui.guard import Endpoint, Refused, posted
from review_ui.routes.pair_answers import Answer, detail, line, proposal, standing
from review_ui.routes.pair_bodies import (
    MASK_LIMIT,
    ChangeBody,
    FilesBody,
    HandInBody,
    JudgementBody,
    MaskBody,
    NothingBody,
    PairBody,
    PairUpBody,
    RightsBody,
    SceneBody,
    ShootBody,
    UndoPairBody,
    UploadBody,
)
from review_ui.routes.uploads import PLACE as UPLOADS

# Each holds a whole file and its pixels, or up to 1.5 GB while it measures.
_STORING = CapacityLimiter(2)
_MEASURING = CapacityLimiter(1)


@contextmanager
def _words() -> Iterator[None]:
    """What is wrong with a photo or a word of theirs is for the photographer to know."""
    try:
        yield
    except (PhotoError, SettingsError) as error:
        raise Refused(422, "unfit", str(error)) from error


@posted(Permission.HAND_IN, NothingBody)
def all_shoots(person: Person, _asked: NothingBody) -> object:
    """The shoots this person may hand in to."""
    return {"shoots": shoots.listed(serving.workspace(), viewer(person))}


@posted(Permission.HAND_IN, ShootBody)
def new_shoot(person: Person, asked: ShootBody) -> object:
    """Begin a shoot; only those who see everybody's may name another photographer, or hold it out."""
    if asked.held_out and viewer(person) is not None:
        raise AccessError("Photographers do not hold shoots out of training: ask a curator to do it.")
    photographer = viewer(person) or asked.photographer or person.name
    with _words():
        return shoots.create(
            serving.workspace(),
            asked.name,
            photographer=photographer,
            licence=asked.licence,
            consent=asked.consent,
            credit=asked.credit,
            held_out=asked.held_out,
        )


@posted(Permission.HAND_IN, RightsBody)
def shoot_rights(person: Person, asked: RightsBody) -> object:
    """Replace rights of a shoot, unless somebody else did meanwhile; photographers those of their own."""
    workspace = serving.workspace()
    own = shoots.find(workspace, asked.shoot, viewer(person)).public_id
    changes: dict[shoots.Right, ChangeBody | None] = {
        "licence": asked.licence,
        "consent": asked.consent,
        "credit": asked.credit,
    }
    said = {what: change for what, change in changes.items() if change}
    if not said:
        return shoots.find(workspace, own)
    return shoots.correct(
        workspace,
        own,
        by=person.name,
        seen={what: change.was for what, change in said.items()},
        **{what: change.wanted or "" for what, change in said.items()},
    )


@posted(Permission.HAND_IN, FilesBody)
def known(person: Person, asked: FilesBody) -> object:
    """What is here of these files: pairs they are in, and uploads that may go on."""
    workspace = serving.workspace()
    begun = {each.sha256: each for each in uploads.of_owner(workspace, person.name)}
    return {
        "pairs": dict(pairs.known(workspace, asked.sha256s, viewer(person))),
        "uploads": {
            sha256: f"{UPLOADS}/{begun[sha256].upload_id}" for sha256 in asked.sha256s if sha256 in begun
        },
    }


@posted(Permission.HAND_IN, UploadBody, limiter=_STORING)
def frames(person: Person, asked: UploadBody) -> object:
    """Make a frame of a finished upload; acknowledged only once it is stored."""
    workspace = serving.workspace()
    with _words():
        return frame_intake.finish(workspace, uploads.find(workspace, asked.upload, person.name))


@posted(Permission.HAND_IN, PairUpBody)
def pair_up(person: Person, asked: PairUpBody) -> object:
    """Which frames of this person belong together, and what is left to the photographer to say."""
    workspace, seen = serving.workspace(), viewer(person)
    return proposal(
        pair_proposals.proposed(
            workspace, asked.sha256s, _sent(person), long_scenes=asked.long_scenes, viewer=seen
        )
    )


@posted(Permission.HAND_IN, SceneBody, limiter=_MEASURING)
def scene(person: Person, asked: SceneBody) -> object:
    """Which of three frames of a scene are pairs: an object at two places, or one shot that went wrong."""
    found = pair_proposals.measured_scene(serving.workspace(), asked.sha256s, _sent(person), viewer(person))
    return proposal(found, measured=True)


@posted(Permission.HAND_IN, HandInBody)
def hand_in(person: Person, asked: HandInBody) -> object:
    """Make two frames a pair; measured when the screen asks for it."""
    with _words():
        return pairs.hand_in(
            serving.workspace(),
            asked.factual,
            asked.counterfactual,
            shoot=asked.shoot,
            by=person.name,
            object_name=asked.object,
            kind=asked.kind,
            supersedes=asked.supersedes,
            viewer=viewer(person),
        )


@posted(Permission.HAND_IN, NothingBody)
def all_pairs(person: Person, _asked: NothingBody) -> object:
    """Pairs this person may see, and what came of uploads that are in no pair."""
    workspace, seen = serving.workspace(), viewer(person)
    begun = uploads.of_owner(workspace, person.name)
    stored = {each.sha256: each for each in begun if each.stored is not None}
    paired = pairs.known(workspace, stored, seen)
    return {
        "pairs": [line(each) for each in pairs.listed(workspace, viewer=seen)],
        "unpaired": [
            {"sha256": sha256, "name": each.name, "upload": each.upload_id}
            for sha256, each in stored.items()
            if sha256 not in paired
        ],
        "unfinished": [
            {"name": each.name, "size": each.size, "offset": uploads.offset(each)}
            for each in begun
            if each.stored is None
        ],
    }


@posted(Permission.HAND_IN, PairBody)
def show(person: Person, asked: PairBody) -> object:
    """Everything about one pair."""
    return _detail(person, asked)


@posted(Permission.HAND_IN, PairBody, limiter=_MEASURING)
def check(person: Person, asked: PairBody) -> object:
    """Measure a pair; answered when the verdict is stored."""
    with _words():
        pairs.check(serving.workspace(), asked.pair, viewer=viewer(person))
    return _detail(person, asked)


@posted(Permission.HAND_IN, MaskBody, limit=MASK_LIMIT, limiter=_MEASURING)
def mask(person: Person, asked: MaskBody) -> object:
    """Measure a pair with a mask that was drawn on its screen."""
    workspace, seen = serving.workspace(), viewer(person)
    report = pairs.shown(workspace, asked.pair, seen).report
    if report is None:
        raise Refused(409, "unchecked", "The pair is not measured yet: wait for its verdict, then draw.")
    with _words():
        full = drawn_masks.enlarged(workspace, asked.png, report.mask_sha256)
        pairs.correct_mask(workspace, asked.pair, full, person.name, viewer=seen)
    return _detail(person, asked)


@posted(Permission.HAND_IN, PairBody)
def swap(person: Person, asked: PairBody) -> object:
    """Exchange the frames of a pair; a new pair takes its place."""
    return pairs.swap(serving.workspace(), asked.pair, person.name, viewer=viewer(person))


@posted(Permission.JUDGE_PAIRS, JudgementBody)
def decide(person: Person, asked: JudgementBody) -> object:
    """Accept, reject or flag a pair; answered only after the decision is committed."""
    pair = pairs.shown(serving.workspace(), asked.pair).summary
    overrules = pair.state in ("disputed", "flagged") or (pair.verdict, asked.verdict) == ("fail", "accept")
    review.decide(
        serving.workspace(),
        str(asked.pair),
        asked.verdict,
        reviewer=person.name,
        reason=asked.reason,
        adjudicates=overrules and person.may(Permission.ADJUDICATE),
        event_id=asked.event,
        seen=asked.check or NO_CHECK,
    )
    return _detail(person, asked)


@posted(Permission.JUDGE_PAIRS, UndoPairBody)
def undo(person: Person, asked: UndoPairBody) -> object:
    """Take back one's own last decision on a pair, which the body names; asked again, it changes nothing."""
    pair = pairs.shown(serving.workspace(), asked.pair)
    mine = standing(person, pair)
    if mine is not None and mine.public_id == asked.decision:
        review.undo(serving.workspace(), str(asked.pair), person.name)
    elif not any(each.public_id == asked.decision and each.undone for each in pair.decisions):
        raise ConflictError("nothing", "That is no longer your last decision: load the page again.")
    return _detail(person, asked)


def _sent(person: Person) -> dict[str, str]:
    """Names of the files that this person sent, by sha256."""
    begun = uploads.of_owner(serving.workspace(), person.name)
    return {each.sha256: each.name for each in begun if each.stored}


def _detail(person: Person, asked: PairBody) -> Answer:
    return detail(person, pairs.shown(serving.workspace(), asked.pair, viewer(person)))


def _post(name: str, endpoint: Endpoint) -> BaseRoute:
    return Route(f"/app/pairs/{name}", endpoint, methods=["POST"])


routes: list[BaseRoute] = [
    _post("shoots", all_shoots),
    _post("new-shoot", new_shoot),
    _post("shoot-rights", shoot_rights),
    _post("known", known),
    _post("frames", frames),
    _post("pair-up", pair_up),
    _post("scene", scene),
    _post("hand-in", hand_in),
    _post("list", all_pairs),
    _post("show", show),
    _post("check", check),
    _post("mask", mask),
    _post("swap", swap),
    _post("decide", decide),
    _post("undo", undo),
]
