"""Exported pictures to Pillow's, checked."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image

from curate.errors import VerificationError
from curate.exporters.manifest_file import AGAIN


def stored_picture(path: Path) -> Image.Image:
    """The picture of a file that is named after the sha256 of its bytes.

    Raises:
        VerificationError: It is missing, was changed, or is no picture; names the file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VerificationError(f"{path} cannot be read ({error.strerror or error}): {AGAIN}") from error
    if hashlib.sha256(data).hexdigest() != path.stem:
        raise VerificationError(f"{path} was changed: {AGAIN}")
    return decoded_picture(data, str(path))


def decoded_picture(data: bytes, name: str) -> Image.Image:
    """The pixels of a JPEG or PNG; ``name`` is for the sentence.

    Raises:
        VerificationError: It is no picture.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise VerificationError(f"{name} is not a readable picture ({error}): {AGAIN}") from error
    return picture
