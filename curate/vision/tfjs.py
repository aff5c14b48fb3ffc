"""TensorFlow.js graph models as ONNX, with numpy and onnx alone.

A graph model is a JSON file (a TensorFlow GraphDef and a list of weights) and a binary file of
weights back to back. The ONNX file has the same bytes in every run and every onnx release (compared:
1.17 and 1.23), so its sha256 can be known beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from curate.errors import ModelError
from curate.vision.tfjs_operators import TfjsGraph, Translation, base

OPSET = 18
"""First opset whose Resize can leave batch and channels alone; onnxruntime runs it since 1.15."""
IR_VERSION = 8


def read_graph(model: Mapping[str, Any], binary: bytes) -> TfjsGraph:
    """Decode a parsed ``model.json`` and its weights, half precision widened to float32.

    Raises:
        ModelError: the two files do not belong together.
    """
    weights: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in (entry for group in model["weightsManifest"] for entry in group["weights"]):
        stored = np.dtype(entry.get("quantization", entry)["dtype"])
        count = math.prod(entry["shape"])
        values = np.frombuffer(binary, stored, count, offset).reshape(entry["shape"])
        offset += values.nbytes
        weights[entry["name"]] = values.astype(np.float32 if stored.kind == "f" else np.int64)
    if offset != len(binary):
        raise ModelError(f"The weights have {len(binary)} bytes and the model describes {offset}.")
    return TfjsGraph({node["name"]: node for node in model["modelTopology"]["node"]}, weights)


def to_onnx(
    graph: TfjsGraph,
    inputs: Mapping[str, tuple[str, tuple[int, ...]]],
    outputs: Mapping[str, tuple[str, tuple[int, ...]]],
) -> bytes:
    """The ONNX file for everything that ``outputs`` depend on.

    Args:
        graph: from :func:`read_graph`.
        inputs: placeholder name to (name in the ONNX file, shape); float32.
        outputs: node name to (name in the ONNX file, shape); float32.

    Raises:
        ModelError: the graph uses an operator that is not translated.
    """
    translation = Translation(graph, {name: renamed for name, (renamed, _) in inputs.items()})
    for node in _between(graph, set(inputs), set(outputs)):
        translation.translate(node)
    for name, (renamed, _) in outputs.items():
        translation.add("Identity", [translation.value(name)], renamed)
    model = onnx.ModelProto(ir_version=IR_VERSION, producer_name="recurate")
    model.opset_import.add(version=OPSET)
    model.graph.name = "tfjs"
    model.graph.node.extend(translation.nodes)
    model.graph.initializer.extend(translation.initializers.values())
    model.graph.input.extend(_described(*described) for described in inputs.values())
    model.graph.output.extend(_described(*described) for described in outputs.values())
    onnx.checker.check_model(model)
    serialised: bytes = model.SerializeToString(deterministic=True)
    return serialised


def _between(graph: TfjsGraph, inputs: set[str], outputs: set[str]) -> list[Mapping[str, Any]]:
    """Nodes that depend on the inputs and that the outputs depend on, in an order they can run in."""
    wanted: dict[str, list[str]] = {}
    open_ = sorted(outputs, reverse=True)
    while open_:
        name = open_.pop()
        if name not in wanted:
            wanted[name] = [base(source) for source in graph.nodes[name].get("input", ())]
            open_.extend(reversed(wanted[name]))
    live = set(inputs)
    ordered = []
    for name in TopologicalSorter(wanted).static_order():
        if not live.isdisjoint(wanted[name]):
            live.add(name)
            ordered.append(graph.nodes[name])
    return ordered


def _described(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    info = onnx.ValueInfoProto(name=name)
    info.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    for length in shape:
        info.type.tensor_type.shape.dim.add(dim_value=length)
    return info
