"""Pictures of pairs, ``/app/pairs/pictures/{pair}/{name}``, and of uploads, ``/app/pairs/thumbnails/...``.

For those who may see the pair, or who sent the file. Photographers reach no other picture: those of
``/app/static`` do not ask whose they are.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from curate.errors import PhotoError
from curate.workflows import drawn_masks, pairs, uploads
from curate.workflows.pair_records import PairDetail, PairReport
from curate.workspace import Workspace
from review_ui import serving
from review_ui.access import Permission, Person, viewer
from review_ui.guard import Refused, guarded
from review_ui.routes.pictures import GONE, holds, renditions

_SIDES: Mapping[str, int] = {"": 2560, "-1280": 1280, "-640": 640}
_FRAMES: Mapping[str, tuple[str, int]] = {
    f"{frame}{size}.webp": (frame, side)
    for frame in ("factual", "counterfactual")
    for size, side in _SIDES.items()
}
_MEASURED: Mapping[str, Callable[[Workspace, PairReport], bytes]] = {
    "change.png": lambda workspace, report: workspace.media.get(report.change_sha256, ".png"),
    "mask.png": lambda workspace, report: drawn_masks.shrunk(workspace, report.mask_sha256),
    "effect.png": lambda workspace, report: drawn_masks.shrunk(workspace, report.effect_sha256),
    "regions.png": lambda workspace, report: drawn_masks.regions(
        workspace, report.change_sha256, report.mask_sha256
    ),
}
# A corrected mask changes what an address shows, so browsers ask every time; private: no proxy may keep it.
_HEADERS = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}

_log = logging.getLogger("recurate.review")


@guarded(Permission.HAND_IN)
def picture(request: Request, person: Person) -> Response:
    """One picture: 200 or 304; 404 for a pair or a picture that this person may not see."""
    name = request.path_params["name"]
    if name not in _FRAMES and name not in _MEASURED:
        raise Refused(404, "unknown", "There is no such picture.")
    pair = pairs.shown(serving.workspace(), request.path_params["pair"], viewer(person))
    return _sent(request, _data(pair, name), "image/png" if name.endswith(".png") else "image/webp")


@guarded(Permission.HAND_IN)
def thumbnail(request: Request, person: Person) -> Response:
    """A photo that this person sent, small, whatever its format: 200 or 304; 404 for any other upload."""
    workspace = serving.workspace()
    upload = uploads.find(workspace, request.path_params["upload"], person.name)
    if upload.stored is None:
        raise Refused(404, "unknown", "This file has not arrived yet.")
    try:
        return _sent(request, renditions(workspace).thumb(upload.sha256), "image/webp")
    except PhotoError as error:
        _log.warning("The thumbnail of %s: %s", upload.sha256, error)
        raise Refused(410, "gone", GONE) from error


def _sent(request: Request, data: bytes, kind: str) -> Response:
    tag = f'"{hashlib.sha256(data).hexdigest()}"'
    headers = {**_HEADERS, "ETag": tag}
    if holds(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)


def _data(pair: PairDetail, name: str) -> bytes:
    workspace, summary = serving.workspace(), pair.summary
    try:
        if name in _MEASURED:
            if pair.report is None:
                raise Refused(404, "unknown", "The pair is not measured yet.")
            return _MEASURED[name](workspace, pair.report)
        frame, side = _FRAMES[name]
        sha256 = summary.factual_sha256 if frame == "factual" else summary.counterfactual_sha256
        return renditions(workspace).photo(sha256, side)
    except PhotoError as error:
        _log.warning("%s of %s: %s", name, summary.pair, error)
        raise Refused(410, "gone", GONE) from error


routes: list[BaseRoute] = [
    Route("/app/pairs/pictures/{pair:uuid}/{name}", picture, methods=["GET"]),
    Route("/app/pairs/thumbnails/{upload}.webp", thumbnail, methods=["GET"]),
]
