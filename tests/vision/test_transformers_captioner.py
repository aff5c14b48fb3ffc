"""Captioners on small models with random weights, saved as users have them."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from curate.errors import CaptionError, ModelError
from curate.vision.checking import check
from curate.vision.libraries import library
from curate.vision.loading import load_captioner
from curate.vision.registry import find_card
from tiny_captioner import SIDE, SIZES, WORDS, save_blip

CHAT = (
    "{% for message in messages %}User: {% for part in message.content %}"
    "{% if part.type == 'image' %}<image> {% else %}{{ part.text }} {% endif %}"
    "{% endfor %}{% endfor %}Answer:"
)


@pytest.fixture(scope="module")
def transformers():
    try:
        return library("transformers", "captions")
    except ModelError as error:
        if os.environ.get("CI"):  # which installs the extra
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def blip(transformers, tmp_path_factory):
    return save_blip(tmp_path_factory.mktemp("blip"))


@pytest.fixture(scope="module")
def captioner(blip):
    return load_captioner("transformers", blip, blip, "cpu")


def test_a_picture_gets_one_line_and_always_the_same(captioner, blip, still_life):
    shown = captioner.prepare(still_life)
    line = captioner.caption(shown)
    assert line
    assert set(line.split()) <= set(WORDS)
    assert len(line.split()) <= 64
    again = load_captioner("transformers", blip, blip, "cpu")
    assert again.caption(shown) == captioner.caption(shown) == line


def test_a_large_photo_is_shown_small_and_a_small_one_as_it_is(captioner, still_life):
    large = np.zeros((600, 3000, 3), np.uint8)
    assert captioner.prepare(large).shape == (205, 1024, 3)
    assert captioner.prepare(still_life) is still_life


def test_the_prompt_is_what_the_model_goes_on_from(blip, still_life):
    prompted = load_captioner("transformers", blip, blip, "cpu", "a photo of")
    assert prompted.caption(still_life).startswith("a photo of ")


def test_the_fingerprint_follows_weights_prompt_and_picture(captioner, blip):
    ways = [
        captioner,
        load_captioner("transformers", blip, blip, "cpu", "a photo of"),
        load_captioner("transformers-crop", blip, blip, "cpu"),
    ]
    assert len({each.fingerprint for each in ways}) == 3
    assert [each.crops for each in ways] == [False, False, True]


def test_models_check_runs_it_once(blip):
    found = check(find_card("transformers"), blip, blip, "cpu")
    assert found.ready, found.sentence
    assert "says" in found.sentence


def test_a_model_without_words_is_an_error_about_the_picture(captioner, still_life, monkeypatch):
    silent = torch.tensor([[WORDS.index("[SEP]")]])
    monkeypatch.setattr(captioner._model, "generate", lambda **_: silent)
    with pytest.raises(CaptionError, match="found no words"):
        captioner.caption(still_life)


def test_an_encoder_with_a_decoder_needs_no_processor_of_its_own(transformers, tmp_path, still_life):
    letters = {word: number for number, word in enumerate(["<|endoftext|>", *"abcdefg"])}
    (tmp_path / "vocab.json").write_text(json.dumps(letters))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    sees = transformers.ViTConfig(**SIZES, image_size=32, patch_size=16)
    ids = {"bos_token_id": 0, "eos_token_id": 0, "vocab_size": len(letters)}
    says = transformers.GPT2Config(n_embd=32, n_layer=1, n_head=4, add_cross_attention=True, **ids)
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(sees, says)
    config.decoder_start_token_id, config.pad_token_id = 1, 0  # an untrained decoder says the same again
    torch.manual_seed(0)
    transformers.VisionEncoderDecoderModel(config=config).save_pretrained(tmp_path / "saved")
    transformers.ViTImageProcessor(size=SIDE).save_pretrained(tmp_path / "saved")
    files = str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt")
    transformers.GPT2Tokenizer(*files).save_pretrained(tmp_path / "saved")
    line = load_captioner("transformers", tmp_path, tmp_path / "saved", "cpu").caption(still_life)
    assert set(line) <= set("abcdefg")


def test_a_model_that_chats_is_asked_and_its_answer_alone_is_kept(transformers, tmp_path, still_life):
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<pad>", "</s>", "<image>", "User:", "Describe", "this", "picture", "in", "one", "sentence."]
    words += ["Answer:", "red", "jug"]
    numbers = {word: number for number, word in enumerate(words)}
    split = Tokenizer(models.WordLevel(numbers, unk_token="<pad>"))
    split.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = {"pad_token": "<pad>", "eos_token": "</s>", "additional_special_tokens": ["<image>"]}
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=split, **special)
    ids = {"vocab_size": len(words), "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 0}
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(**SIZES, image_size=32, patch_size=16),
        text_config=transformers.LlamaConfig(**SIZES, **ids),
        image_token_id=words.index("<image>"),
        vision_feature_layer=-1,
    )
    torch.manual_seed(0)
    transformers.LlavaForConditionalGeneration(config).save_pretrained(tmp_path)
    transformers.LlavaProcessor(
        image_processor=transformers.CLIPImageProcessor(size=SIDE, crop_size=SIDE),
        tokenizer=tokenizer,
        patch_size=16,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT,
    ).save_pretrained(tmp_path)
    asked = load_captioner("transformers", tmp_path, tmp_path, "cpu")
    line = asked.caption(still_life)
    assert line
    assert "Describe this picture" not in line
    other = load_captioner("transformers", tmp_path, tmp_path, "cpu", "red jug")
    assert other.fingerprint != asked.fingerprint
    (tmp_path / "chat_template.jinja").write_text(CHAT.replace("Answer:", ""))
    assert load_captioner("transformers", tmp_path, tmp_path, "cpu").fingerprint != asked.fingerprint


def test_what_is_no_model_is_one_sentence(transformers, blip, tmp_path):
    def refused(words, **changes):
        directory = tmp_path / words[:8].strip()
        directory.mkdir()
        for name, content in changes.items():
            (directory / name.replace("__", ".")).write_bytes(content)
        with pytest.raises(ModelError, match=words) as error:
            load_captioner("transformers", tmp_path, directory, "cpu")
        assert "\n" not in str(error.value)

    with pytest.raises(ModelError, match=r"image-to-text model .* type: --weights DIRECTORY"):
        load_captioner("transformers", tmp_path, None)
    refused("has no config")
    refused("save the model as safetensors", config__json=b"{}", pytorch_model__bin=b"")
    weights = (blip / "model.safetensors").read_bytes()
    refused("would be run on loading", config__json=b"{}", model__safetensors=weights, own__py=b"")
    refused("cannot be loaded", config__json=b'{"model_type": "none"}', model__safetensors=weights)


def test_weights_of_another_kind_are_refused(transformers, blip, tmp_path):
    from safetensors.torch import load_file, save_file

    for file in blip.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    kept = {name: each for name, each in load_file(blip / "model.safetensors").items() if "vision" in name}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights \(text_decoder"):
        load_captioner("transformers", tmp_path, tmp_path, "cpu")
