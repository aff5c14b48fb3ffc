"""A sender of files that speaks tus 1.0."""

from __future__ import annotations

import base64
import hashlib

import httpx

PLACE = "/app/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def announced(data: bytes, name: str = "IMG_0001.CR3") -> dict[str, str]:
    """The headers that begin an upload of these bytes."""
    told = {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
    pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    return {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": ",".join(pairs)}


def begin(client: httpx.Client, data: bytes, **changed: str) -> str:
    answer = client.post(PLACE, headers={**announced(data), **changed})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(client: httpx.Client, place: str, data: bytes, offset: int = 0) -> httpx.Response:
    return client.patch(place, content=data, headers={**BYTES, "Upload-Offset": str(offset)})


def offset(client: httpx.Client, place: str) -> int:
    answer = client.head(place, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])
