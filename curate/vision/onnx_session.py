"""Opening ONNX files in onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime

from curate.errors import ModelError


def open_session(path: Path, device: str, threads: int | None) -> Any:
    """An ``onnxruntime.InferenceSession``.

    Args:
        path: the ONNX file.
        device: ``auto``, ``cpu`` or ``cuda``; ``auto`` takes a GPU if onnxruntime was built with it.
        threads: for one call; None leaves it to onnxruntime, which takes every core.

    Raises:
        ModelError: the file cannot be read as a model, or the device is not there.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    # Waiting threads that spin take the cores that decode the next photos.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors; warnings are about the graph, which nobody here can mend
    try:
        return onnxruntime.InferenceSession(path, options, providers=_providers(device))
    except Exception as error:  # onnxruntime's own errors have no common base class
        reason = str(error).partition("\n")[0]
        raise ModelError(f"{path} cannot be loaded as an ONNX model ({reason}).") from error


def _providers(device: str) -> list[str]:
    there = onnxruntime.get_available_providers()
    gpu = [name for name in ("CUDAExecutionProvider",) if name in there and device != "cpu"]
    if device.startswith("cuda") and not gpu:
        raise ModelError("onnxruntime has no CUDA here; install onnxruntime-gpu or set CURATE_DEVICE=cpu.")
    return [*gpu, "CPUExecutionProvider"]
