"""The canonical layout: a table beside the pictures of each split."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.exporters.pixels import decoded, naming
from curate.exporters.splits import SPLITS
from curate.exporters.staging import copy_file
from curate.exporters.tasks.task import Row
from curate.photos.opening import DEFAULT_MAX_PIXELS

README = "README.md"
TABLE = "metadata.parquet"
BESIDES = frozenset({README, "croissant.json"})
"""What lies beside records and pictures, but for manifest.json and SHA256SUMS."""
Read = Callable[[], bytes]
ROWS_PER_GROUP = 1000
"""A reader of a few rows decodes one group, not the split."""


def table_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Writes the parquet file of a split. Every setting is fixed, so that equal rows are equal bytes."""
    return pq.ParquetWriter(
        path,
        schema,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        data_page_version="1.0",
    )


def has_schema(path: Path, schema: pa.Schema) -> bool:
    """Whether a table has these columns and says nothing besides its rows."""
    with pq.ParquetFile(path) as file:
        besides = set(file.metadata.metadata or ()) - {b"ARROW:schema"}
        found = file.schema_arrow
    return found.equals(schema) and not besides and not found.metadata


def table_rows(path: Path) -> Iterator[Row]:
    """The rows of one split in their order, one row group in memory at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=ROWS_PER_GROUP):
            yield from batch.to_pylist()


def table_name(split: str, *, canonical: bool) -> str:
    """Path of a split's table from the folder of a manifest."""
    return f"{split}/{TABLE}" if canonical else f"records/{split}.parquet"


class RecordFolder:
    """The rows and pictures of an exported folder.

    Args:
        directory: The folder.
        canonical: Whether each table lies beside its pictures; in other layouts they lie in ``records``.
        links: Whether ``place`` may give two names to one file. Only for a folder that is deleted soon: what
            changes one of them changes the other.
        max_pixels: Larger pictures are not decoded.
    """

    def __init__(
        self,
        directory: Path,
        *,
        canonical: bool = True,
        links: bool = False,
        max_pixels: int = DEFAULT_MAX_PIXELS,
    ) -> None:
        self.directory = directory
        self.canonical = canonical
        self._links = links
        self.max_pixels = max_pixels

    def splits(self) -> tuple[str, ...]:
        """Those that have records."""
        return tuple(split for split in SPLITS if self.table(split).is_file())

    def table_name(self, split: str) -> str:
        """Path of a split's table from the folder."""
        return table_name(split, canonical=self.canonical)

    def table(self, split: str) -> Path:
        return self.directory / self.table_name(split)

    def rows(self, split: str) -> Iterator[Row]:
        """By sample id."""
        return table_rows(self.table(split))

    def picture(self, split: str, name: str) -> Path:
        """Where a picture lies that a row names."""
        return self.directory / split / name

    def pixels(self, split: str, name: str) -> NDArray[np.uint8]:
        """[height, width] of a grey PNG, else RGB [height, width, 3].

        Raises:
            PhotoError: The picture is damaged or too large.
        """
        path = self.picture(split, name)
        with naming(str(path)):
            return decoded(path.read_bytes(), self.max_pixels)

    def place(self, source: Path, target: Path) -> None:
        """Put a file of this folder into another one; what is there already is kept."""
        with suppress(FileExistsError):
            if not (self._links and _linked(source, target)):
                copy_file(source, target)


def _linked(source: Path, target: Path) -> bool:
    """Whether the file system gave ``source`` a second name; some have none, and ext4 has 65,000 at most."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True
