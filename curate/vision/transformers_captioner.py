"""Any image-to-text model of the transformers library: one picture, one line of words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import torch
from PIL import Image

from curate.captions import LONGEST
from curate.errors import CaptionError, ModelError
from curate.plain_text import one_line
from curate.vision.caption_inputs import CaptionInputs
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB
from curate.vision.libraries import library
from curate.vision.torch_device import find_device
from curate.vision.weights import Weights


class TransformersCaptioner:
    """A :class:`~curate.vision.interfaces.Captioner`; always takes the likeliest next word.

    Pictures go through one at a time: in a batch prompts are padded, and words may depend on the neighbours.
    """

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self.crops = card.options["picture"] == "crop"
        self._side = card.input_size
        self._tokens = int(card.options["tokens"])
        if threads is not None:
            torch.set_num_threads(threads)  # for the whole process: torch has no setting per model
        self._device = find_device(device)
        prompt, question = (str(card.options[name]) for name in ("prompt", "question"))
        self._model, self._inputs = _open(weights.path, self._device, prompt, question)

    def prepare(self, picture: RGB) -> RGB:
        height, width = picture.shape[:2]
        scale = self._side / max(height, width)
        if scale >= 1:
            return picture
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[no-any-return]

    def caption(self, picture: RGB) -> str:
        try:
            words = self._words(Image.fromarray(picture))
        except Exception as error:  # models raise what they like, each about pictures of its own
            raise CaptionError(f"{self.name} failed at it ({_reason(error)}).") from error
        line = one_line(words)[:LONGEST].rstrip()
        if not line:
            raise CaptionError(f"{self.name} found no words for it: try another --prompt, or another model.")
        return line

    def _words(self, image: Image.Image) -> str:
        inputs = self._inputs.of(image).to(self._device, self._model.dtype)  # whole numbers stay as they are
        with torch.inference_mode():
            (given,) = self._model.generate(
                **inputs, do_sample=False, num_beams=1, max_new_tokens=self._tokens
            )
        asked = inputs.get("input_ids")
        if asked is not None and torch.equal(given[: asked.shape[1]], asked[0]):
            given = given[asked.shape[1] :]  # a decoder's answer begins with the question
        return self._inputs.words(given)


def _open(path: Path, device: torch.device, prompt: str, question: str) -> tuple[Any, CaptionInputs]:
    transformers = library("transformers", "captions")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        inputs = CaptionInputs(path, prompt, question)
        model, told = transformers.AutoModelForImageTextToText.from_pretrained(
            path,
            dtype=torch.float32 if device.type == "cpu" else "auto",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except Exception as error:  # whatever files of another kind or library version raise
        raise ModelError(f"{path} cannot be loaded as an image-to-text model ({_reason(error)}).") from error
    if lost := sorted(told["missing_keys"]):  # transformers fills them with random numbers
        raise ModelError(
            f"{path} lacks weights ({lost[0]}): give a model that was trained to write captions."
        )
    return model.to(device).eval(), inputs


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
