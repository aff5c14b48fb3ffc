"""One translation to ONNX for each TensorFlow operator that our models use.

The messages are built field by field: ``onnx.helper`` sets optional fields that differ between its
releases, and then the bytes would differ too.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, TensorProto

from curate.errors import ModelError

TO_CHANNELS_FIRST = (0, 3, 1, 2)
TO_CHANNELS_LAST = (0, 2, 3, 1)

_Attribute = int | float | str | Sequence[int]
_ELEMENT_TYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}


@dataclass(frozen=True)
class TfjsGraph:
    """A graph model in memory."""

    nodes: Mapping[str, Mapping[str, Any]]
    """GraphDef nodes by name."""
    weights: Mapping[str, NDArray[Any]]
    """By the name of their ``Const`` node; float32, or int64 where the file has integers."""


def base(name: str) -> str:
    """The node of a value: TensorFlow calls the outputs of a node ``node``, ``node:1``, ``node:2``."""
    return name.partition(":")[0]


class Translation:
    """The nodes and constants of the ONNX graph so far."""

    def __init__(self, graph: TfjsGraph, inputs: Mapping[str, str]) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, TensorProto] = {}
        self._inputs = inputs

    def translate(self, node: Mapping[str, Any]) -> None:
        operator = _OPERATORS.get(node["op"])
        if operator is None:
            raise ModelError(f"The operator {node['op']} of a TensorFlow.js model is not known.")
        operator(self, node)

    def value(self, name: str) -> str:
        """Name in the ONNX graph of what the TensorFlow.js graph calls ``name``."""
        if name in self.graph.weights and name not in self.initializers:
            return self.initializer(name, self.graph.weights[name])
        return self._inputs.get(name, name)

    def constant(self, name: str) -> NDArray[Any]:
        """A value that does not depend on the input of the model."""
        if name in self.graph.weights:
            return self.graph.weights[name]
        node = self.graph.nodes[base(name)]
        if node["op"] in ("Add", "AddV2"):
            total: NDArray[Any] = self.constant(node["input"][0]) + self.constant(node["input"][1])
            return total
        if node["op"] == "SparseToDense" and not self.constant(node["input"][2]).size:
            return np.full(self.constant(node["input"][1]), self.constant(node["input"][3]))
        raise ModelError(f"{node['name']} of a TensorFlow.js model should be a constant and is not.")

    def initializer(self, name: str, values: NDArray[Any]) -> str:
        self.initializers[name] = TensorProto(
            name=name,
            dims=values.shape,
            data_type=_ELEMENT_TYPES[values.dtype],
            raw_data=values.astype(values.dtype.newbyteorder("<")).tobytes(),
        )
        return name

    def add(self, operator: str, inputs: list[str], *outputs: str, **attributes: _Attribute) -> str:
        self.nodes.append(
            onnx.NodeProto(
                op_type=operator,
                name=outputs[0],
                input=inputs,
                output=outputs,
                attribute=[_attribute(key, attributes[key]) for key in sorted(attributes)],
            )
        )
        return outputs[0]

    def channels_last(
        self, operator: str, node: Mapping[str, Any], *more: str, **attributes: _Attribute
    ) -> None:
        """An ONNX operator, which wants channels first, between two transpositions.

        onnxruntime cancels neighbouring transpositions when it loads the file.
        """
        name = node["name"]
        first = self.add("Transpose", [self.value(node["input"][0])], f"{name}/first", perm=TO_CHANNELS_FIRST)
        inner = self.add(operator, [first, *more], f"{name}/inner", **attributes)
        self.add("Transpose", [inner], name, perm=TO_CHANNELS_LAST)


def _same(operator: str) -> Callable[[Translation, Mapping[str, Any]], None]:
    def translate(to: Translation, node: Mapping[str, Any]) -> None:
        to.add(operator, [to.value(name) for name in node["input"]], node["name"])

    return translate


def _conv(to: Translation, node: Mapping[str, Any]) -> None:
    _require_valid_padding(node)
    kernel = to.constant(node["input"][1]).transpose(3, 2, 0, 1)  # [h, w, in, out] -> [out, in, h, w]
    weight = to.initializer(f"{node['name']}/kernel", kernel)
    to.channels_last(
        "Conv", node, weight, dilations=_spatial(node, "dilations"), strides=_spatial(node, "strides")
    )


def _max_pool(to: Translation, node: Mapping[str, Any]) -> None:
    _require_valid_padding(node)
    to.channels_last("MaxPool", node, kernel_shape=_spatial(node, "ksize"), strides=_spatial(node, "strides"))


def _resize(to: Translation, node: Mapping[str, Any]) -> None:
    if not node["attr"]["half_pixel_centers"]["b"]:
        raise ModelError(f"{node['name']} of a TensorFlow.js model is resized by a rule that is not known.")
    sizes = to.initializer(f"{node['name']}/sizes", to.constant(node["input"][1]))
    # The two empty names leave out the region of interest and the scales.
    to.channels_last(
        "Resize",
        node,
        *("", "", sizes),
        axes=[2, 3],
        coordinate_transformation_mode="half_pixel",
        mode="linear",
    )


def _transpose(to: Translation, node: Mapping[str, Any]) -> None:
    order = to.constant(node["input"][1]).tolist()
    to.add("Transpose", [to.value(node["input"][0])], node["name"], perm=order)


def _pad(to: Translation, node: Mapping[str, Any]) -> None:
    pads = to.constant(node["input"][1]).T.reshape(-1)  # [axis, 2] -> all starts, then all ends
    inputs = [to.value(node["input"][0]), to.initializer(f"{node['name']}/pads", pads)]
    if node["op"] == "PadV2":
        inputs.append(to.value(node["input"][2]))
    to.add("Pad", inputs, node["name"])


def _leaky(to: Translation, node: Mapping[str, Any]) -> None:
    alpha = float(node["attr"]["alpha"]["f"])
    to.add("LeakyRelu", [to.value(node["input"][0])], node["name"], alpha=alpha)


def _concat(to: Translation, node: Mapping[str, Any]) -> None:
    *parts, axis = node["input"]
    values = [to.value(name) for name in parts]
    to.add("Concat", values, node["name"], axis=int(to.constant(axis)))


def _split(to: Translation, node: Mapping[str, Any]) -> None:
    source, sizes, axis = node["input"]
    lengths = to.constant(sizes)
    outputs = [node["name"], *(f"{node['name']}:{port}" for port in range(1, len(lengths)))]
    inputs = [to.value(source), to.initializer(f"{node['name']}/lengths", lengths)]
    to.add("Split", inputs, *outputs, axis=int(to.constant(axis)))


def _reshape(to: Translation, node: Mapping[str, Any]) -> None:
    shape = to.initializer(f"{node['name']}/shape", to.constant(node["input"][1]))
    to.add("Reshape", [to.value(node["input"][0]), shape], node["name"])


_OPERATORS: dict[str, Callable[[Translation, Mapping[str, Any]], None]] = {
    "Add": _same("Add"),
    "AddV2": _same("Add"),
    "ConcatV2": _concat,
    "Conv2D": _conv,
    "Identity": _same("Identity"),
    "LeakyRelu": _leaky,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "PadV2": _pad,
    "Reshape": _reshape,
    "ResizeBilinear": _resize,
    "Sigmoid": _same("Sigmoid"),
    "SplitV": _split,
    "Transpose": _transpose,
}


def _spatial(node: Mapping[str, Any], key: str) -> list[int]:
    """Height and width of an attribute that has four numbers, channels last."""
    return [int(number) for number in node["attr"][key]["list"]["i"][1:3]]


def _require_valid_padding(node: Mapping[str, Any]) -> None:
    if base64.b64decode(node["attr"]["padding"]["s"]) != b"VALID":
        raise ModelError(f"{node['name']} of a TensorFlow.js model pads by a rule that is not known.")


def _attribute(name: str, value: _Attribute) -> AttributeProto:
    if isinstance(value, int):
        return AttributeProto(name=name, type=AttributeProto.INT, i=value)
    if isinstance(value, float):
        return AttributeProto(name=name, type=AttributeProto.FLOAT, f=value)
    if isinstance(value, str):
        return AttributeProto(name=name, type=AttributeProto.STRING, s=value.encode())
    return AttributeProto(name=name, type=AttributeProto.INTS, ints=value)
