"""Pairs as the screen is told about them: what this person may know, and nothing of who voted how."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from curate.capture.pairing import Pairing
from curate.pair_verdicts import REJECT
from curate.workflows.pair_records import PairDecision, PairDetail, PairReport, PairSummary
from review_ui.access import Permission, Person

_SETTLED = {"accepted", "rejected"}
_SAID = {"accept": "accepted", "reject": "rejected", "flag": "flagged", "undo": "taken back"}

Answer = dict[str, Any]


def line(pair: PairSummary) -> Answer:
    """One line of the list."""
    return {
        "pair": pair.pair,
        "shoot": pair.shoot,
        "shoot_name": pair.shoot_name,
        "photographer": pair.photographer,
        "object": pair.object_name,
        "factual": _frame(pair.factual_sha256, pair.factual_name),
        "counterfactual": _frame(pair.counterfactual_sha256, pair.counterfactual_name),
        "verdict": pair.verdict,
        "sentence": pair.sentence,
        "swapped": pair.swapped,
        "state": pair.state,
        "superseded_by": pair.superseded_by,
    }


def _frame(sha256: str, name: str) -> Answer:
    """Without the folders, which an import by command keeps: they are the server's."""
    return {"sha256": sha256, "name": PurePosixPath(name).name}


def detail(person: Person, pair: PairDetail) -> Answer:
    """Everything the screen shows of one pair."""
    report, mine = pair.report, standing(person, pair)
    return {
        **line(pair.summary),
        "supersedes": pair.supersedes,
        "undoable": None if mine is None else mine.public_id,
        "report": None if report is None else _report(report),
        "history": sorted(_history(person, pair), key=lambda each: each["at"], reverse=True),
    }


def standing(person: Person, pair: PairDetail) -> PairDecision | None:
    """The person's last decision on the pair that was not taken back."""
    own = (each for each in pair.decisions if each.reviewer == person.name)
    return next((each for each in own if each.verdict != "undo" and not each.undone), None)


def proposal(pairing: Pairing, *, measured: bool = False) -> Answer:
    """Which frames to hand in as pairs, sentences about those that became none, and scenes to be measured.

    Args:
        measured: The triplets are. Of others it has to be asked first which of their frames are pairs.
    """
    triplets = pairing.triplets if measured else []
    kinds = (("pair", pairing.pairs), ("triplet", triplets), ("burst", pairing.bursts))
    return {
        "scenes": [
            [frame.sha256 for frame in (*group.factuals, group.counterfactual)]
            for group in pairing.triplets
            if not measured
        ],
        "pairs": [
            {"factual": factual.sha256, "counterfactual": group.counterfactual.sha256, "kind": kind}
            for kind, groups in kinds
            for group in groups
            for factual in group.factuals
        ],
        "doubtful": [
            {
                "sentence": each.sentence,
                "frames": [frame.sha256 for frame in each.frames],
                "left_out": each.left_out,
            }
            for each in pairing.doubtful
        ],
    }


def _report(report: PairReport) -> Answer:
    return {
        "check": report.check,
        "findings": [dict(each) for each in report.findings],
        "models": report.models,
        "given_mask": report.given_mask_sha256 is not None,
        "mask": report.mask_sha256,
        "effect": report.effect_sha256,
        "change": report.change_sha256,
    }


def _history(person: Person, pair: PairDetail) -> Iterator[Answer]:
    summary = pair.summary
    yield _event(summary.handed_in_at, f"Handed in{_by_you(person, summary.handed_in_by)}")
    for each in (pair.report, *pair.earlier_reports):
        if each is not None:
            yield _event(each.checked_at, f"Measured: {each.verdict}", each.sentence)
    for mask in pair.masks:
        yield _event(mask.at, f"Mask corrected{_by_you(person, mask.by)}")
    for made in pair.decisions:
        if _may_know(person, pair, made.reviewer):
            said = f"{_SAID[made.verdict].capitalize()}{_by_you(person, made.reviewer)}"
            undone = ", later taken back" if made.undone else ""
            yield _event(made.decided_at, f"{said}{undone}", _words(person, made))


def _by_you(person: Person, name: str) -> str:
    """Nobody is named but to themselves."""
    return " by you" if name == person.name else ""


def _words(person: Person, made: PairDecision) -> str | None:
    """Why it was decided so. A rejection tells the photographer; the rest is said among reviewers."""
    mine = made.reviewer == person.name
    return made.reason if mine or made.verdict == REJECT or person.may(Permission.JUDGE_PAIRS) else None


def _may_know(person: Person, pair: PairDetail, reviewer: str) -> bool:
    """Votes stay blind until they are settled."""
    settled = pair.summary.state in _SETTLED or person.may(Permission.ADJUDICATE)
    return settled or reviewer == person.name


def _event(at: datetime, what: str, words: str | None = None) -> Answer:
    return {"at": at, "what": what, "words": words}
