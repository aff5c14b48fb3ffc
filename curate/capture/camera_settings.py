"""What EXIF says about how the frames of a pair were taken, and whether they were taken alike.

EXIF is a witness, not a judge: phones round, converters drop and editors invent. A difference is a warning
and pixels decide; only another camera body fails a pair by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from curate.capture.records import CameraSettings, Finding
from curate.capture.thresholds import FOCAL_RATIO, SETTING_STOPS

_WHITE_BALANCES = {"0": "auto", "1": "manual"}
_BY_HAND = "set the camera to manual before the next pair"


def camera_settings(exif: Mapping[str, object]) -> CameraSettings:
    """Settings from EXIF by tag name, as ``curate.photos.exif`` gives it; what is broken is missing."""
    flash = _number(exif.get("Flash"), 0, 255)
    iso = _number(exif.get("ISOSpeedRatings"), 1, 1e8)
    return CameraSettings(
        make=_text(exif.get("Make")),
        model=_text(exif.get("Model")),
        lens=_text(exif.get("LensModel")),
        focal_length=_number(exif.get("FocalLength"), 0.1, 1e5),
        aperture=_number(exif.get("FNumber"), 0.1, 1e3),
        shutter=_number(exif.get("ExposureTime"), 1e-7, 1e6),
        iso=None if iso is None else round(iso),
        white_balance=_WHITE_BALANCES.get(str(exif.get("WhiteBalance"))),
        flash=None if flash is None else bool(int(flash) & 1),
        taken_at=_moment(exif.get("DateTimeOriginal"), exif.get("SubsecTimeOriginal")),
    )


def compare(factual: CameraSettings, counterfactual: CameraSettings) -> tuple[Finding, ...]:
    """One finding for each setting that differs, or a single one that nothing does.

    A setting that one of the files does not tell is not compared.
    """
    x, y = factual, counterfactual
    findings = (
        _body(x, y),
        _words("lens", x.lens, y.lens, "use one lens for both frames"),
        _focal_length(x.focal_length, y.focal_length),
        _stops("aperture", x.aperture, y.aperture, 2.0, "f/{:g}".format),
        _stops("shutter", x.shutter, y.shutter, 1.0, _seconds),
        _stops("iso", x.iso, y.iso, 1.0, "ISO {:g}".format),
        _words("white_balance", x.white_balance, y.white_balance, _BY_HAND),
        _words("flash", _fired(x.flash), _fired(y.flash), "switch it off, or let it fire in both frames"),
    )
    return tuple(finding for finding in findings if finding) or (_nothing_differs(x, y),)


def _body(factual: CameraSettings, counterfactual: CameraSettings) -> Finding | None:
    if None in (factual.model, counterfactual.model) or factual.model == counterfactual.model:
        return None
    sentence = (
        f"The frames were taken with two cameras ({factual.model} and {counterfactual.model}): "
        "take both with one camera on one tripod."
    )
    return Finding("settings_body", "fail", None, None, "", sentence, "other")


def _words(name: str, factual: str | None, counterfactual: str | None, advice: str) -> Finding | None:
    if factual is None or counterfactual is None or factual == counterfactual:
        return None
    return _warning(name, factual, counterfactual, advice)


def _focal_length(factual: float | None, counterfactual: float | None) -> Finding | None:
    if factual is None or counterfactual is None:
        return None
    change = abs(counterfactual / factual - 1)
    if change <= FOCAL_RATIO:
        return None
    lengths = (f"{factual:g} mm", f"{counterfactual:g} mm")
    return _warning("focal_length", *lengths, "do not touch the zoom", change, FOCAL_RATIO, "ratio")


def _stops(
    name: str,
    factual: float | None,
    counterfactual: float | None,
    stops_per_doubling: float,
    shown: Callable[[float], str],
) -> Finding | None:
    if factual is None or counterfactual is None:
        return None
    stops = abs(math.log2(counterfactual / factual)) * stops_per_doubling
    if stops <= SETTING_STOPS:
        return None
    return _warning(name, shown(factual), shown(counterfactual), _BY_HAND, stops, SETTING_STOPS, "stops")


def _warning(
    name: str,
    factual: str,
    counterfactual: str,
    advice: str,
    number: float | None = None,
    threshold: float | None = None,
    unit: str = "",
) -> Finding:
    what = {"iso": "sensitivity"}.get(name, name.replace("_", " "))
    sentence = f"The {what} changed from {factual} to {counterfactual}: {advice}."
    return Finding(f"settings_{name}", "warn", number, threshold, unit, sentence)


def _nothing_differs(factual: CameraSettings, counterfactual: CameraSettings) -> Finding:
    silent = CameraSettings()
    if silent in (replace(factual, taken_at=None), replace(counterfactual, taken_at=None)):
        sentence = "The files do not say how they were taken: the pixels decide."
    else:
        sentence = "Both frames were taken with the same settings."
    return Finding("settings", "pass", None, None, "", sentence)


def _seconds(shutter: float) -> str:
    return f"{shutter:g} s" if shutter >= 0.4 else f"1/{1 / shutter:.0f} s"


def _fired(flash: bool | None) -> str | None:
    return None if flash is None else "fired" if flash else "off"


def _number(value: object, lowest: float, highest: float) -> float | None:
    """The first number of a value if it lies in the range that a camera can mean."""
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, (int, float)) or not lowest <= first <= highest:
        return None
    return float(first)


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _moment(value: object, fraction: object) -> datetime | None:
    """``2026:03:01 12:30:59`` with the digits behind the second, which bursts need."""
    digits = fraction.strip() if isinstance(fraction, str) and fraction.strip().isdecimal() else "0"
    try:
        return datetime.strptime(f"{value}.{digits[:6]}", "%Y:%m:%d %H:%M:%S.%f")
    except ValueError:
        return None
