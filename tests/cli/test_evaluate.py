"""``curate evaluate removal`` from end to end."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from curate.cli.app import app
from curate.errors import CurateError
from pair_files import draw_pair
from stored_pairs import accepted

COPIER = "command:sh -c 'cp $0 $2' {photo} {mask} {output}"


@pytest.fixture
def curate(empty_workspace):
    def run(*arguments):
        told = CliRunner().invoke(app, ["-w", str(empty_workspace.root), "evaluate", "removal", *arguments])
        if isinstance(told.exception, CurateError):
            raise told.exception
        return told

    return run


def test_accepted_pairs_give_a_table_a_plot_and_the_worst_photos(empty_workspace, curate, tmp_path):
    for seed in range(2):
        accepted(empty_workspace, draw_pair(seed))
    plot, worst = tmp_path / "plot.png", tmp_path / "worst.png"
    asked = ("--remover", "telea", "--remover", COPIER, "--no-models")
    told = curate(*asked, "--plot", str(plot), "--worst", str(worst))
    assert told.exit_code == 0
    assert told.stdout.startswith("2 photos compared.")
    for word in ("nothing removed", "telea", "best possible", "psnr inside", "ssim outside"):
        assert word in told.stdout
    assert Image.open(plot).width > 500
    assert Image.open(worst).width > 4 * 300
    made = json.loads(curate(*asked, "--json").stdout)
    means = made["means"]
    assert made["cases"] == 2
    assert means[COPIER]["psnr_whole"] == means["nothing removed"]["psnr_whole"]
    assert means["telea"]["psnr_inside"] > means[COPIER]["psnr_inside"]


def test_a_folder_of_renders_is_taken_instead(curate, tmp_path):
    drawn = draw_pair(1, (160, 120))
    for kind, pixels in (("input", drawn.factual), ("truth", drawn.counterfactual)):
        cv2.imwrite(str(tmp_path / f"vase_{kind}.png"), pixels[..., ::-1])
    cv2.imwrite(str(tmp_path / "vase_mask.png"), drawn.mask * np.uint8(255))
    made = json.loads(curate("--truth", str(tmp_path), "--remover", "telea", "--no-models", "--json").stdout)
    assert {each["case"] for each in made["scores"]} == {"vase"}


def test_a_remover_that_always_fails_ends_with_1_and_its_reason(empty_workspace, curate):
    accepted(empty_workspace, draw_pair(2))
    told = curate("--remover", "command:false {photo} {mask} {output}", "--no-models", "--json")
    assert told.exit_code == 1
    assert "command:false" in json.loads(told.stdout)["failed"][0]["by"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "No counterfactual pair is accepted: type `curate pairs import FOLDER`"),
        (("--truth", "."), "holds no NAME_input file"),
        (("--plot", "plot.pdf"), "has to end in"),
        (("--worst", "worst.gif"), r"has to end in \.png or \.jpg"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(curate, arguments, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CurateError, match=sentence):
        curate(*arguments)
