"""Records of an exported folder as the papers' tensors, by their number."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import Dataset

from curate.errors import SettingsError
from curate.exporters.formats.registry import FORMATS
from curate.exporters.layout import RecordFolder
from curate.exporters.tasks.task import Row
from curate.training.cells import Fit
from curate.training.folder import opened_manifest
from curate.training.pictures import stored_picture
from curate.training.samples import SampleMaker, Transform
from curate.training.table import TableRows
from curate.training.tasks import TensorSample


class RecordDataset(Dataset[TensorSample]):
    """One split of a folder that ``curate export`` wrote, as tensors; manifest.json says of which task.

    A sample is a dict that ``DataLoader`` stacks. All tensors are float32 unless another type stands here.
    ``s`` is ``size``. Photos are in [-1, 1], with 0 (grey) where there is no picture; masks are 0 or 1.

    ``subject``, ``benchmark`` and ``insertion`` (ObjectMate): cells of ``s`` x ``s`` in a 2x2 grid.
    References lie at the top left, top right and bottom left, most similar first; the target, which alone is
    to be noised, at the bottom right. ``torch.cat([grid, mask, background], dim=1)`` are the channels of an
    insertion model.

    =================  ============  =====================================================================
    grid               [3, 2s, 2s]   three references and the target
    loss_mask          [1, 2s, 2s]   1 on the target's cell, 0 on the references'; see ``masked_mse``
    picture_mask       [1, 2s, 2s]   1 where a picture is, 0 on padding and on empty cells
    reference_count    int64 []      references there are, 1 to 3. Cells without one are empty: 0 in
                                     ``grid`` and ``picture_mask``. None is shown twice to fill them, and
                                     references after the third are left out.
    mask               [1, 2s, 2s]   ``insertion``: 1 on the object in the target's cell, else 0
    background         [3, 2s, 2s]   ``insertion``: the target without its object in the target's cell; the
                                     references' cells are 0
    caption            str           ``subject``, ``benchmark``: the prompt
    label              str           class name of the target
    =================  ============  =====================================================================

    ``removal``, ``insertion-pairs``, ``insertion-bootstrap`` (ObjectDrop): cells of one record show the same
    part of the same scene.

    =================  ============  =====================================================================
    input              [3, s, s]     ``removal``: X, the photo as it is, not greyed out under the mask.
                                     Else y, the object pasted onto its background.
    mask               [1, s, s]     M: 1 on the object, not widened
    target             [3, s, s]     ``removal``: X_cf, the photo without the object. Else x.
    background         [3, s, s]     ``insertion-...``: the photo without the object, or its prediction
    effect_mask        [1, s, s]     ``removal``, ``insertion-pairs``: 1 on shadow and reflections
    alpha              [1, s, s]     ``removal``: strength of the effect in [0, 1]
    picture_mask       [1, s, s]     1 where the picture is, 0 on padding
    =================  ============  =====================================================================

    ``decisions``: votes on removal outputs that are a person's last word and say yes or no; others are left
    out. ``input``, ``output`` [3, s, s], ``mask``, ``widened_mask`` and ``picture_mask`` [1, s, s], and
    ``accepted`` [], 1 for an accepted output and 0 for a rejected one.

    Every sample has ``sample_id`` (str), by which its row is found in the folder's table.

    **Geometry.** One rule for every picture of a record: a frame is chosen, resized until its longer side is
    ``s``, and set in the middle of the cell. ``fit="pad"`` frames the whole picture. ``fit="crop"`` frames a
    square around the object with ``margin`` times the longer side of its box on every side, moved into the
    picture where it would reach out and cut where it is larger than the picture. The box is the record's own
    in ``subject`` and ``insertion``, where references have theirs, and ``reference_fit``; elsewhere it is the
    one around ``mask`` and ``effect_mask``. Photos and ``alpha`` are resized bicubically, masks by the
    nearest pixel, so that an object of less than a pixel may get lost: ``crop`` shows it larger.

    **Chance.** The dataset draws none, and augments nothing. ``transform`` gets each sample with a
    ``torch.Generator`` that depends on seed, epoch and index alone, not on workers; call ``set_epoch``
    before each epoch.

    Nothing of a split but where its row groups begin is kept in memory, and files are opened by the process
    that reads them: workers may be forked or spawned. Each picture is checked against the hash in its name;
    the table is not checked, which ``curate verify`` does.

    Args:
        directory: The exported folder, in any format that keeps pictures as files.
        split: ``train``, ``validation`` or ``test``.
        size: Side of a cell, pixels.
        fit: What a cell shows, see above.
        reference_fit: The same for references; as ``fit`` if None.
        margin: For ``crop``.
        transform: Called with each sample; to be spawned along it must pickle.
        seed: From 0 on.

    Raises:
        SettingsError: The split, the task's tensors or an argument do not exist, or all records of the split
            are left out.
        VerificationError: Here or for a sample: manifest, table or picture is missing or was changed; the
            file is named.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        split: str = "train",
        size: int = 512,
        *,
        fit: Fit = "pad",
        reference_fit: Fit | None = None,
        margin: float = 0.5,
        transform: Transform | None = None,
        seed: int = 0,
    ) -> None:
        manifest = opened_manifest(str(directory), lambda name: (Path(directory) / name).read_bytes(), split)
        layout = FORMATS[manifest.format]
        if not layout.keeps_pictures:
            raise SettingsError(f"{directory} holds shards, not pictures: read it with RecordStream.")
        self.task = manifest.task
        self._maker = SampleMaker(
            manifest.task,
            size,
            fit=fit,
            reference_fit=reference_fit,
            margin=margin,
            transform=transform,
            seed=seed,
        )
        self._folder, self._split = RecordFolder(Path(directory), canonical=layout.canonical), split
        tensors = self._maker.tensors
        columns = dict.fromkeys(("sample_id", *tensors.pictures, *tensors.values))
        self._rows = TableRows(self._folder.table(split), tuple(columns))
        self._kept = _kept(self._rows, tensors.keeps) if tensors.keeps else None
        if self._kept is not None and not len(self._kept):
            raise SettingsError(f"{directory} has in {split} {len(self._rows)} {tensors.none_kept}.")

    def __len__(self) -> int:
        return len(self._rows) if self._kept is None else len(self._kept)

    def __getitem__(self, index: int) -> TensorSample:
        """The sample with an index in 0 .. len - 1."""
        if not 0 <= index < len(self):
            raise IndexError(f"The index {index} is not one of 0 .. {len(self) - 1}.")
        row = self._rows[index if self._kept is None else int(self._kept[index])]
        return self._maker.sample(row, self._pictures(row), index)

    def set_epoch(self, epoch: int) -> None:
        """Give ``transform`` other chance; persistent workers see it too."""
        self._maker.epochs.set(epoch)

    def _pictures(self, row: Row) -> dict[str, list[Image.Image]]:
        found: dict[str, list[Image.Image]] = {}
        for column, most in self._maker.tensors.pictures.items():
            names = row[column] if column.endswith("_file_names") else [row[column]]
            found[column] = [stored_picture(self._folder.picture(self._split, name)) for name in names[:most]]
        return found


def _kept(rows: TableRows, keeps: Callable[[Row], bool]) -> NDArray[np.int64]:
    """Numbers of the rows to train with."""
    flags = (keeps(row) for group in range(rows.groups) for row in rows.group(group).to_pylist())
    return np.flatnonzero(np.fromiter(flags, np.bool_))
