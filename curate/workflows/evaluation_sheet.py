"""The photos that removers did worst on, side by side with the truth."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from curate.errors import SettingsError, WorkspaceError
from curate.exporters.removal_sheet import outlined, shown
from curate.photos.lettering import GREY, INK, MAT, PAPER, write
from curate.records import Box
from curate.vision.interfaces import RGB, Mask
from curate.vision.regions import around, bounds
from curate.workflows.evaluate_removal import BEST, COPY, Score
from curate.workflows.truth_cases import Pixels

SUFFIXES = (".png", ".jpg")
MOST = 8
"""Photos on a sheet."""
CELL = 300
"""Pixels, longest side of a picture."""
PADDING = 0.5
"""Of the mask's box, on each side: as much as removers see."""
_GAP, _TITLE = 14, 44


@dataclass(slots=True)
class _Case:
    """Pictures of one photo, small."""

    name: str
    pictures: list[tuple[str, Image.Image]]
    worst: float = float("inf")
    """Lowest PSNR in the mask of any remover, dB."""


@dataclass(slots=True)
class WorstCases:
    """Told about every output, keeps small pictures of the worst few."""

    _now: _Case | None = None
    _kept: list[tuple[float, int, _Case]] = field(default_factory=list)
    _seen: int = 0

    def add(self, pixels: Pixels, mask: Mask, output: RGB, score: Score) -> None:
        """An output; those of a photo come after each other, the input first and the truth last."""
        box = bounds(mask)
        assert box is not None  # a photo without an object has no score
        part = around(box, PADDING, mask.shape).box
        if score.by == COPY:
            self._now = _Case(score.case, [("input", _small(outlined(pixels.photo, mask), part))])
        elif self._now is not None and score.by == BEST:
            self._now.pictures.append(("truth", _small(pixels.truth, part)))
            self._keep(self._now)
        elif self._now is not None:
            psnr = score.numbers["psnr_inside"]
            self._now.pictures.append((f"{score.by}  {psnr:.1f} dB", _small(output, part)))
            self._now.worst = min(self._now.worst, psnr)

    def _keep(self, case: _Case) -> None:
        self._seen += 1
        heapq.heappush(self._kept, (-case.worst, self._seen, case))  # the best of the kept on top
        if len(self._kept) > MOST:
            heapq.heappop(self._kept)

    def write(self, to: Path) -> None:
        """One row a photo, the worst first; a file that is there is replaced.

        Raises:
            WorkspaceError: it cannot be written.
        """
        cases = [case for _, _, case in sorted(self._kept, reverse=True)]
        widest = max(len(case.pictures) for case in cases)
        sheet = Image.new(
            "RGB", (_GAP + widest * (CELL + _GAP), _GAP + len(cases) * (CELL + _TITLE + _GAP)), PAPER
        )
        for row, case in enumerate(cases):
            _draw(sheet, case, _GAP + row * (CELL + _TITLE + _GAP))
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            sheet.save(to)
        except (OSError, ValueError) as error:
            raise WorkspaceError(
                f"{to} cannot be written ({error}): name a .png or .jpg file where you may write."
            ) from error


def check_sheet(to: Path) -> None:
    """Refuse a name before hours are spent on what it is to show.

    Raises:
        SettingsError: the name ends in neither of ``SUFFIXES``.
    """
    if to.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"{to} is no name of a sheet: it has to end in {' or '.join(SUFFIXES)}.")


def _small(pixels: RGB, part: Box) -> Image.Image:
    return ImageOps.contain(shown(pixels, part), (CELL, CELL))


def _draw(sheet: Image.Image, case: _Case, top: int) -> None:
    write(sheet, (_GAP, top), case.name, 15, GREY)
    for column, (title, picture) in enumerate(case.pictures):
        left = _GAP + column * (CELL + _GAP)
        write(sheet, (left, top + 20), title, 15, INK)
        under = top + _TITLE
        ImageDraw.Draw(sheet).rectangle((left, under, left + CELL - 1, under + CELL - 1), fill=MAT)
        sheet.paste(picture, (left + (CELL - picture.width) // 2, under + (CELL - picture.height) // 2))
