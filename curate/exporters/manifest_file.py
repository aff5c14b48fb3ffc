"""manifest.json: what an export holds, in the one form it may have on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from curate.errors import VerificationError

NAME = "manifest.json"
SCHEMA_VERSION = 3
AGAIN = "get an untouched copy or run `curate export` again."


class ManifestFile(BaseModel):
    """The fields of manifest.json. ``content_hash`` is sha256 over the canonical form of all others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    content_hash: str
    counts: dict[str, int]
    """Records per split, things by the plural of their kind, and ``files``: how many SHA256SUMS lists."""
    format: str
    """Whose layout the folder has; one of ``formats.FORMATS``."""
    licences: dict[str, int]
    """Photos per licence; ``unknown`` where nobody said."""
    masks: dict[str, str] = {}
    """What the grey values of each mask column mean; left out by tasks without masks."""
    name: str
    parameters: dict[str, Any]
    """From ``ManifestSpec``: what the export was asked for."""
    picture: str
    """``photo`` or ``crop``: what every exported picture shows."""
    provenance: dict[str, Any]
    """How the set came to be; see ``manifest_records.Provenance``."""
    schema_version: int
    sums: str
    """sha256 of SHA256SUMS, which has that of every other file."""
    task: str
    version: str

    def to_bytes(self) -> bytes:
        """The canonical form."""
        return _canonical(_fields(self.model_dump()))


def sealed(fields: Mapping[str, object]) -> ManifestFile:
    """A manifest from all fields but ``content_hash``, which is computed."""
    content_hash = hashlib.sha256(_canonical(_fields(fields))).hexdigest()
    return ManifestFile.model_validate({**fields, "content_hash": content_hash})


def parsed(data: bytes) -> ManifestFile:
    """Read manifest.json, trusting nothing in it.

    Raises:
        VerificationError: It is not a manifest, of another schema version, not canonical, or its own hash is
            wrong.
    """
    try:
        fields = json.loads(data)
        found = fields.get("schema_version") if isinstance(fields, dict) else None
        if found != SCHEMA_VERSION and isinstance(found, int):
            raise VerificationError(
                f"{NAME} has schema version {found} and this program reads {SCHEMA_VERSION}: "
                "verify it with the release of recurate that wrote it."
            )
        manifest = ManifestFile.model_validate(fields)
        canonical = manifest.to_bytes()
    except (ValidationError, ValueError, RecursionError) as error:
        raise VerificationError(f"{NAME} is damaged and cannot be read as a manifest: {AGAIN}") from error
    if canonical != data:
        raise VerificationError(f"{NAME} was changed: it is not in the form that exports write; {AGAIN}")
    if sealed(manifest.model_dump(exclude={"content_hash"})).content_hash != manifest.content_hash:
        raise VerificationError(f"{NAME} was changed: its content does not match its own hash; {AGAIN}")
    return manifest


def _fields(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields as they stand in the file: without ``masks`` if there are none."""
    return {name: value for name, value in fields.items() if name != "masks" or value}


def _canonical(value: object) -> bytes:
    """JSON with sorted keys and one byte form per value; refuses NaN."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"
