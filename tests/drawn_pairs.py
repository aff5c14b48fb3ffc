"""Counterfactual pairs drawn by numpy, as records for the exporters."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from uuid import NAMESPACE_OID, UUID, uuid5

import numpy as np
from PIL import Image

from curate.exporters.pixels import exported_photo
from curate.exporters.tasks.pair_records import PairFiles, PairRecord, object_key
from curate.photos.reading import decode

LIMIT = 10_000_000


@dataclass
class DrawnPairs:
    """Records and the pixels behind them."""

    records: list[PairRecord] = field(default_factory=list)
    files: dict[UUID, PairFiles] = field(default_factory=dict)

    def read(self, record: PairRecord) -> PairFiles:
        return self.files[record.pair_id]

    def add(
        self,
        number: int,
        split: str,
        *,
        kind: str = "JPEG",
        width: int = 60,
        height: int = 40,
        **facts: object,
    ) -> PairRecord:
        """One pair in a shoot of its own: noise with a bright square (the object) and a shadow below it."""
        empty = np.random.default_rng(number).integers(40, 200, (height, width, 3), dtype=np.uint8)
        mask, effect, alpha = (np.zeros((height, width), np.uint8) for _ in range(3))
        mask[5:15, 10:25] = effect[15:20, 10:25] = 255
        alpha[15:20, 10:25] = 128
        full = np.where(mask[..., None] == 255, 250, np.where(effect[..., None] == 255, empty // 2, empty))
        photos = [_encoded(array.astype(np.uint8), kind) for array in (full, empty)]
        digests = [hashlib.sha256(data).hexdigest() for data in photos]
        pair_id = uuid5(NAMESPACE_OID, " ".join(digests))
        name = facts.get("object_name", f"vase {number}")
        stated: dict[str, object] = {
            "pair_id": pair_id,
            "kind": "pair",
            "scene_id": min(digests),
            "shoot_id": uuid5(NAMESPACE_OID, f"shoot {number}"),
            "credit": "Ada Lovelace",
            "held_out": False,
            "object_name": name,
            "object_key": object_key("ada", name),
            "factual_sha256": digests[0],
            "counterfactual_sha256": digests[1],
            "mask_sha256": hashlib.sha256(mask.tobytes()).hexdigest(),
            "effect_sha256": hashlib.sha256(effect.tobytes()).hexdigest(),
            "alpha_sha256": hashlib.sha256(alpha.tobytes()).hexdigest(),
            "licence": "CC-BY-4.0",
            "consent": None,
            "verdict": "pass",
            "shift": 0.12,
            "ev": -0.01,
            "split": split,
            "decision_ids": (str(uuid5(NAMESPACE_OID, f"decision {number}")),),
        }
        record = PairRecord(**{**stated, **facts})
        factual, counterfactual = (exported_photo(data, decode) for data in photos)
        self.records.append(record)
        self.files[pair_id] = PairFiles(factual, counterfactual, mask, effect, alpha)
        return record


def _encoded(pixels: np.ndarray, kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()
