"""Embedders with real weights, and hub models with random ones."""

import dataclasses

import numpy as np
import pytest
import safetensors.torch
import torch

from curate.errors import ModelError
from curate.vision.loading import load, load_embedder
from curate.vision.registry import find_card

OFFLINE = ("sscd", "sscd-distilled", "efficientnet-lite0")

# First five numbers for the still life. 0.002 allows for other processors and library versions; the rows
# of another resize rule, another channel order or other weights differ by more than 0.01.
GOLDEN = {
    "sscd": [-0.0478, -0.0564, -0.0232, 0.0409, -0.0381],
    "sscd-distilled": [0.0124, -0.0658, -0.0016, 0.0592, 0.0052],
    "efficientnet-lite0": [0.0, 0.0, 0.1475, 0.0005, 0.0],
}


@pytest.mark.parametrize("name", OFFLINE)
def test_vectors_are_the_recorded_ones(name, pulled, still_life):
    row = load_embedder(name, pulled(name), device="cpu").embed([still_life])[0]
    assert row[:5].tolist() == pytest.approx(GOLDEN[name], abs=2e-3)


@pytest.mark.parametrize("name", OFFLINE)
def test_a_row_does_not_depend_on_the_other_crops(name, pulled, crops):
    embedder = load_embedder(name, pulled(name), device="cpu", threads=1)
    rows = embedder.embed(crops)
    assert rows.shape == (len(crops), embedder.dimension)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(crops)), abs=1e-6)
    assert np.array_equal(embedder.embed(crops[::-1])[::-1], rows)
    assert np.array_equal(np.concatenate([embedder.embed([crop]) for crop in crops[:3]]), rows[:3])
    assert embedder.embed([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("name", OFFLINE)
def test_a_prepared_crop_gives_the_same_row(name, pulled, still_life):
    embedder = load_embedder(name, pulled(name), device="cpu", threads=1)
    prepared = embedder.prepare(still_life)
    assert prepared.shape == (find_card(name).input_size, find_card(name).input_size, 3)
    assert np.array_equal(embedder.embed([prepared]), embedder.embed([still_life]))


def test_a_smaller_copy_of_a_crop_is_nearer_than_another_crop(pulled, still_life):
    rows = load_embedder("sscd", pulled("sscd"), device="cpu").embed(
        [still_life, still_life[::2, ::2], still_life[::-1, ::-1, ::-1]]
    )
    assert rows[0] @ rows[1] > 0.9 > rows[0] @ rows[2]


def load_card(card, file):
    return load(card, file.parent, file, "cpu", 1, False)


@pytest.fixture(scope="module")
def timm_file(tmp_path_factory):
    """Random weights of a ViT of 64 numbers, trained, so to say, at 56 pixels."""
    timm = pytest.importorskip("timm")
    torch.manual_seed(3)
    network = timm.create_model("test_vit", pretrained=False, img_size=56)
    file = tmp_path_factory.mktemp("timm") / "model.safetensors"
    safetensors.torch.save_file(network.state_dict(), file)
    return file


TIMM_CARD = dataclasses.replace(
    find_card("dinov2-small"), options={"architecture": "test_vit"}, input_size=112, dimension=64
)


def test_a_timm_backbone_is_loaded_from_a_file_at_another_size(timm_file, crops):
    embedder = load_card(TIMM_CARD, timm_file)
    rows = embedder.embed(crops)
    assert rows.shape == (len(crops), 64)
    assert np.array_equal(embedder.embed(crops[4:5])[0], rows[4])
    assert np.array_equal(load_card(TIMM_CARD, timm_file).embed(crops), rows)


def test_timm_weights_of_another_width_name_the_mismatch(timm_file, tmp_path):
    tensors = safetensors.torch.load_file(timm_file)
    tensors["norm.weight"] = torch.zeros(65)
    safetensors.torch.save_file(tensors, tmp_path / "wide.safetensors")
    with pytest.raises(ModelError, match=r"does not fit dinov2-small: size mismatch for norm.weight"):
        load_card(TIMM_CARD, tmp_path / "wide.safetensors")


def test_weights_that_would_run_code_are_refused(tmp_path):
    pytest.importorskip("timm")
    torch.save({"model": pytest.approx}, tmp_path / "code.pth")
    with pytest.raises(ModelError, match="cannot be read as weights"):
        load_card(TIMM_CARD, tmp_path / "code.pth")


def test_an_open_clip_checkpoint_is_loaded_from_a_file(tmp_path, crops, monkeypatch):
    open_clip = pytest.importorskip("open_clip")
    small = {
        "embed_dim": 48,
        "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
        "text_cfg": {"context_length": 8, "vocab_size": 50, "width": 32, "heads": 2, "layers": 1},
    }
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "ViT-B-32", small)
    torch.manual_seed(5)
    network = open_clip.create_model("ViT-B-32")
    file = tmp_path / "open_clip_model.safetensors"
    safetensors.torch.save_file(network.state_dict(), file)
    card = dataclasses.replace(find_card("openclip-vit-b-32"), input_size=64, dimension=48)

    embedder = load_card(card, file)
    rows = embedder.embed(crops)
    assert rows.shape == (len(crops), 48)
    assert np.array_equal(embedder.embed(crops[::-1])[::-1], rows)
    with torch.inference_mode():
        black = network.eval().encode_image(_normalised_black(64), normalize=True)[0]
    assert embedder.embed([np.zeros((9, 9, 3), dtype=np.uint8)])[0] == pytest.approx(black, abs=1e-5)

    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "ViT-B-32", small | {"embed_dim": 40})
    with pytest.raises(ModelError, match="does not fit openclip-vit-b-32: size mismatch"):
        load_card(card, file)


def _normalised_black(side):
    mean = torch.tensor((0.48145466, 0.4578275, 0.40821073)).view(1, 3, 1, 1)
    deviation = torch.tensor((0.26862954, 0.26130258, 0.27577711)).view(1, 3, 1, 1)
    return (torch.zeros(1, 3, side, side) - mean) / deviation
