"""Removers held against accepted pairs and renders: what is compared, and what becomes of what fails."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from curate.errors import NotFoundError, RemovalError, SettingsError
from curate.workflows import review
from curate.workflows.evaluate_removal import BEST, COPY, EQUAL_DB, Evaluation, Judges, evaluate
from curate.workflows.evaluation_plot import write_plot
from curate.workflows.truth_cases import folder_cases, pair_cases
from drawn_removers import Answering
from pair_files import draw_pair
from stored_pairs import accepted, check_by_hand, hand_in

LIMIT = 10**8


def named(name, answer):
    remover = Answering(answer)
    remover.name = name
    return remover


def telea(photo, mask):
    return cv2.inpaint(photo, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)


def scored(cases, *removers, **options):
    found = Evaluation()
    steps = list(evaluate(found, cases, removers, Judges(), **options))
    assert (steps[-1].done, steps[-1].total) == (len(cases), len(cases))
    return found


def write_render(folder, name, seed=0):
    """A drawn pair without noise, as a renderer would give it."""
    drawn = draw_pair(seed, (160, 120))
    truth = drawn.counterfactual.copy()
    photo = np.where(drawn.mask[..., None], drawn.factual, truth)
    for kind, pixels in (("input", photo), ("truth", truth), ("mask", drawn.mask * np.uint8(255))):
        cv2.imwrite(str(folder / f"{name}_{kind}.png"), pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    return photo, truth


def test_removers_stand_between_the_input_and_the_best_possible(empty_workspace):
    pair = accepted(empty_workspace, draw_pair(3))
    hand_in(empty_workspace, draw_pair(4).files)  # nobody accepted it
    (case,) = pair_cases(empty_workspace)
    assert case.name == str(pair)
    found = scored([case], named("telea", telea))
    means = found.means()
    assert list(means) == [COPY, "telea", BEST]
    inside = [means[name]["psnr_inside"] for name in means]
    assert inside[0] < inside[1] < inside[2] == EQUAL_DB
    # Outside, two photos of one place differ by their noise, and telea leaves that alone.
    assert means["telea"]["psnr_outside"] == pytest.approx(means[COPY]["psnr_outside"])
    assert means[BEST]["psnr_outside"] < 50
    assert means["telea"]["seconds"] > 0


def test_an_aligned_pair_is_compared_as_it_is_exported(empty_workspace):
    drawn = draw_pair(5, shift=2.0)
    pair = hand_in(empty_workspace, drawn.files)
    check_by_hand(empty_workspace, pair, drawn.mask, dx=2.0)
    review.decide(empty_workspace, str(pair), "accept", reviewer="bob")
    pixels = pair_cases(empty_workspace)[0].read()
    assert pixels.photo.shape == pixels.truth.shape == (*pixels.mask.shape, 3)
    around = ~(pixels.mask | pixels.effect)
    apart = np.abs(pixels.photo.astype(int) - pixels.truth)[around].mean()
    assert apart < np.abs(drawn.factual.astype(int) - drawn.counterfactual)[~drawn.mask].mean()


def test_without_an_accepted_pair_it_says_what_to_do(empty_workspace):
    with pytest.raises(NotFoundError, match=r"curate pairs import FOLDER.*--truth FOLDER"):
        pair_cases(empty_workspace)


def test_renders_are_read_by_their_names(tmp_path):
    _, truth = write_render(tmp_path, "vase [1]")
    cases = folder_cases(tmp_path, LIMIT)
    assert [case.name for case in cases] == ["vase [1]"]
    found = scored(cases, named("perfect", lambda photo, mask: truth.copy()), dilation=2)
    numbers = {each.by: each.numbers for each in found.scores}
    assert numbers[BEST]["psnr_whole"] == EQUAL_DB
    assert numbers[COPY]["psnr_outside"] == EQUAL_DB
    assert numbers[COPY]["ssim_inside"] < 0.9


def test_a_case_that_a_remover_fails_at_counts_for_none(tmp_path):
    for number in range(2):
        write_render(tmp_path, f"scene{number}", number)
    calls = iter([True, False])

    def sometimes(photo, mask):
        if next(calls):
            raise RemovalError("It is out of order.")
        return telea(photo, mask)

    found = scored(folder_cases(tmp_path, LIMIT), named("telea", telea), named("moody", sometimes))
    assert [(each.case, each.by) for each in found.failed] == [("scene0", "moody")]
    assert found.shared_cases() == {"scene1"}
    (whole,) = {
        each.numbers["psnr_whole"] for each in found.scores if (each.case, each.by) == ("scene1", "telea")
    }
    assert found.means()["telea"]["psnr_whole"] == whole


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "a_truth.png").write_bytes(b"no photo"), "a_truth.png cannot be used"),
        (lambda folder: cv2.imwrite(str(folder / "a_mask.png"), np.zeros((9, 9), np.uint8)), "sizes differ"),
        (
            lambda folder: cv2.imwrite(str(folder / "a_mask.png"), np.ones((120, 160), np.uint8)),
            "no object: ",
        ),
        (lambda folder: (folder / "a_truth.png").unlink(), r"holds no pictures a_truth.*"),
    ],
)
def test_a_case_that_cannot_be_read_is_noted_and_the_run_goes_on(tmp_path, spoil, sentence):
    write_render(tmp_path, "a")
    write_render(tmp_path, "b", 1)
    spoil(tmp_path)
    found = scored(folder_cases(tmp_path, LIMIT), named("telea", telea))
    assert found.shared_cases() == {"b"}
    (failed,) = found.failed
    assert (failed.case, failed.by) == ("a", None)
    assert sentence in failed.reason


def test_a_folder_without_an_input_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="holds no NAME_input file"):
        folder_cases(tmp_path, LIMIT)


def test_files_beside_the_pictures_of_a_folder_are_passed_over(tmp_path):
    write_render(tmp_path, "a")
    for name in ("a_input.json", "a_mask.xmp", "._a_input.png", "._a_truth.png", ".b_input.png"):
        (tmp_path / name).write_bytes(b"no picture")
    found = scored(folder_cases(tmp_path, LIMIT), named("telea", telea))
    assert found.shared_cases() == {"a"}
    assert found.failed == []


def test_the_plot_is_a_picture(tmp_path):
    write_render(tmp_path, "a")
    found = scored(folder_cases(tmp_path, LIMIT), named("telea", telea))
    write_plot(found, tmp_path / "plots" / "removers.png")
    drawn = cv2.imread(str(tmp_path / "plots" / "removers.png"))
    assert min(drawn.shape[:2]) > 300
    assert drawn.std() > 10
    with pytest.raises(SettingsError, match=r"\.png or \.svg"):
        write_plot(found, tmp_path / "removers.pdf")
