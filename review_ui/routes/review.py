"""The card's conversation with the queue, as JSON; ``curate.workflows.queue`` says what it means."""

from __future__ import annotations

from dataclasses import replace

from starlette.routing import BaseRoute, Route

from curate.workflows import captions as caption_workflow
from curate.workflows import queue
from curate.workflows.queue import REVIEW, Seat, Vote
from review_ui import serving
from review_ui.access import Permission, Person
from review_ui.guard import Endpoint, posted
from review_ui.routes import desks
from review_ui.routes.bodies import (
    CaptionBody,
    CardsBody,
    DecisionBody,
    DeskBody,
    HeartbeatBody,
    SeatBody,
    SkipBody,
    UndoBody,
)


@posted(Permission.REVIEW, CardsBody)
def cards(person: Person, asked: CardsBody) -> object:
    """Lease and describe further cards."""
    seat = _desk(person, asked)
    return desks.seen_by(person, queue.cards(serving.workspace(), seat, asked.want, asked.have, asked.item))


@posted(Permission.REVIEW, DecisionBody)
def decisions(person: Person, asked: DecisionBody) -> object:
    """Store a decision; answered only after its transaction is committed."""
    seat = _desk(person, asked)
    vote = Vote(
        asked.event, asked.item, asked.version, asked.verdict, asked.marks, asked.reason, asked.seconds
    )
    return desks.seen_by(person, queue.vote(serving.workspace(), seat, vote, asked.want, asked.have))


@posted(Permission.REVIEW, UndoBody)
def undo(person: Person, asked: UndoBody) -> object:
    """Take back the person's newest standing decision, which the body names."""
    seat = _desk(person, asked)
    return desks.seen_by(person, queue.undo(serving.workspace(), seat, asked.event, asked.decision))


@posted(Permission.REVIEW, SkipBody)
def skip(person: Person, asked: SkipBody) -> object:
    """Put an item last for this person."""
    seat = _desk(person, asked)
    return desks.seen_by(person, queue.skip(serving.workspace(), seat, asked.item, asked.want, asked.have))


@posted(Permission.REVIEW, CaptionBody)
def captions(person: Person, asked: CaptionBody) -> object:
    """Store a person's words on an object; answered only after their transaction is committed."""
    _desk(person, asked)
    made = caption_workflow.write(
        serving.workspace(),
        asked.object,
        asked.text,
        by=person.name,
        event=asked.event,
        seen=caption_workflow.Seen(asked.was),
    )
    return replace(made, caption=made.caption.nameless)


@posted(Permission.REVIEW, HeartbeatBody)
def heartbeat(person: Person, asked: HeartbeatBody) -> object:
    """Keep what the window holds."""
    return {"kept": queue.heartbeat(serving.workspace(), _seat(person, asked), asked.items)}


@posted(Permission.REVIEW, SeatBody)
def leave(person: Person, asked: SeatBody) -> object:
    """Give back what the window holds."""
    return {"given_back": queue.leave(serving.workspace(), _seat(person, asked))}


def _desk(person: Person, asked: DeskBody) -> Seat:
    desks.check(person, asked.desk)
    return Seat(person.name, asked.seat, asked.desk)


def _seat(person: Person, asked: SeatBody) -> Seat:
    return Seat(person.name, asked.seat, REVIEW)


def _post(name: str, endpoint: Endpoint) -> BaseRoute:
    return Route(f"/app/review/{name}", endpoint, methods=["POST"])


routes: list[BaseRoute] = [
    _post("cards", cards),
    _post("decisions", decisions),
    _post("undo", undo),
    _post("skip", skip),
    _post("captions", captions),
    _post("heartbeat", heartbeat),
    _post("leave", leave),
]
