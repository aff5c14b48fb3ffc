import dataclasses

import numpy as np
import pytest
import torch

from curate.errors import ModelError
from curate.vision.guie import GuieGeometry, GuieNetwork
from curate.vision.loading import load
from curate.vision.registry import find_card

pytest.importorskip("open_clip")

SMALL = {"image": 38, "width": 32, "layers": 1, "heads": 2, "features": 24}
CARD = dataclasses.replace(find_card("guie-vit-h14-290"), options=SMALL, input_size=38)


def checkpoint(**changes):
    """A checkpoint as its authors save it: distributed prefix, class head and all."""
    torch.manual_seed(11)
    network = GuieNetwork(GuieGeometry(**SMALL))
    torch.nn.init.normal_(network.backbone.positional_embedding)
    tensors = {f"module.{name}": tensor for name, tensor in network.state_dict().items()}
    return tensors | {"module.fc2.weight": torch.zeros(10_000, 64)} | changes


def load_small(tmp_path, tensors):
    torch.save(tensors, tmp_path / "guie.pth")
    return load(CARD, tmp_path, tmp_path / "guie.pth", "cpu", 1, False)


def test_the_real_geometry_has_577_tokens_and_64_numbers():
    with torch.device("meta"):
        network = GuieNetwork(GuieGeometry()).eval()
        seen = []
        network.backbone.transformer.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape))
        output = network(torch.empty(2, 3, 290, 290))
    assert output.shape == (2, 64)
    assert tuple(seen[0]) == (2, 577, 1280)
    assert network.backbone.positional_embedding.shape == (577, 1280)
    assert len(network.backbone.transformer.resblocks) == 32
    assert network.backbone.transformer.resblocks[0].attn.num_heads == 16


def test_a_checkpoint_is_loaded_and_its_class_head_dropped(tmp_path, crops):
    tensors = checkpoint()
    embedder = load_small(tmp_path, tensors)
    rows = embedder.embed(crops)
    assert rows.shape == (len(crops), 64)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(crops)), abs=1e-6)
    assert np.array_equal(embedder.embed(crops[3:4])[0], rows[3])
    bias = tensors["module.fc1.bias"] + 5
    other = load_small(tmp_path, checkpoint(**{"module.fc1.bias": bias}))
    assert other.fingerprint != embedder.fingerprint
    assert not np.allclose(other.embed(crops), rows, atol=1e-2)


def test_overlapping_patches_see_every_pixel_row(tmp_path, still_life):
    embedder = load_small(tmp_path, checkpoint())
    changed = np.array(still_life[:38, :38])
    changed[12:14] = 255  # in the overlap of the first and second row of patches
    first, second = embedder.embed([still_life[:38, :38], changed])
    assert not np.allclose(first, second, atol=1e-4)


def test_wrong_sized_weights_name_the_mismatch(tmp_path):
    wide = {"module.fc1.weight": torch.zeros(64, 25)}
    with pytest.raises(ModelError, match=r"does not fit guie-vit-h14-290: size mismatch for fc1.weight"):
        load_small(tmp_path, checkpoint(**wide))


def test_a_missing_tensor_is_named(tmp_path):
    tensors = checkpoint()
    del tensors["module.backbone.proj"]
    with pytest.raises(ModelError, match=r"Missing key.*backbone.proj"):
        load_small(tmp_path, tensors)


def test_a_whole_pickled_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot be read as weights"):
        load_small(tmp_path, {"model": GuieNetwork(GuieGeometry(**SMALL))})
