"""The captioners that Recurate knows: any transformers model that turns a picture into words."""

from __future__ import annotations

from curate.captions import LONGEST
from curate.vision.card import Library, ModelCard, UsersDirectory

CAPTION_RULE = f"one line of at most {LONGEST} characters/1"
"""Part of every captioner's fingerprint; the number goes up when the code changes what is kept."""


def _transformers(name: str, picture: str) -> ModelCard:
    return ModelCard(
        name=name,
        role="captioner",
        loader="curate.vision.transformers_captioner:TransformersCaptioner",
        source=UsersDirectory(
            "the directory of a transformers image-to-text model with safetensors weights"
            " (BLIP, GIT, a vision encoder with a decoder, or one that chats)"
        ),
        files=(),
        licence="that of the weights",
        input_size=1024,  # most look at 224 to 1024 pixels; a photo of 24 megapixels takes 72 MB
        preprocessing=f"the {picture} at most 1024 pixels wide and high, then as the model's own files say",
        recipe="transformers-caption/1",
        options={
            "picture": picture,
            "prompt": "",
            # What a model that chats is asked if nobody gives another prompt; others go without.
            "question": "Describe this picture in one sentence.",
            # CLIP's text encoder, which most trainers have, reads 77.
            "tokens": 64,
        },
        library=Library("transformers", "captions"),
    )


CAPTIONERS = (_transformers("transformers", "photo"), _transformers("transformers-crop", "crop"))
"""Of the whole photo and of the crop.

ObjectMate takes a caption of the *target image*, which is the whole photo unless an export asks for crops:
the references show the thing, and the words have to tell what is around it.
"""
