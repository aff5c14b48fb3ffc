"""A loss that looks at a part of the picture only."""

from __future__ import annotations

import torch
from torch import Tensor


def masked_mse(prediction: Tensor, target: Tensor, loss_mask: Tensor) -> Tensor:
    """Mean squared error where ``loss_mask`` is not 0, summed in float32 or wider.

    Elsewhere the gradient is exactly 0, also where the prediction is infinite or NaN there: those values are
    left out, not multiplied by 0. A mask of zeros gives 0.

    Args:
        prediction: [..., channels, height, width], any floating type.
        target: The same shape.
        loss_mask: [..., 1, height, width] as ``RecordDataset`` gives it. For latents, resize it with
            ``torch.nn.functional.interpolate(loss_mask, scale_factor=1 / 8)``, whose default keeps 0 and 1.

    Returns:
        A scalar; float32 for half precision, which could not hold the sum.
    """
    inside = (loss_mask != 0).expand_as(prediction)
    wide = torch.promote_types(prediction.dtype, torch.float32)
    errors = torch.where(inside, prediction.to(wide) - target.to(wide), 0.0)
    return errors.square().sum() / inside.sum().clamp(min=1)
