import numpy as np
import pytest
import torch

from curate.errors import ModelError, RemovalError
from curate.vision.checking import check
from curate.vision.fingerprints import fingerprint
from curate.vision.loading import load_remover
from curate.vision.registry import find_card
from curate.vision.working_region import remove_object


@pytest.fixture
def wall():
    """A soft gradient with a red square on it: what is under the square is known."""
    y, x = np.mgrid[:300, :400]
    wall = np.stack([100 + x // 8, 90 + y // 6, 120 + (x + y) // 20], axis=2).astype(np.uint8)
    mask = np.zeros((300, 400), dtype=bool)
    mask[120:180, 170:230] = True
    photo = wall.copy()
    photo[mask] = (200, 30, 20)
    return wall, photo, mask


@pytest.mark.parametrize("name", ["telea", "patchmatch"])
def test_the_wall_behind_a_square_is_continued(name, wall, pulled, models_dir):
    if name == "patchmatch":
        pulled(name)
    behind, photo, mask = wall
    removed = remove_object(load_remover(name, models_dir), photo, mask)
    assert np.abs(removed.pixels.astype(int) - behind)[mask].mean() < 12
    assert (removed.pixels == photo)[~removed.mask].all()
    again = remove_object(load_remover(name, models_dir), photo, mask)
    assert (again.pixels == removed.pixels).all()


def test_a_check_removes_something(tmp_path):
    outcome = check(find_card("telea"), tmp_path)
    assert outcome.ready
    assert outcome.sentence == "telea is ready: it ran and repainted a test picture."
    assert outcome.fingerprint == fingerprint(find_card("telea"), tmp_path)


class Filling(torch.nn.Module):
    """Takes and gives what LaMa does: the mean colour of the picture in the hole."""

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        assert image.shape[2] % 8 == 0
        assert image.shape[3] % 8 == 0
        return image * (1 - mask) + image.mean(dim=(2, 3), keepdim=True) * mask * self.gain

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.gain = gain


@pytest.fixture
def lama(tmp_path):
    def scripted(gain: float):
        torch.jit.script(Filling(gain)).save(tmp_path / "lama.pt")
        return load_remover("lama", tmp_path, tmp_path / "lama.pt", "cpu", trust_weights=True)

    return scripted


def test_lama_gets_multiples_of_eight_and_changes_the_mask_alone(lama, wall):
    _, photo, mask = wall
    removed = remove_object(lama(1.0), photo[:297, :389], mask[:297, :389])
    hole = removed.pixels[removed.mask]
    assert (hole == hole[0]).all()
    assert (removed.pixels == photo[:297, :389])[~removed.mask].all()


def test_numbers_that_are_not_finite_are_a_failure_of_this_object(lama, wall):
    with pytest.raises(RemovalError, match="not finite"):
        remove_object(lama(float("nan")), *wall[1:])


def test_a_torchscript_file_is_a_program_and_needs_trust(lama, tmp_path):
    lama(1.0)
    with pytest.raises(ModelError, match="type: --trust-weights"):
        load_remover("lama", tmp_path, tmp_path / "lama.pt")
    with pytest.raises(ModelError, match=r"big-lama\.pt.*type: --weights FILE"):
        load_remover("lama", tmp_path)
    (tmp_path / "text.pt").write_text("no model")
    with pytest.raises(ModelError, match="cannot be loaded as a TorchScript model"):
        load_remover("lama", tmp_path, tmp_path / "text.pt", trust_weights=True)
