"""One picture that tells a photographer what was found about a pair."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from curate.capture.change_picture import LOUD, RGB, heat, outlined, scale_bar, tinted
from curate.capture.palette import KINDS
from curate.capture.records import CameraSettings, Frame, PairCheck, Plane, Verdict
from curate.capture.report_findings import VERDICTS, FindingsList
from curate.photos.lettering import GREY, INK, MAT, PAPER, length, wrapped, write, write_right

_WIDTH, _GAP = 1400, 24
_CELL = ((_WIDTH - 3 * _GAP) // 2, 664)
"""Width and greatest height of a picture, pixels."""
_HEAD, _CAPTION, _LINE = 132, 44, 30
_CHANGED = "What changed"


@dataclass(frozen=True, slots=True)
class _Panel:
    """One of the four pictures."""

    title: str
    picture: RGB
    legend: Sequence[tuple[str, str]] = ()
    """Names and colours."""


def report_image(factual: Frame, counterfactual: Frame, check: PairCheck) -> bytes:
    """A PNG, 1400 pixels wide: verdict, both frames, what changed, masks, every check with its numbers."""
    rows = [_photos(factual, counterfactual, check), _findings_pictures(factual, check)]
    heights = [_CAPTION + max(panel.picture.shape[0] for panel in row) + _GAP for row in rows]
    findings = FindingsList(check.findings, _WIDTH, _GAP)
    sentence = wrapped(check.sentence, 27, _WIDTH - 2 * _GAP)
    head = _HEAD + 36 * (len(sentence) - 1)
    sheet = Image.new("RGB", (_WIDTH, head + sum(heights) + findings.height + _GAP), PAPER)
    _header(sheet, factual, check.verdict, sentence)
    top = head
    for row, height in zip(rows, heights, strict=True):
        for panel, left in zip(row, (_GAP, 2 * _GAP + _CELL[0]), strict=True):
            _draw_panel(sheet, panel, (left, top))
        top += height
    findings.draw(sheet, top)
    return _png(sheet)


def titled(report: bytes, title: str, about: str) -> bytes:
    """A ``report_image`` below a title and a smaller text, which say whose it is.

    They are no part of what is stored with a check, as objects and shoots get their names at any time.
    """
    picture = Image.open(io.BytesIO(report))
    lines = [
        *((line, 22, INK) for line in wrapped(title, 22, _WIDTH - 2 * _GAP)),
        *((line, 17, GREY) for line in wrapped(about, 17, _WIDTH - 2 * _GAP)),
    ]
    top = _GAP + _LINE * len(lines)
    sheet = Image.new("RGB", (picture.width, top + picture.height), PAPER)
    for number, (line, size, ink) in enumerate(lines):
        write(sheet, (_GAP, 20 + _LINE * number), line, size, ink)
    sheet.paste(picture, (0, top))
    return _png(sheet)


def _png(sheet: Image.Image) -> bytes:
    stream = io.BytesIO()
    sheet.save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def _photos(factual: Frame, counterfactual: Frame, check: PairCheck) -> tuple[_Panel, _Panel]:
    first, second = _shown(factual), _shown(counterfactual)
    if check.object_mask.shape == factual.working.shape[:2]:
        first = outlined(first, check.object_mask, KINDS["object"])
    return _Panel("With the object", first), _Panel("Clean plate", second)


def _findings_pictures(factual: Frame, check: PairCheck) -> tuple[_Panel, _Panel]:
    measured = check.measured
    photo = _shown(factual)
    size = (photo.shape[1], photo.shape[0])
    change = cv2.resize(measured.change, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    masks = (photo // 2 + 110).astype(np.uint8)
    legend: list[tuple[str, str]] = []
    for name, mask, kind in (  # what is drawn last stays whole
        ("something else changed", measured.other_mask, "other"),
        ("reflection", check.reflection_mask, "reflection"),
        ("shadow", check.shadow_mask, "shadow"),
        ("object", check.object_mask, "object"),
    ):
        if mask.any():
            colour = KINDS[kind]
            fitted = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
            masks = outlined(tinted(masks, fitted, colour), fitted, colour)
            legend.append((name, colour))
    return _Panel(_CHANGED, heat(change, photo)), _Panel("How it is understood", masks, legend[::-1])


def _shown(frame: Frame) -> RGB:
    """The working copy at the size of a cell."""
    height, width = frame.working.shape[:2]
    scale = min(_CELL[0] / width, _CELL[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small: Plane = cv2.resize(frame.working, size, interpolation=method).reshape(size[1], size[0], 3)
    return np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)


def _header(sheet: Image.Image, factual: Frame, verdict: Verdict, sentence: Sequence[str]) -> None:
    word, colour = VERDICTS[verdict]
    width = round(length(word, 18)) + 28
    ImageDraw.Draw(sheet).rounded_rectangle((_GAP, 22, _GAP + width, 52), 6, fill=colour)
    write(sheet, (_GAP + 14, 27), word, 18, PAPER)
    write(sheet, (_GAP + width + 16, 28), _taken(factual), 17, GREY)
    for number, line in enumerate(sentence):
        write(sheet, (_GAP, 70 + 36 * number), line, 27, INK)


def _taken(frame: Frame) -> str:
    camera: CameraSettings = frame.camera
    shutter = camera.shutter
    known = (
        f"{frame.width} x {frame.height} pixels",
        frame.format,
        camera.model,
        camera.focal_length and f"{camera.focal_length:g} mm",
        camera.aperture and f"f/{camera.aperture:g}",
        shutter and (f"{shutter:g} s" if shutter >= 0.4 else f"1/{1 / shutter:.0f} s"),
        camera.iso and f"ISO {camera.iso}",
    )
    return ", ".join(str(each) for each in known if each)


def _draw_panel(sheet: Image.Image, panel: _Panel, at: tuple[int, int]) -> None:
    left, top = at
    write(sheet, (left, top), panel.title, 19, INK)
    height, width = panel.picture.shape[:2]
    right = left + _CELL[0]
    if panel.title == _CHANGED:
        write_right(sheet, (right, top + 3), f"{LOUD:g} times the noise", 14, GREY)
        bar = right - round(length(f"{LOUD:g} times the noise", 14)) - 150
        sheet.paste(Image.fromarray(scale_bar(140, 12)), (bar, top + 6))
        write_right(sheet, (bar - 8, top + 3), "noise", 14, GREY)
    for name, colour in reversed(panel.legend):
        write_right(sheet, (right, top + 3), name, 14, GREY)
        right -= round(length(name, 14)) + 20
        ImageDraw.Draw(sheet).rectangle((right, top + 5, right + 13, top + 18), fill=colour)
        right -= 14
    frame = (left, top + 32, left + _CELL[0] - 1, top + 32 + height - 1)
    ImageDraw.Draw(sheet).rectangle(frame, fill=MAT)
    sheet.paste(Image.fromarray(panel.picture), (left + (_CELL[0] - width) // 2, top + 32))
