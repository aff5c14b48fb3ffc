"""What the Removals screen may send: the exact fields and types of each JSON body."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from review_ui.routes.bodies import DeskBody, Items, Seconds, Text, Want


class CasesBody(DeskBody):
    want: Want
    have: Items
    object: UUID | None = None


class JudgementBody(DeskBody):
    event: UUID
    removal: UUID
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    verdict: Literal["accept", "reject", "flag"]
    reason: Text | None = None
    seconds: Seconds | None = None
    want: Want
    have: Items


class SkipCaseBody(DeskBody):
    object: UUID
    want: Want
    have: Items


class KeepBody(DeskBody):
    objects: Items
