"""Pairs in words: verdicts, findings, history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from curate.cli.output import count, result, say, table

if TYPE_CHECKING:
    from uuid import UUID

    from curate.workflows.pair_checking import Checked
    from curate.workflows.pair_records import PairDetail, PairReport, PairSummary


FAILED = 3
"""Exit code of ``add``, ``swap`` and ``mask`` if their pair fails: neither an error (1) nor wrong usage (2).

``check`` is about any number of pairs: it ends with 0 whatever the verdicts are, and with 1 if it could
measure none of them.
"""


def verdict_line(report: PairReport, name: str = "") -> str:
    """``1a2b3c4d vase.jpg: fail. The camera moved ...``."""
    pair = str(report.pair)[:8]
    wrong_order = report.findings[0]["reason"] == "wrong_order"
    sentence = with_swap(report.sentence, report.pair) if wrong_order else report.sentence
    return f"{pair}{f' {name}' if name else ''}: {report.verdict}. {sentence}"


def with_swap(sentence: str, pair: UUID) -> str:
    """What a check says of swapped frames, with what to type."""
    return f"{sentence.rstrip('.')}: curate pairs swap {str(pair)[:8]}"


def told_of(summary: PairSummary) -> str:
    """What the check of a pair says, and what to type if its frames are to be exchanged."""
    if summary.sentence is None:
        return ""
    to_swap = summary.swapped and summary.superseded_by is None
    return with_swap(summary.sentence, summary.pair) if to_swap else summary.sentence


def report_checks(checks: Iterable[Checked], *, quiet: bool) -> list[Checked]:
    """Print each verdict as it comes and how many there were: on standard error if ``quiet``."""
    tell = say if quiet else result
    done: list[Checked] = []
    for each in checks:
        what = verdict_line(each.report, each.name) if each.report else _problem(each)
        tell(f"{each.done}/{each.total} {what}")
        done.append(each)
    counts = Counter(each.report.verdict if each.report else "not measured" for each in done)
    parts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    tell(f"{count(len(done), 'pair')} checked{f': {parts}' if parts else ''}.")
    if back := [str(each.pair)[:8] for each in done if each.sent_back]:
        which = count(len(back), "of them is", "of them are")
        tell(f"{which} no longer accepted, as masks or verdict changed: look at {', '.join(back)} again.")
    return done


def print_detail(found: PairDetail) -> None:
    """A pair for a person."""
    summary, report = found.summary, found.report
    rows = [
        ("pair", summary.pair),
        ("shoot", f"{summary.shoot_name}, {summary.photographer}"),
        ("kind", summary.kind),
        ("object", summary.object_name or ""),
        ("renamed", "; ".join(f"{each.old} to {each.new} by {each.by}" for each in found.renamings)),
        ("with it", f"{summary.factual_name} ({summary.factual_sha256[:12]})"),
        ("without it", f"{summary.counterfactual_name} ({summary.counterfactual_sha256[:12]})"),
        ("state", summary.state),
        ("superseded by", summary.superseded_by or ""),
        ("takes the place of", ", ".join(map(str, found.supersedes))),
        ("check", f"{summary.verdict}: {told_of(summary)}" if report else "not measured"),
        ("models", report.models if report else ""),
        ("mask", f"corrected by {found.masks[0].by}" if found.masks else ""),
    ]
    table(("", ""), [row for row in rows if row[1]])
    if report:
        table(("check", "", "number", "limit", "finding"), [_finding(each) for each in report.findings])
    if found.decisions:
        said = [
            (
                f"{d.decided_at:%Y-%m-%d %H:%M:%S}",
                d.reviewer,
                d.verdict,
                "undone" if d.undone else "",
                d.reason or "",
            )
            for d in found.decisions
        ]
        table(("when", "reviewer", "said", "", "reason"), said)


def _finding(told: Any) -> tuple[object, ...]:
    from curate.capture.finding_numbers import limit_words, number_words
    from curate.capture.framing import is_advice

    check, number, threshold, unit = (told[name] for name in ("check", "number", "threshold", "unit"))
    bare = number is None or threshold is None or is_advice(check)
    return (
        check,
        told["verdict"],
        "" if number is None else number_words(number, unit),
        "" if bare else limit_words(check, threshold, unit),
        told["sentence"],
    )


def _problem(checked: Checked) -> str:
    return f"{str(checked.pair)[:8]} {checked.name}: not measured. {checked.problem}"


def as_json_check(checked: Checked) -> dict[str, Any]:
    """What became of one pair, for a program."""
    report = checked.report
    return {
        "pair": checked.pair,
        "name": checked.name,
        "verdict": report.verdict if report else None,
        "sentence": report.sentence if report else checked.problem,
        "sent_back": checked.sent_back,
    }
