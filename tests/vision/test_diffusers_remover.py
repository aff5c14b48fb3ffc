import dataclasses
import json

import numpy as np
import pytest
import torch

from curate.errors import ModelError
from curate.vision.fingerprints import fingerprint
from curate.vision.libraries import library
from curate.vision.loading import load, load_remover
from curate.vision.registry import find_card
from curate.vision.working_region import remove_object


def test_a_pipeline_is_a_directory_or_a_hub_name(tmp_path):
    (tmp_path / "empty").mkdir()
    for weights, sentence in [
        (None, r"trained as ObjectDrop's, a directory or owner/name; type: --weights DIRECTORY"),
        (tmp_path / "gone", r"neither a directory nor a hub's owner/name"),
        (tmp_path / "empty", r"has no model_index\.json"),
    ]:
        with pytest.raises(ModelError, match=sentence):
            fingerprint(find_card("diffusers"), tmp_path, weights)


def test_a_pipeline_with_code_in_it_is_refused(tmp_path):
    (tmp_path / "model_index.json").write_text("{}")
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "own.py").write_text("print('run')")
    with pytest.raises(ModelError, match=r"own\.py would be run on loading"):
        fingerprint(find_card("diffusers"), tmp_path, tmp_path)


slow = pytest.mark.slow  # importing diffusers and transformers takes longer than all else here


@pytest.fixture(scope="module")
def diffusers():
    try:
        return library("diffusers", "diffusers")
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def pipeline(diffusers, tmp_path_factory):
    """A Stable Diffusion inpainting pipeline with small random weights, for 64 x 64 pixels."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    directory = tmp_path_factory.mktemp("pipeline")
    words = {"<|startoftext|>": 0, "<|endoftext|>": 1, "a</w>": 2}
    tokenizer_files = directory / "vocab.json", directory / "merges.txt"
    tokenizer_files[0].write_text(json.dumps(words))
    tokenizer_files[1].write_text("#version: 0.2\n")
    torch.manual_seed(0)
    text = CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_hidden_layers=1, num_attention_heads=4, vocab_size=3
    )
    blocks = {"block_out_channels": (32, 64), "norm_num_groups": 32, "layers_per_block": 1}
    built = diffusers.StableDiffusionInpaintPipeline(
        vae=diffusers.AutoencoderKL(
            down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2, **blocks
        ),
        text_encoder=CLIPTextModel(text),
        tokenizer=CLIPTokenizer(*map(str, tokenizer_files), model_max_length=77),
        unet=diffusers.UNet2DConditionModel(
            sample_size=32,
            in_channels=9,
            cross_attention_dim=32,
            attention_head_dim=8,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            **blocks,
        ),
        scheduler=diffusers.DDIMScheduler(clip_sample=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    built.save_pretrained(directory / "saved", safe_serialization=True)
    return directory / "saved"


@pytest.fixture(scope="module")
def remover(pipeline):
    def named(name: str):
        card = find_card(name)
        quick = dataclasses.replace(card, options={**card.options, "steps": 2})
        return load(quick, pipeline, pipeline, "cpu", 1, False)

    return named


@pytest.fixture
def mask(still_life):
    mask = np.zeros(still_life.shape[:2], dtype=bool)
    mask[90:150, 120:200] = True
    return mask


@slow
def test_an_object_is_removed_at_the_size_of_the_pipeline(remover, still_life, mask):
    shown = remover("diffusers")
    assert shown.largest_side == 64
    removed = remove_object(shown, still_life, mask)
    assert removed.pixels.shape == still_life.shape
    assert (removed.pixels != still_life)[mask].mean() > 0.9
    assert (remove_object(shown, still_life, mask).pixels == removed.pixels).all()


@slow
def test_a_small_crop_is_enlarged_to_the_size_of_the_pipeline(remover, still_life, mask):
    small = still_life[90:120:2, 120:150:1]
    assert remover("diffusers").remove(small, mask[80:95, 110:140]).shape == small.shape


@slow
@pytest.mark.parametrize(("name", "sees"), [("diffusers", True), ("diffusers-greyed", False)])
def test_whether_the_object_is_shown_is_as_the_name_says(remover, still_life, mask, name, sees):
    """Other pixels under the mask change the answer if, and only if, the model is shown them."""
    crop, hole = still_life[60:124, 96:160], mask[60:124, 96:160]
    other = crop.copy()
    other[hole] = 255 - other[hole]
    one = remover(name)
    assert (one.remove(crop, hole) == one.remove(other, hole)).all() != sees


@slow
def test_the_fingerprint_follows_the_weights_and_the_way_they_are_used(pipeline, tmp_path):
    shown, greyed = find_card("diffusers"), find_card("diffusers-greyed")
    assert fingerprint(shown, tmp_path, pipeline) != fingerprint(greyed, tmp_path, pipeline)
    assert len(fingerprint(shown, tmp_path, pipeline)) == 64


@slow
def test_other_weights_are_one_sentence(diffusers, tmp_path):
    (tmp_path / "model_index.json").write_text('{"_class_name": "NoSuchPipeline"}')
    with pytest.raises(ModelError, match="cannot be loaded as an inpainting pipeline") as error:
        load_remover("diffusers", tmp_path, tmp_path, "cpu")
    assert "\n" not in str(error.value)
