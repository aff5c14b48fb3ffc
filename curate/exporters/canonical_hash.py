"""What an export in another layout would be called in the canonical one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from curate.exporters import sums
from curate.exporters.contents import Contents
from curate.exporters.formats.image_folder import IMAGE_FOLDER
from curate.exporters.layout import table_name
from curate.exporters.manifest_file import sealed
from curate.exporters.open_manifest import OpenManifest
from curate.exporters.sealing import descriptions, spec_of


def canonical_hash(found: OpenManifest) -> str:
    """Content hash of the canonical export with the same records; of a canonical one its own.

    Nothing is written: tables are the same bytes in every layout, pictures are called by their hash, and
    the rest follows from them and manifest.json.

    Args:
        found: Of a folder that was verified.

    Raises:
        VerificationError: its manifest.json has a provenance that no export writes.
    """
    contents = Contents(found.task)
    for record in found:
        contents.add(record.split, record.row)
    files = {path: Path(path).stem for path in contents.pictures}
    files |= {table_name(split, canonical=True): sha256 for split, sha256 in found.tables.items()}
    spec = replace(spec_of(found.manifest), format=IMAGE_FOLDER.name)
    texts = descriptions(found.task, IMAGE_FOLDER, spec, contents, files)
    files |= {name: hashlib.sha256(data).hexdigest() for name, data in texts.items()}
    fields = found.manifest.model_dump(exclude={"content_hash"}) | {
        "format": IMAGE_FOLDER.name,
        "masks": dict(IMAGE_FOLDER.masks(found.task)),
        "counts": {**contents.counts(), "files": len(files)},
        "sums": hashlib.sha256(sums.sums_bytes(files)).hexdigest(),
    }
    return sealed(fields).content_hash
