"""The one-off conversion of the packaged NanoDet from TensorFlow.js to ONNX."""

from __future__ import annotations

import json
from pathlib import Path

from curate.vision.tfjs import read_graph, to_onnx

INPUT_SIZE = 416
"""Side of the square input, pixels."""
CLASSES = 80
SIDE_BINS = 4 * 11
"""Four sides of a box, each a distribution over 11 distances."""
STRIDES = (8, 16, 32)

# The graph names its outputs Identity (stride 8) to Identity_2 for scores, then Identity_3 to _5 for sides.
_OUTPUTS = {
    "Identity": ("scores_8", (1, 2704, CLASSES)),
    "Identity_1": ("scores_16", (1, 676, CLASSES)),
    "Identity_2": ("scores_32", (1, 169, CLASSES)),
    "Identity_3": ("sides_8", (1, 2704, SIDE_BINS)),
    "Identity_4": ("sides_16", (1, 676, SIDE_BINS)),
    "Identity_5": ("sides_32", (1, 169, SIDE_BINS)),
}


def convert(directory: Path) -> None:
    """Write ``models/nanodet.onnx`` beside the package's ``nanodet.json`` and ``nanodet.bin``.

    The ONNX model takes ``image`` float32 [1, 3, 416, 416] and gives, for each stride s of 8, 16
    and 32 and its n = (416 / s)^2 cells in row order, ``scores_s`` [1, n, 80] after the sigmoid and
    ``sides_s`` [1, n, 44] before the softmax.
    """
    models = directory / "models"
    model = json.loads((models / "nanodet.json").read_text(encoding="utf-8"))
    graph = read_graph(model, (models / "nanodet.bin").read_bytes())
    inputs = {"input_1": ("image", (1, 3, INPUT_SIZE, INPUT_SIZE))}
    (models / "nanodet.onnx").write_bytes(to_onnx(graph, inputs, _OUTPUTS))
