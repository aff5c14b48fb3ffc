"""A tiny model learns to remove objects from what the loader gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader

from curate.exporters.export_folder import write_folder
from curate.exporters.pixels import png
from curate.exporters.tasks.removal import removal_samples
from curate.manifest_records import ManifestSpec
from curate.training import RecordDataset, masked_mse
from drawn_pairs import DrawnPairs

SIZE, STEPS = 64, 200


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """24 smooth backgrounds, each with and without a square and its shadow in a place of their own."""
    pairs = DrawnPairs()
    for number in range(24):
        record = pairs.add(number, "train" if number < 16 else "test", width=SIZE, height=SIZE)
        chance = np.random.default_rng(number)
        corners = Image.fromarray(chance.integers(60, 200, (3, 3, 3), dtype=np.uint8))
        empty = np.asarray(corners.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
        top, left = chance.integers(4, 36, 2)
        mask, effect = np.zeros((2, SIZE, SIZE), np.uint8)
        mask[top : top + 14, left : left + 14] = effect[top + 14 : top + 20, left : left + 20] = 255
        shaded = np.where(effect[..., None] == 255, empty // 2, empty)
        full = np.where(mask[..., None] == 255, chance.integers(0, 256, 3), shaded).astype(np.uint8)
        pairs.files[record.pair_id] = replace(
            pairs.files[record.pair_id],
            factual=png(full),
            counterfactual=png(empty),
            mask=mask,
            effect=effect,
            alpha=effect // 2,
        )
    samples = list(removal_samples(pairs.records, pairs.read))
    spec = ManifestSpec("scenes", "1", "removal")
    return write_folder(samples, spec, tmp_path_factory.mktemp("scenes"), records=len(samples)).directory


class TinyUNet(nn.Module):
    """Two levels; changes its input by what it predicts."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(4, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU())
        self.deep = nn.Sequential(
            nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 16, 3, 1, 2, 2), nn.ReLU()
        )
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.out = nn.ConvTranspose2d(16, 3, 2, 2)

    def forward(self, batch):
        high = self.down(torch.cat([batch["input"], batch["mask"]], dim=1))
        low = self.up(self.deep(high)).relu()
        return batch["input"] + self.out(torch.cat([high, low], dim=1))


@pytest.fixture
def one_thread():
    """For pictures this small several threads wait for each other: 84 ms a step with two, 11 with one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_tiny_unet_learns_to_remove_what_it_never_saw(scenes, one_thread):
    torch.manual_seed(0)
    model = TinyUNet()
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    loader = DataLoader(RecordDataset(scenes, "train", SIZE), batch_size=4, shuffle=True)
    (held_out,) = DataLoader(RecordDataset(scenes, "test", SIZE), batch_size=8)

    def loss(batch):
        return masked_mse(model(batch), batch["target"], batch["picture_mask"])

    with torch.no_grad():
        before = loss(held_out)
        nothing_done = masked_mse(held_out["input"], held_out["target"], held_out["picture_mask"])
    for _ in range(STEPS // len(loader)):
        for batch in loader:
            optimiser.zero_grad()
            loss(batch).backward()
            optimiser.step()
    with torch.no_grad():
        after = loss(held_out)
    assert after < 0.5 * before
    assert after < 0.5 * nothing_done
