"""A pair's verdict: what is measured is what was done to it, and each defect has its sentence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from curate.capture.check import judge, measure
from curate.capture.finding_numbers import limit_words
from curate.capture.photometry import coded, linear
from curate.capture.records import Evidence, Finding, Frame, PairCheck

HEIGHT, WIDTH = 400, 600
OBJECT = (slice(150, 270), slice(230, 350))
SHADOW_CENTRE = (410, 240)


def scene(seed: int = 0) -> NDArray[np.float32]:
    """A wall with structure of several sizes, linear light."""
    rng = np.random.default_rng(seed)
    layers = [
        cv2.resize(rng.random((HEIGHT // s, WIDTH // s, 3)).astype(np.float32), (WIDTH, HEIGHT))
        for s in (6, 20, 80)
    ]
    return cv2.GaussianBlur(0.1 + 0.4 * np.mean(layers, axis=0), (0, 0), 1.0)


def with_object(clean: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    distance = ((columns - SHADOW_CENTRE[0]) / 60) ** 2 + ((rows - SHADOW_CENTRE[1]) / 25) ** 2
    seen = clean * (1 - 0.4 * np.exp(-(distance**2)))[..., None].astype(np.float32)
    seen[OBJECT] = scene(99)[OBJECT] * (1.4, 0.5, 0.3)
    return seen


def shot(light: NDArray[np.float32], seed: int, sigma: float = 2.0) -> Frame:
    noise = np.random.default_rng(seed).normal(0, sigma, light.shape)
    pixels = np.clip(coded(light) * 255 + noise, 0, 255).round().astype(np.uint8)
    return Frame(
        hashlib.sha256(pixels.tobytes()).hexdigest(), "PNG", 8, pixels, pixels.astype(np.float32) / 255
    )


def moved(light: NDArray[np.float32], dx: float, dy: float) -> NDArray[np.float32]:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return cv2.warpAffine(
        light, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )


def checked(
    factual: NDArray[np.float32], counterfactual: NDArray[np.float32], sigma: float = 2.0
) -> PairCheck:
    return judge(measure(shot(factual, 1, sigma), shot(counterfactual, 2, sigma)))


def reasons(check: PairCheck) -> set[str | None]:
    return {finding.reason for finding in check.findings if finding.verdict != "pass"}


@pytest.mark.parametrize("sigma", [0.0, 2.0, 8.0])
def test_a_good_pair_passes_with_its_masks(sigma: float) -> None:
    check = checked(with_object(scene()), scene(), sigma)
    truth = np.zeros((HEIGHT, WIDTH), np.bool_)
    truth[OBJECT] = True
    assert check.verdict == "pass", check.sentence
    assert np.count_nonzero(check.object_mask & truth) > 0.9 * np.count_nonzero(check.object_mask | truth)
    assert check.shadow_mask[SHADOW_CENTRE[1], SHADOW_CENTRE[0]]
    assert 0.3 < check.alpha[SHADOW_CENTRE[1], SHADOW_CENTRE[0]] < 0.5


@pytest.mark.parametrize(("dx", "dy"), [(0.6, 0.0), (-1.3, 0.8), (5.0, -3.0)])
def test_a_shift_is_found_and_measured(dx: float, dy: float) -> None:
    check = checked(with_object(scene()), moved(scene(), dx, dy))
    alignment = check.measured.alignment
    assert (alignment.dx, alignment.dy) == pytest.approx((dx, dy), abs=0.1)
    assert "camera_moved" in reasons(check)


@pytest.mark.parametrize("stops", [-0.4, -0.15, 0.15, 0.4])
def test_an_exposure_step_is_found_and_measured(stops: float) -> None:
    check = checked(with_object(scene()), scene() * np.float32(2**stops))
    assert check.measured.light.ev == pytest.approx(stops, abs=0.02)
    assert reasons(check) == {"light_changed"}


def test_exchanged_frames_are_called_swapped_and_measure_the_opposite() -> None:
    right, wrong = checked(with_object(scene()), scene()), checked(scene(), with_object(scene()))
    assert (right.swapped, wrong.swapped) == (False, True)
    assert "wrong_order" in reasons(wrong)
    assert wrong.measured.order.seam == pytest.approx(-right.measured.order.seam, abs=0.05)


def test_another_change_is_named_with_its_place() -> None:
    clean = scene()
    clean[20:60, 20:60] = scene(5)[20:60, 20:60] * (0.3, 0.5, 1.5)
    check = checked(with_object(scene()), clean)
    assert reasons(check) == {"other_change"}
    assert "at the upper left" in check.sentence


@pytest.mark.parametrize("stops", [0.8, 1.2])
@pytest.mark.parametrize("side", [30, 50])
def test_a_plain_grey_thing_away_from_the_object_is_no_shadow_of_it(stops: float, side: int) -> None:
    clean, thing = np.full((HEIGHT, WIDTH, 3), 0.3, np.float32) + 0.2 * scene(), slice(20, 20 + side)
    factual = with_object(clean)
    factual[thing, thing] = np.median(clean) * 2**-stops
    assert reasons(checked(factual, clean)) & {"other_change", "light_changed"}


def test_an_object_that_was_not_taken_away_is_named() -> None:
    assert reasons(checked(with_object(scene()), with_object(scene()))) == {"object_left"}


def test_two_scenes_are_no_pair() -> None:
    check = checked(with_object(scene()), scene(7))
    assert check.verdict == "fail"
    assert "different scenes" in check.sentence


def within(finding: Finding) -> bool:
    """Whether the number passes as the limit reads."""
    assert finding.number is not None
    assert finding.threshold is not None
    words = limit_words(finding.check, finding.threshold, finding.unit)
    if words.startswith("at least"):
        return finding.number >= finding.threshold
    if words.startswith("at most"):
        return finding.number <= finding.threshold
    low, high = map(float, words.split(" to "))
    return low <= finding.number <= high


def test_a_limit_reads_so_that_what_passes_keeps_to_it_and_what_fails_does_not() -> None:
    seen, clean, nowhere = with_object(scene()), scene(), np.zeros((HEIGHT, WIDTH), np.bool_)
    nowhere[10:60, 10:60] = True
    soft = cv2.GaussianBlur(clean, (0, 0), 1.5)
    frames = [(seen, clean), (clean, seen), (seen, seen), (seen, scene(7)), (seen, moved(clean, 5, -3))]
    frames += [(seen, clean * np.float32(2**stops)) for stops in (-0.4, 0.4)]
    frames += [(seen, soft), (cv2.GaussianBlur(seen, (0, 0), 1.5), clean), (seen, clean * (1, 1, 0.8))]
    checks = [checked(*each) for each in frames]
    for mask, cosine in ((nowhere, 0.2), (nowhere, 0.95), (checks[0].object_mask, None)):
        measured = measure(shot(seen, 1), shot(clean, 2), mask)
        checks.append(judge(measured, Evidence(cosine=cosine)))
    told = [each for check in checks for each in check.findings if each.number is not None]
    failed = {each.check for each in told if each.verdict == "fail"}
    assert failed >= {"scene", "shift", "exposure", "white_balance", "focus", "change", "mask", "order"}
    for each in told:
        if each.verdict != "warn" and not each.check.startswith("framing_"):
            assert within(each) == (each.verdict == "pass"), each


def test_a_mask_that_is_given_stands() -> None:
    given = np.zeros((HEIGHT, WIDTH), np.bool_)
    given[140:280, 220:360] = True
    check = judge(measure(shot(with_object(scene()), 1), shot(scene(), 2), given))
    np.testing.assert_array_equal(check.object_mask, given)


def test_a_mask_that_is_drawn_too_small_is_named_and_nobody_sent_to_shoot_again() -> None:
    given = np.zeros((HEIGHT, WIDTH), np.bool_)
    given[200:212, 280:292] = True
    check = judge(measure(shot(with_object(scene()), 1), shot(scene(), 2), given))
    assert reasons(check) == {"bad_mask"}
    assert "paint the whole object" in check.sentence


def test_what_else_went_cannot_be_painted_into_a_pass() -> None:
    factual, given = with_object(scene()), np.zeros((HEIGHT, WIDTH), np.bool_)
    given[OBJECT] = given[20:60, 20:60] = True
    factual[20:60, 20:60] = scene(5)[20:60, 20:60] * (0.3, 0.5, 1.5)
    check = judge(measure(shot(factual, 1), shot(scene(), 2), given))
    assert (check.verdict, reasons(check)) == ("warn", {"bad_mask"})


def test_all_numbers_are_json() -> None:
    check = checked(with_object(scene()), scene())
    assert json.loads(json.dumps(check.numbers()))["verdict"] == "pass"


def flat(width: int, height: int, level: float) -> Frame:
    return shot(np.full((height, width, 3), level, np.float32), 1, 0.0)


def sixteen_bits(frame: Frame) -> Frame:
    return replace(frame, bits=16, pixels=frame.pixels.astype(np.uint16) * 257)


@pytest.mark.parametrize(
    ("factual", "counterfactual", "words"),
    [
        (flat(1, 1, 0.5), flat(1, 1, 0.4), "1 x 1 pixels"),
        (flat(300, 200, 0.0), flat(300, 200, 0.0), "black all over"),
        (shot(scene(), 1), shot(scene()[:, :500], 1), "500 x 400"),
        (shot(scene(), 1), shot(scene().transpose(1, 0, 2), 1), "on its side"),
        (shot(scene(), 1), shot(scene(), 1), "the same photo"),
        (shot(scene(), 1), sixteen_bits(shot(scene(), 2)), "PNG with 8 bits and PNG with 16"),
    ],
)
def test_bad_input_is_one_sentence(factual: Frame, counterfactual: Frame, words: str) -> None:
    check = judge(measure(factual, counterfactual))
    assert check.verdict == "fail"
    assert words in check.sentence
    assert len([finding for finding in check.findings if finding.verdict == "fail"]) == 1


def test_linear_light_and_back_is_the_same() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32)
    np.testing.assert_allclose(coded(linear(values)), values, atol=0.5 / 255)
