"""What the Pairs screen may send: the exact fields and types of each JSON body."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field

from review_ui.guard import Body
from review_ui.routes.bodies import STORABLE, Text

MASK_LIMIT = 2 * 2**20  # bytes of a mask in base64; a scribble on 1024 x 1024 pixels has 100 KB

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=200), STORABLE]


class NothingBody(Body):
    """No question has fewer words."""


class ShootBody(Body):
    name: Name
    photographer: Name | None = None
    licence: Name | None = None
    consent: Text | None = None
    credit: Name | None = None
    held_out: bool = False


class ChangeBody(Body):
    """One right of a shoot as it was shown, and as it is to be; null or an empty text: it is not known."""

    was: Text | None
    wanted: Text | None = Field(alias="is")


class RightsBody(Body):
    """What was changed of a shoot's rights; what is absent stays as it is."""

    shoot: UUID
    licence: ChangeBody | None = None
    consent: ChangeBody | None = None
    credit: ChangeBody | None = None


class FilesBody(Body):
    sha256s: Annotated[list[Sha256], Field(max_length=500)]


class PairUpBody(FilesBody):
    long_scenes: Literal["ask", "burst", "pairs"] = "ask"


class SceneBody(Body):
    sha256s: Annotated[list[Sha256], Field(min_length=3, max_length=3)]


class UploadBody(Body):
    upload: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class HandInBody(Body):
    factual: Sha256
    counterfactual: Sha256
    shoot: UUID
    kind: Literal["pair", "triplet", "burst"] = "pair"
    object: Name | None = None
    supersedes: UUID | None = None


class PairBody(Body):
    pair: UUID


class MaskBody(PairBody):
    png: Annotated[Base64Bytes, Field(max_length=MASK_LIMIT)]


class JudgementBody(PairBody):
    event: UUID
    check: UUID | None
    """Of the report that was shown; null if the pair was not measured."""
    verdict: Literal["accept", "reject", "flag"]
    reason: Text | None = None


class UndoPairBody(PairBody):
    decision: UUID
