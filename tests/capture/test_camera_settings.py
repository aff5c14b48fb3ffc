"""What EXIF says is compared, and never believed more than it deserves."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.capture.camera_settings import camera_settings, compare
from curate.capture.records import CameraSettings

SHOT = CameraSettings(
    make="Canon",
    model="EOS R5",
    lens="RF 35mm F1.8",
    focal_length=35.0,
    aperture=8.0,
    shutter=1 / 60,
    iso=100,
    white_balance="manual",
    flash=False,
    taken_at=datetime(2026, 3, 1, 12, 30),
)


def test_tags_become_settings():
    exif = {
        "Make": "Canon",
        "Model": " EOS R5 ",
        "LensModel": "RF 35mm F1.8",
        "FocalLength": 35.0,
        "FNumber": 8.0,
        "ExposureTime": 1 / 60,
        "ISOSpeedRatings": 100,
        "WhiteBalance": 1,
        "Flash": 16,  # did not fire, switched off
        "DateTimeOriginal": "2026:03:01 12:30:00",
    }
    assert camera_settings(exif) == SHOT
    assert camera_settings({**exif, "Flash": 25}).flash is True
    assert camera_settings({**exif, "ISOSpeedRatings": [100, 0]}).iso == 100


def test_parts_of_a_second_are_kept():
    exif = {"DateTimeOriginal": "2026:03:01 12:30:00", "SubsecTimeOriginal": "25"}
    assert camera_settings(exif).taken_at == datetime(2026, 3, 1, 12, 30, 0, 250_000)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.text(max_size=30),
    st.lists(st.one_of(st.integers(), st.floats(), st.none(), st.text()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
NUMBERS = ("FocalLength", "FNumber", "ExposureTime", "ISOSpeedRatings", "WhiteBalance", "Flash")
NAMES = ("Make", "Model", "LensModel", "DateTimeOriginal", "SubsecTimeOriginal", *NUMBERS)


@settings(deadline=None)
@given(*[st.dictionaries(st.sampled_from(NAMES), JUNK)] * 2)
def test_exif_may_lie_and_nothing_breaks(factual, counterfactual):
    findings = compare(camera_settings(factual), camera_settings(counterfactual))
    assert findings
    assert all(finding.sentence.endswith(".") for finding in findings)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), JUNK))
def test_a_frame_agrees_with_itself(exif):
    found = camera_settings(exif)
    assert [finding.verdict for finding in compare(found, found)] == ["pass"]


def test_equal_settings_pass():
    later = replace(SHOT, taken_at=datetime(2026, 3, 1, 12, 32))
    (finding,) = compare(SHOT, later)
    assert (finding.check, finding.verdict) == ("settings", "pass")
    assert finding.sentence == "Both frames were taken with the same settings."


def test_missing_settings_are_not_compared():
    (finding,) = compare(SHOT, CameraSettings())
    assert finding.verdict == "pass"
    assert finding.sentence == "The files do not say how they were taken: the pixels decide."
    assert compare(SHOT, replace(SHOT, iso=None, lens=None))[0].verdict == "pass"


@pytest.mark.parametrize(
    ("change", "check", "said"),
    [
        ({"lens": "RF 50mm F1.2"}, "settings_lens", "The lens changed from RF 35mm F1.8 to RF 50mm F1.2"),
        ({"focal_length": 40.0}, "settings_focal_length", "from 35 mm to 40 mm: do not touch the zoom."),
        ({"aperture": 5.6}, "settings_aperture", "from f/8 to f/5.6"),
        ({"shutter": 1 / 125}, "settings_shutter", "from 1/60 s to 1/125 s"),
        ({"iso": 400}, "settings_iso", "sensitivity changed from ISO 100 to ISO 400"),
        ({"white_balance": "auto"}, "settings_white_balance", "white balance changed from manual to auto"),
        ({"flash": True}, "settings_flash", "flash changed from off to fired"),
    ],
)
def test_a_changed_setting_is_a_warning(change, check, said):
    (finding,) = compare(SHOT, replace(SHOT, **change))
    assert (finding.check, finding.verdict, finding.reason) == (check, "warn", None)
    assert said in finding.sentence


def test_another_camera_fails():
    (finding,) = compare(SHOT, replace(SHOT, model="EOS R6"))
    assert (finding.verdict, finding.reason) == ("fail", "other")
    assert "EOS R5 and EOS R6" in finding.sentence


def test_exposure_differences_are_in_stops():
    shutter, iso = compare(SHOT, replace(SHOT, shutter=1 / 30, iso=200))
    assert (shutter.number, shutter.unit) == (pytest.approx(1), "stops")
    assert iso.number == pytest.approx(1)
    (aperture,) = compare(SHOT, replace(SHOT, aperture=11.3137))
    assert aperture.number == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("change", [{"shutter": 1 / 61}, {"focal_length": 35.4}, {"aperture": 8.0001}])
def test_rounding_is_no_change(change):
    assert compare(SHOT, replace(SHOT, **change))[0].verdict == "pass"
