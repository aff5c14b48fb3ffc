"""Errors as the statuses and words that the card acts on."""

from __future__ import annotations

import json

import pytest

from curate.errors import (
    AccessError,
    ConflictError,
    DatabaseError,
    DecisionError,
    MediaDamagedError,
    MediaMissingError,
    NotFoundError,
    PhotoError,
)
from review_ui.guard import Refused, failure

PLACE = "/srv/photos of Ada/secret.jpg"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused(413, "large", "Too large."), 413, "large"),
        (AccessError("Only adjudicators."), 403, "forbidden"),
        (NotFoundError("There is no group."), 404, "unknown"),
        (ConflictError("taken", "Somebody has it."), 409, "taken"),
        (DecisionError("It does not fit."), 409, "verdict"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_person_can_mend_is_said(error, status, code):
    answer = failure(error)
    assert answer.status_code == status
    assert json.loads(answer.body) == {"error": str(error), "code": code}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DatabaseError(PLACE), 503, "away"),
        (MediaMissingError(PLACE), 404, "unknown"),
        (MediaDamagedError(PLACE), 500, "fault"),
        (PhotoError(PLACE), 500, "fault"),
        (RuntimeError(PLACE), 500, "fault"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_only_the_log_may_know_stays_there(error, status, code):
    answer = failure(error)
    assert (answer.status_code, json.loads(answer.body)["code"]) == (status, code)
    assert PLACE not in answer.body.decode()
