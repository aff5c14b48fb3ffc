"""From a picture to what an image-to-text model of transformers is shown, as the model's own files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from curate.vision.libraries import library

# Pillow resizes in the same way whether torchvision is installed or not.
_FILES_ONLY = {"local_files_only": True, "trust_remote_code": False, "backend": "pil"}


class CaptionInputs:
    """The processor of one model, with its prompt."""

    def __init__(self, directory: Path, prompt: str, question: str) -> None:
        """``question`` is what a model that chats is asked if there is no ``prompt``."""
        self._processor, self._decoder = _open(directory)
        self._chats = getattr(self._processor, "chat_template", None) is not None
        self._prompt = prompt or (question if self._chats else "")

    def of(self, picture: Image.Image) -> Any:
        """Tensors by name: of one picture, and of the prompt if the model takes one."""
        if self._chats:
            return self._processor.apply_chat_template(
                [{"role": "user", "content": [_shown(picture), {"type": "text", "text": self._prompt}]}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
            )
        text = {"text": self._prompt} if self._prompt else {}
        return self._processor(images=picture, return_tensors="pt", **text)

    def words(self, tokens: Any) -> str:
        """What the model's answer says, without marks that are no words."""
        return str(self._decoder.decode(tokens, skip_special_tokens=True))


def _shown(picture: Image.Image) -> dict[str, Any]:
    return {"type": "image", "image": picture}


def _open(directory: Path) -> tuple[Any, Any]:
    """What makes inputs of pictures and what makes words of tokens; one thing unless there are two files."""
    transformers = library("transformers", "captions")
    whole = transformers.AutoProcessor.from_pretrained(directory, **_FILES_ONLY)
    if isinstance(whole, transformers.ProcessorMixin):
        return whole, whole
    pictures = transformers.AutoImageProcessor.from_pretrained(directory, **_FILES_ONLY)
    return pictures, transformers.AutoTokenizer.from_pretrained(directory, **_FILES_ONLY)
