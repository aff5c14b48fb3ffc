"""What a trainer loads: records of an exported manifest as the papers' tensors. Needs torch."""

from curate.training.dataset import RecordDataset
from curate.training.losses import masked_mse
from curate.training.stream import RecordStream

__all__ = ["RecordDataset", "RecordStream", "masked_mse"]
