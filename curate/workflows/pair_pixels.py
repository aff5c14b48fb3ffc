"""The pixels of an approved pair as they leave: both photos and the masks on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.capture.frames import decode_frame, decode_pair, pair_white_balance
from curate.capture.full_size import aligned
from curate.capture.records import Alignment
from curate.errors import ExportError, MediaError, PhotoError
from curate.exporters.pixels import QUICK, RGB, MediaFile, decoded, exported_photo, png
from curate.exporters.tasks.pair_records import PairFiles, Plane
from curate.workflows.pair_approval import ApprovedPair, PairPhoto
from curate.workflows.pair_frames import frame_bytes
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workspace import Workspace


def pair_files(workspace: Workspace, pair: ApprovedPair) -> PairFiles:
    """Decode what has to be decoded, and align and crop what the pair's check says.

    Raises:
        ExportError: a photo or mask is gone, has changed, or cannot be decoded.
    """
    try:
        source = _Source(workspace, pair)
        return source.as_taken() if pair.alignment is None else source.aligned(pair.alignment)
    except (MediaError, PhotoError) as error:
        raise ExportError(
            f"Pair {pair.pair} cannot be exported ({str(error).rstrip('.')}): mend that, or take back its "
            f"decisions with `curate decide undo {pair.pair}`; then export again."
        ) from error


@dataclass
class _Source:
    workspace: Workspace
    pair: ApprovedPair

    @property
    def max_pixels(self) -> int:
        return self.workspace.settings.max_pixels

    @cached_property
    def photos(self) -> tuple[bytes, bytes]:
        """Original bytes of factual and counterfactual."""
        factual, counterfactual = self.pair.factual, self.pair.counterfactual
        return frame_bytes(self.workspace, factual.sha256), frame_bytes(self.workspace, counterfactual.sha256)

    @cached_property
    def masks(self) -> tuple[Plane, Plane, Plane]:
        """Object, effect and alpha."""
        pair = self.pair
        mask, effect, alpha = (
            decoded(self.workspace.media.get(sha256, IMAGE_SUFFIX), self.max_pixels)
            for sha256 in (pair.mask_sha256, pair.effect_sha256, pair.alpha_sha256)
        )
        return mask, effect, alpha

    def as_taken(self) -> PairFiles:
        balance = pair_white_balance(self.photos[0])

        def decode(data: bytes) -> RGB:
            frame = decode_frame(data, max_pixels=self.max_pixels, raw_white_balance=balance)
            return _eight_bits(frame.pixels)

        def leaving(data: bytes, photo: PairPhoto) -> MediaFile:
            return exported_photo(data, decode)

        photos = self.pair.factual, self.pair.counterfactual
        factual, counterfactual = map(leaving, self.photos, photos)
        return PairFiles(factual, counterfactual, *self.masks)

    def aligned(self, alignment: Mapping[str, Any]) -> PairFiles:
        frames = decode_pair(*self.photos, max_pixels=self.max_pixels)
        *photos, crop = aligned(*frames, _alignment(alignment))
        factual, counterfactual = (png(_eight_bits(pixels), QUICK) for pixels in photos)
        rows, columns = slice(int(crop.y), int(crop.bottom)), slice(int(crop.x), int(crop.right))
        mask, effect, alpha = (plane[rows, columns] for plane in self.masks)
        return PairFiles(factual, counterfactual, mask, effect, alpha, crop)


def _alignment(stored: Mapping[str, Any]) -> Alignment:
    return Alignment(**{**stored, "matrix": np.array(stored["matrix"], np.float32)})


def _eight_bits(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> RGB:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    # 65535 becomes 255; rounded, not cut off.
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=1 / 257), np.uint8)
