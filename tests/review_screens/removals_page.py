"""The Removals screen as somebody sees it who has a keyboard and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from curate.database import removals
from curate.database.tables import Decision, ReviewItem
from curate.workflows.removals import listed
from curate.workspace import Workspace
from review_screens.card_page import CardPage


class RemovalsPage(CardPage):
    """Cases are items; ``output`` is the place of the shown output, from 1 on."""

    SCREEN = "removals"
    NAME = "removals"

    @property
    def output(self) -> int:
        return int(self._data("output"))

    def shows(self, output: int) -> None:
        """Wait until this output of the case is painted."""
        self.until("data.painted === 'true' && data.output === String(argument)", output)

    def look(self, name: str) -> None:
        """Wait until this way of looking is on."""
        self.until("root.querySelector('.stage').dataset.look === argument", name)


@dataclass(frozen=True)
class Word:
    """One decision on one output."""

    case: str
    """Id of the object."""
    remover: str
    verdict: str
    reason: str | None = None


def stored_words(workspace: Workspace, reviewer: str = "ada") -> list[Word]:
    """Everything that a reviewer said of removals, undone or not, in the order it was committed."""
    rows = select(Decision, ReviewItem.public_id).join(ReviewItem, ReviewItem.id == Decision.item_id)
    rows = rows.where(Decision.reviewer == reviewer).order_by(Decision.id)
    with workspace.transaction() as session:
        made = session.execute(rows).all()
        known = removals.by_public_ids(session, {item for _, item in made})
        return [
            Word(str(known[item].object_.public_id), known[item].remover, said.verdict, said.reason)
            for said, item in made
        ]


def case_of(workspace: Workspace, name: str) -> str:
    """Id of the object in the photo whose file has this name."""
    found = (each for each in listed(workspace) if each.uri.endswith(f"/{name}"))
    return str(next(found).object_.public_id)
