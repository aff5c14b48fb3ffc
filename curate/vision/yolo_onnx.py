"""Any detector of the YOLO family that was exported to ONNX."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.errors import ModelError
from curate.records import Detection
from curate.vision.card import ModelCard
from curate.vision.interfaces import RGB
from curate.vision.onnx_session import open_session
from curate.vision.resizing import letterbox
from curate.vision.suppression import FLOOR, detections
from curate.vision.weights import Weights

GREY = 114
"""Fill of the letterbox in every YOLO since version 3."""


class YoloOnnx:
    """A :class:`~curate.vision.interfaces.Detector`; photos go through the network one by one.

    Labels are those in the file's metadata (``names``), or class numbers if it has none.
    """

    batch_size = 8

    def __init__(
        self, card: ModelCard, weights: Weights, fingerprint: str, device: str, threads: int | None
    ) -> None:
        self.name = card.name
        self.fingerprint = fingerprint
        self._session = open_session(weights.path, device, threads)
        (self._input,) = self._session.get_inputs()
        self._labels = _labels(self._session.get_modelmeta().custom_metadata_map)
        self._side = _side(self._input.shape, card.input_size)

    def detect(self, photos: Sequence[RGB]) -> list[list[Detection]]:
        return [self._detect(photo) for photo in photos]

    def _detect(self, photo: RGB) -> list[Detection]:
        fitted = letterbox(photo, self._side, fill=GREY, centred=True)
        image = fitted.pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255
        corners, scores, classes = decode(self._session.run(None, {self._input.name: image})[0])
        labels = [self._labels.get(index, str(index)) for index in classes.tolist()]
        height, width = photo.shape[:2]
        return detections(fitted.in_photo(corners), scores, labels, width, height)


def decode(
    output: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Boxes above the floor from the output of a YOLO for one photo.

    The three layouts tell themselves apart by their shape, since there are always more boxes than
    numbers per box: [1, n, 6] is left, top, right, bottom, score, class (YOLO10 and 26, which need no
    suppression); [1, 4 + classes, n] is centre, size and class scores (YOLO8 to 12); [1, n, 5 +
    classes] has an objectness before the class scores (YOLO5, 7 and X).

    Returns:
        Corners [m, 4] as left, top, right, bottom, pixels of the input; scores [m]; classes [m].

    Raises:
        ModelError: the output is none of these.
    """
    if output.ndim != 3 or output.shape[0] != 1 or min(output.shape[1:]) < 5:
        raise ModelError(f"An output of shape {list(output.shape)} is not that of a YOLO detector.")
    rows = output[0].astype(np.float64)
    if rows.shape[1] == 6:
        rows = rows[rows[:, 4] >= FLOOR]
        return rows[:, :4], rows[:, 4], rows[:, 5].astype(np.intp)
    if rows.shape[0] < rows.shape[1]:
        rows = rows.T
        per_class = rows[:, 4:]
    else:
        per_class = rows[:, 4:5] * rows[:, 5:]
    boxes, classes = np.nonzero(per_class >= FLOOR)
    centre, half = rows[boxes, :2], rows[boxes, 2:4] / 2
    return np.concatenate([centre - half, centre + half], axis=1), per_class[boxes, classes], classes


def _labels(metadata: dict[str, str]) -> dict[int, str]:
    if "names" not in metadata:
        return {}
    # Exporters write Python's own notation, {0: 'person', ...}, or a list of names.
    try:
        names = ast.literal_eval(metadata["names"])
        items = names.items() if isinstance(names, dict) else enumerate(names)
        return {int(index): str(name) for index, name in items}
    except (SyntaxError, TypeError, ValueError) as error:
        raise ModelError("The class names in the ONNX file cannot be read; export it again.") from error


def _side(shape: Sequence[int | str | None], default: int) -> int:
    """Side of the square input, pixels; the default where the file leaves it open."""
    if len(shape) != 4 or shape[1] != 3:
        raise ModelError(f"An input of shape {list(shape)} is not that of a YOLO detector.")
    height, width = (side if isinstance(side, int) else default for side in shape[2:])
    if height != width:
        raise ModelError(f"The ONNX file wants {width} x {height} pixels; export it with a square input.")
    return height
