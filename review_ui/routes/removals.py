"""The Removals screen's conversation with its queue, as JSON; ``curate.workflows.removal_queue`` explains."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from curate.workflows import removal_queue
from curate.workflows.removal_queue import Seat, Vote
from review_ui import serving
from review_ui.access import Permission, Person
from review_ui.guard import Endpoint, posted
from review_ui.routes import desks
from review_ui.routes.bodies import DeskBody, UndoBody
from review_ui.routes.removal_bodies import CasesBody, JudgementBody, KeepBody, SkipCaseBody


@posted(Permission.REVIEW, CasesBody)
def cases(person: Person, asked: CasesBody) -> object:
    """Lease and describe further cases."""
    seat = _seat(person, asked)
    return desks.seen_by(
        person, removal_queue.cases(serving.workspace(), seat, asked.want, asked.have, asked.object)
    )


@posted(Permission.REVIEW, JudgementBody)
def decisions(person: Person, asked: JudgementBody) -> object:
    """Store a decision on one removal; answered only after its transaction is committed."""
    seat = _seat(person, asked)
    vote = Vote(asked.event, asked.removal, asked.version, asked.verdict, {}, asked.reason, asked.seconds)
    return desks.seen_by(person, removal_queue.vote(serving.workspace(), seat, vote, asked.want, asked.have))


@posted(Permission.REVIEW, UndoBody)
def undo(person: Person, asked: UndoBody) -> object:
    """Take back the person's newest standing decision on a removal, which the body names."""
    seat = _seat(person, asked)
    return desks.seen_by(person, removal_queue.undo(serving.workspace(), seat, asked.event, asked.decision))


@posted(Permission.REVIEW, SkipCaseBody)
def skip(person: Person, asked: SkipCaseBody) -> object:
    """Put a case last for this person."""
    seat = _seat(person, asked)
    return desks.seen_by(
        person, removal_queue.skip(serving.workspace(), seat, asked.object, asked.want, asked.have)
    )


@posted(Permission.REVIEW, KeepBody)
def heartbeat(person: Person, asked: KeepBody) -> object:
    """Keep what the window holds."""
    kept = removal_queue.heartbeat(serving.workspace(), _seat(person, asked), asked.objects)
    return {"kept": kept}


@posted(Permission.REVIEW, DeskBody)
def leave(person: Person, asked: DeskBody) -> object:
    """Give back what the window holds."""
    return {"given_back": removal_queue.leave(serving.workspace(), _seat(person, asked))}


def _seat(person: Person, asked: DeskBody) -> Seat:
    desks.check(person, asked.desk)
    return removal_queue.seat(person.name, asked.seat, asked.desk)


def _post(name: str, endpoint: Endpoint) -> BaseRoute:
    return Route(f"/app/removals/{name}", endpoint, methods=["POST"])


routes: list[BaseRoute] = [
    _post("cases", cases),
    _post("decisions", decisions),
    _post("undo", undo),
    _post("skip", skip),
    _post("heartbeat", heartbeat),
    _post("leave", leave),
]
