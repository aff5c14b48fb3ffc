"""The list of checks below the pictures of a report: a mark, a sentence, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from curate.capture.finding_numbers import limit_words, number_words
from curate.capture.framing import is_advice
from curate.capture.records import Finding, Verdict
from curate.photos.lettering import GREY, INK, wrapped, write, write_right

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "pass": ("PASS", "#2b8a3e"),
    "warn": ("WARN", "#d9730d"),
    "fail": ("FAIL", "#c92a2a"),
}
"""Word and colour."""
_SIZE, _LINE, _BETWEEN = 17, 30, 6
_NUMBERS = 260
"""Pixels at the right of a finding that its numbers have."""


class FindingsList:
    """Findings wrapped to a width in pixels, worst first, advice last."""

    def __init__(self, findings: Sequence[Finding], width: int, gap: int) -> None:
        self._width, self._gap = width, gap
        room = width - 3 * gap - _NUMBERS
        ordered = sorted(findings, key=lambda finding: is_advice(finding.check))
        self._rows = [(each, wrapped(each.sentence, _SIZE, room)) for each in ordered]

    @property
    def height(self) -> int:
        """Pixels."""
        return sum(_LINE * len(lines) + _BETWEEN for _, lines in self._rows)

    def draw(self, sheet: Image.Image, top: int) -> None:
        """Draw all of them from ``top`` on."""
        for finding, lines in self._rows:
            self._mark(sheet, finding, top + 4)
            for number, line in enumerate(lines):
                write(sheet, (2 * self._gap, top + _LINE * number), line, _SIZE, INK)
            write_right(sheet, (self._width - self._gap, top), _numbers(finding), _SIZE, GREY)
            top += _LINE * len(lines) + _BETWEEN

    def _mark(self, sheet: Image.Image, finding: Finding, top: int) -> None:
        """A square in the verdict's colour; a ring for advice, which is neither passed nor failed."""
        place = (self._gap, top, self._gap + 13, top + 13)
        if is_advice(finding.check):
            ImageDraw.Draw(sheet).ellipse(place, outline=GREY, width=2)
        else:
            ImageDraw.Draw(sheet).rectangle(place, fill=VERDICTS[finding.verdict][1])


def _numbers(finding: Finding) -> str:
    if finding.number is None:
        return ""
    said = number_words(finding.number, finding.unit)
    if finding.threshold is None or is_advice(finding.check):
        return said
    return f"{said}   ({limit_words(finding.check, finding.threshold, finding.unit)})"
