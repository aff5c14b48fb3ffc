import base64
import hashlib
import shutil

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional

from curate.errors import ModelError
from curate.vision.nanodet_conversion import convert
from curate.vision.registry import find_card
from curate.vision.tfjs import read_graph, to_onnx

RNG = np.random.default_rng(7)


class Writer:
    """Writes a graph model the way TensorFlow.js does."""

    def __init__(self):
        self.nodes = [{"name": "x", "op": "Placeholder"}]
        self.entries, self.binary = [], b""

    def const(self, name, values):
        values = np.asarray(values)
        self.nodes.append({"name": name, "op": "Const"})
        entry = {"name": name, "shape": list(values.shape), "dtype": "int32"}
        if values.dtype.kind == "f":
            entry |= {"dtype": "float32", "quantization": {"dtype": "float16"}}
        self.entries.append(entry)
        self.binary += values.astype(np.float16 if values.dtype.kind == "f" else np.int32).tobytes()
        return name

    def node(self, name, op, *inputs, **attributes):
        self.nodes.append({"name": name, "op": op, "input": list(inputs), "attr": attributes})
        return name

    def graph(self):
        # Topological order is not promised by the format.
        model = {
            "modelTopology": {"node": self.nodes[::-1]},
            "weightsManifest": [{"weights": self.entries}],
        }
        return read_graph(model, self.binary)

    def run(self, image, output, shape):
        model = to_onnx(self.graph(), {"x": ("image", image.shape)}, {output: ("y", shape)})
        return onnxruntime.InferenceSession(model).run(None, {"image": image})[0]


def four(a, b):
    return {"list": {"i": ["1", str(a), str(b), "1"]}}


VALID = {"s": base64.b64encode(b"VALID").decode()}


def test_a_convolution_with_everything_around_it_equals_torch():
    kernel = RNG.normal(size=(3, 3, 4, 6)).astype(np.float16).astype(np.float32)
    bias = RNG.normal(size=6).astype(np.float16).astype(np.float32)
    writer = Writer()
    pads = writer.const("pads", np.array([[0, 0], [1, 1], [1, 1], [0, 0]]))
    padded = writer.node("padded", "Pad", "x", pads)
    convolved = writer.node(
        "convolved",
        "Conv2D",
        padded,
        writer.const("kernel", kernel),
        padding=VALID,
        strides=four(2, 2),
        dilations=four(1, 1),
    )
    biased = writer.node("biased", "AddV2", convolved, writer.const("bias", bias))
    leaky = writer.node("leaky", "LeakyRelu", biased, alpha={"f": 0.1})
    pooled = writer.node("pooled", "MaxPool", leaky, padding=VALID, ksize=four(2, 2), strides=four(1, 1))
    size = writer.const("size", np.array([9, 8]))
    resized = writer.node("resized", "ResizeBilinear", pooled, size, half_pixel_centers={"b": True})

    image = RNG.normal(size=(1, 12, 10, 4)).astype(np.float32)
    given = writer.run(image, resized, (1, 9, 8, 6))

    x = torch.from_numpy(image).permute(0, 3, 1, 2)
    x = functional.conv2d(x, torch.from_numpy(kernel).permute(3, 2, 0, 1), torch.from_numpy(bias), 2, 1)
    x = functional.max_pool2d(functional.leaky_relu(x, 0.1), 2, 1)
    x = functional.interpolate(x, size=(9, 8), mode="bilinear", align_corners=False)
    assert given == pytest.approx(x.permute(0, 2, 3, 1).numpy(), abs=1e-5)


def test_split_concat_reshape_and_folded_shapes_equal_numpy():
    writer = Writer()
    split = writer.node(
        "split", "SplitV", "x", writer.const("sizes", np.array([2, 3])), writer.const("axis", np.array(1))
    )
    joined = writer.node("joined", "ConcatV2", "split:1", split, writer.const("at", np.array(1)))
    none = writer.const("none", np.empty((0, 1), dtype=int))
    zeros = writer.node(
        "zeros",
        "SparseToDense",
        none,
        writer.const("rank", np.array([3])),
        writer.const("no_values", np.empty(0, dtype=int)),
        writer.const("zero", np.array(0)),
    )
    shape = writer.node("shape", "AddV2", writer.const("wanted", np.array([1, 5, -1])), zeros)
    flat = writer.node("flat", "Reshape", joined, shape)
    turned = writer.node("turned", "Transpose", flat, writer.const("perm", np.array([0, 2, 1])))
    squeezed = writer.node("squeezed", "Sigmoid", turned)

    image = RNG.normal(size=(1, 5, 2, 3)).astype(np.float32)
    given = writer.run(image, squeezed, (1, 6, 5))
    expected = np.concatenate([image[:, 2:], image[:, :2]], axis=1).reshape(1, 5, 6).transpose(0, 2, 1)
    assert given == pytest.approx(1 / (1 + np.exp(-expected)), abs=1e-6)


def test_an_operator_that_is_not_known_is_named():
    writer = Writer()
    writer.node("wild", "Einsum", "x")
    with pytest.raises(ModelError, match="Einsum"):
        to_onnx(writer.graph(), {"x": ("image", (1, 2))}, {"wild": ("y", (1, 2))})


def test_weights_of_another_length_are_refused():
    writer = Writer()
    writer.const("bias", np.ones(3))
    writer.binary += b"\0\0"
    with pytest.raises(ModelError, match="8 bytes"):
        writer.graph()


def test_the_packaged_nanodet_always_converts_to_the_same_bytes(pulled, tmp_path):
    card = find_card("nanodet")
    source = pulled("nanodet") / card.source.directory / "models"
    for name in ("nanodet.json", "nanodet.bin"):
        (tmp_path / "models").mkdir(exist_ok=True)
        shutil.copy(source / name, tmp_path / "models")
    convert(tmp_path)
    made = (tmp_path / "models" / "nanodet.onnx").read_bytes()
    assert hashlib.sha256(made).hexdigest() == card.files[0].sha256
