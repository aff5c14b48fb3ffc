"""LPIPS on networks of random weights: the arithmetic, and what is said of files that do not fit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from curate.errors import ModelError
from curate.vision.lpips import Lpips, load_lpips

SHAPES = {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """AlexNet as torchvision saves it and heads as the package has them, with numbers from a seed."""
    folder, dice = tmp_path_factory.mktemp("lpips"), torch.Generator().manual_seed(7)
    backbone = {"classifier.1.weight": torch.zeros(2, 2)}
    heads = {}
    for stage, (layer, (wide, deep, side)) in enumerate(SHAPES.items()):
        fan = (deep * side * side) ** -0.5
        backbone[f"features.{layer}.weight"] = torch.randn((wide, deep, side, side), generator=dice) * fan
        backbone[f"features.{layer}.bias"] = torch.randn(wide, generator=dice) * 0.1
        heads[f"lin{stage}.model.1.weight"] = torch.rand((1, wide, 1, 1), generator=dice)
    torch.save(backbone, folder / "alexnet.pth")
    torch.save(heads, folder / "alex.pth")
    return folder / "alexnet.pth", folder / "alex.pth"


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(0).integers(0, 256, (75, 103, 3), dtype=np.uint8)


def test_distances_lie_where_photos_differ(files, photo):
    lpips = Lpips(*files, device="cpu")
    assert not lpips.distances(photo, photo).any()
    spoilt = photo.copy()
    spoilt[:30, :30] = 255 - spoilt[:30, :30]
    found = lpips.distances(photo, spoilt)
    assert found.shape == photo.shape[:2]
    assert found[:30, :30].mean() > 5 * found[-20:, -20:].mean()
    assert found == pytest.approx(lpips.distances(spoilt, photo))


def test_large_photos_are_shrunk_and_small_ones_refused(files, photo):
    lpips = Lpips(*files, device="cpu")
    wide = np.tile(photo[:40, :100], (1, 21, 1))  # 2100 pixels
    assert lpips.distances(wide, 255 - wide).shape == (40, 2100)
    with pytest.raises(ModelError, match="at least 31 pixels"):
        lpips.distances(photo[:30], photo[:30])


def test_files_that_do_not_fit_are_one_sentence(files, tmp_path):
    with pytest.raises(ModelError, match="does not fit the AlexNet of LPIPS"):
        Lpips(files[1], files[1])
    with pytest.raises(ModelError, match="does not fit the heads of LPIPS"):
        Lpips(files[0], files[0])
    (tmp_path / "text.pth").write_text("weights")
    with pytest.raises(ModelError, match="cannot be read as weights"):
        Lpips(tmp_path / "text.pth", files[1])


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"recurate\[lpips\]|There is no file"):
        load_lpips(tmp_path / "alexnet.pth")
