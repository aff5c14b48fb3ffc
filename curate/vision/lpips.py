"""LPIPS (Zhang et al. 2018, version 0.1, AlexNet): how differently two photos look, place by place.

Its heads come with the Python package ``lpips``; the AlexNet under them is torchvision's, which is a file of
the user's because nothing but a model hub has it.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from curate.errors import ModelError
from curate.vision.interfaces import RGB
from curate.vision.torch_device import find_device
from curate.vision.torch_embedder import fill, read_tensors

LARGEST_SIDE = 2048
"""Pixels: larger photos are shrunk, for a photo of 24 megapixels would need 8 GB."""
SMALLEST_SIDE = 31
"""Pixels: AlexNet's last stage sees nothing of smaller ones."""
_CHANNELS = (64, 192, 384, 256, 256)
_ENDS = (0, 2, 5, 8, 10, 12)  # layers of AlexNet at which stages begin and end
_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)  # of pixels -1..1, LPIPS' own


class Lpips:
    """Distances between photos; 0 where they are equal."""

    def __init__(self, backbone: Path, heads: Path, device: str = "auto") -> None:
        """Read both files.

        Args:
            backbone: state dict of torchvision's ``alexnet``; what belongs to its classifier is not used.
            heads: ``lpips/weights/v0.1/alex.pth`` of the package.

        Raises:
            ModelError: a file cannot be read or does not fit.
        """
        tensors = read_tensors(backbone)
        kept = {name: tensor for name, tensor in tensors.items() if name.startswith("features.")}
        features = _features()
        fill(nn.ModuleDict({"features": features}), kept, backbone, "the AlexNet of LPIPS")
        weights = nn.ParameterDict(
            {f"lin{stage}": torch.empty(1, count, 1, 1) for stage, count in enumerate(_CHANNELS)}
        )
        named = {name.replace(".model.1.weight", ""): tensor for name, tensor in read_tensors(heads).items()}
        fill(weights, named, heads, "the heads of LPIPS")
        self._device = find_device(device)
        features.eval().requires_grad_(False).to(self._device)
        self._stages = [features[first:last] for first, last in pairwise(_ENDS)]
        self._weights = [weights[f"lin{stage}"].detach().to(self._device) for stage in range(len(_CHANNELS))]
        files = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in (backbone, heads))
        self.fingerprint = hashlib.sha256(files).hexdigest()

    def distances(self, one: RGB, other: RGB) -> NDArray[np.float32]:
        """float32 [height, width] of two uint8 photos [height, width, 3] of at least 31 pixels a side.

        Raises:
            ModelError: they are smaller.
        """
        height, width = one.shape[:2]
        if min(height, width) < SMALLEST_SIDE:
            raise ModelError(
                f"LPIPS needs photos of at least {SMALLEST_SIDE} pixels a side, not {width} x {height}: "
                "leave out --lpips."
            )
        factor = min(1.0, LARGEST_SIDE / max(height, width))
        size = round(width * factor), round(height * factor)
        shrunk = [cv2.resize(photo, size, interpolation=cv2.INTER_AREA) for photo in (one, other)]
        with torch.inference_mode():
            first, second = (self._prepared(photo) for photo in shrunk)
            found = self._distances(first, second)[0, 0].cpu().numpy()
        enlarged: NDArray[np.float32] = cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)
        return enlarged

    def _prepared(self, photo: RGB) -> Tensor:
        """[1, 3, height, width]."""
        pixels = torch.from_numpy(photo).to(self._device).permute(2, 0, 1)[None].float() / 127.5 - 1
        shift, scale = (
            torch.tensor(three, device=self._device).view(1, 3, 1, 1) for three in (_SHIFT, _SCALE)
        )
        prepared: Tensor = (pixels - shift) / scale
        return prepared

    def _distances(self, first: Tensor, second: Tensor) -> Tensor:
        """[1, 1, height, width]: per stage the weighted squares of unit features, enlarged, added up."""
        size = first.shape[2:]
        total = torch.zeros((1, 1, *size), device=self._device)
        for stage, weight in zip(self._stages, self._weights, strict=True):
            first, second = stage(first), stage(second)
            squares = (_unit(first) - _unit(second)).square()
            stage_distance = functional.conv2d(squares, weight)
            total += functional.interpolate(stage_distance, size=size, mode="bilinear", align_corners=False)
        return total


def load_lpips(backbone: Path, device: str = "auto") -> Lpips:
    """With the heads of the installed package.

    Raises:
        ModelError: the package is not installed, or a file is missing or does not fit.
    """
    spec = find_spec("lpips")
    if spec is None or spec.origin is None:
        raise ModelError(
            "LPIPS needs the Python package lpips for its heads; type: pip install 'recurate[lpips]'"
        )
    if not backbone.is_file():
        raise ModelError(
            f"There is no file {backbone}: --lpips takes torchvision's AlexNet weights "
            "(alexnet-owt-7be5be79.pth)."
        )
    return Lpips(backbone, Path(spec.origin).parent / "weights" / "v0.1" / "alex.pth", device)


def _unit(features: Tensor) -> Tensor:
    """Of length 1 at every place."""
    return features / (features.square().sum(dim=1, keepdim=True).sqrt() + 1e-10)


def _features() -> nn.Sequential:
    """AlexNet up to its fifth rectifier, with torchvision's numbers of the layers."""
    channels = (3, *_CHANNELS)
    shapes = ((11, 4, 2), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1))  # side, stride, padding
    layers: list[nn.Module] = []
    for stage, shape in enumerate(shapes):
        if stage in (1, 2):
            layers.append(nn.MaxPool2d(3, 2))
        layers += [nn.Conv2d(channels[stage], channels[stage + 1], *shape), nn.ReLU()]
    return nn.Sequential(*layers)
