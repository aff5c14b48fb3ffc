"""Search: which objects look like those in a photo, or like one object?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from curate.errors import NotFoundError
from curate.photos.locations import PHOTO_SUFFIXES
from curate.workflows import search
from curate.workflows.search import Query, SearchChoices, SearchModels, SearchOptions
from curate.workspace import Workspace
from review_ui.screens.hits import grid
from review_ui.screens.notices import nothing_yet, told
from review_ui.screens.object_caption import caption_editor
from review_ui.screens.screen import Visit

_MOST = 60  # pictures on a page
_PHOTO_OBJECTS = 6  # objects of a photo that one may search by
_UPLOAD_MB = 32
_ID = re.compile("[0-9a-fA-F-]{4,36}")  # as on the command line the start of one is enough
_UPLOAD, _OBJECT = "search-upload", "search-object"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that somebody handed in to search by. It is not kept."""

    sha256: str
    rgb: NDArray[np.uint8]
    """uint8 [height, width, 3]"""


def show(visit: Visit) -> None:
    choices = search.choices(visit.workspace)
    if not choices.labels:
        nothing_yet(
            "Nothing to search in yet",
            "Search compares objects of photos. First take photos in, find objects and give them vectors:",
            "curate ingest FOLDER\ncurate detect\ncurate embed",
        )
        return
    left, right = st.columns([1, 4], gap="large")
    with left:
        data = _wanted()
        options = _narrowed(choices)
    with right, told():
        _answer(visit, data, options)


def _wanted() -> bytes | None:
    """What to search by: a photo, or an object that the address names."""
    st.session_state[_OBJECT] = st.query_params.get("object", "")
    upload = st.file_uploader(
        "Photo",
        type=sorted(PHOTO_SUFFIXES),
        max_upload_size=_UPLOAD_MB,
        key=f"{_UPLOAD}-{st.session_state.get(_UPLOAD, 0)}",
        on_change=_forget_object,
    )
    st.text_input("or object", key=_OBJECT, placeholder="id of an object", on_change=_typed)
    return upload.getvalue() if upload is not None else None


def _forget_object() -> None:
    st.query_params.pop("object", None)


def _typed() -> None:
    search_by(st.session_state[_OBJECT].strip())


def search_by(object_id: str) -> None:
    """Search by this object from now on; what was handed in before goes away."""
    # A widget with another key is another widget, and empty.
    st.session_state[_UPLOAD] = st.session_state.get(_UPLOAD, 0) + 1
    st.query_params["object"] = object_id


def _narrowed(choices: SearchChoices) -> SearchOptions:
    labels = st.multiselect("Class", choices.labels, placeholder="every class", key="search-labels")
    sources = st.multiselect("Source", choices.sources, placeholder="every source", key="search-sources")
    if sources:
        st.caption(f"Only the {search.WIDENED:,} most similar objects are looked through.")
    score = st.slider("Lowest detector score", 0.0, 1.0, 0.0, 0.05, key="search-score")
    return SearchOptions(
        limit=_MOST,
        labels=tuple(labels),
        min_score=score or None,
        sources=tuple(sources),
        photo_objects=_PHOTO_OBJECTS,
    )


def _answer(visit: Visit, data: bytes | None, options: SearchOptions) -> None:
    workspace = visit.workspace
    if wanted := st.query_params.get("object"):
        query = search.search_object(workspace, _checked(wanted), options)[0]
        with told():
            caption_editor(visit, _checked(wanted))
        _found(query)
    elif data is not None:
        photo = _read(str(workspace.root), workspace, data)
        queries = _search_photo(str(workspace.root), workspace, photo.sha256, photo, options)
        _found(queries[_chosen(photo, queries)])
    else:
        nothing_yet(
            "Find what looks alike",
            "Drop a photo on the left, or give the id of an object. Any object among the answers can be "
            "searched by in turn.",
        )


def _checked(object_id: str) -> str:
    if not _ID.fullmatch(object_id.strip()):
        raise NotFoundError("That is not the start of an object's id: take one from curate groups show.")
    return object_id.strip()


def _found(query: Query) -> None:
    if not query.found:
        nothing_yet("Nothing found", "No object passes the filters: take some of them away.")
        return
    st.caption(f"{len(query.found)} objects, most similar first")
    grid(query.found, search_by)


def _chosen(photo: Photo, queries: list[Query]) -> int:
    """Which of the photo's objects is searched by."""
    for n, (column, query) in enumerate(zip(st.columns(_PHOTO_OBJECTS), queries, strict=False), 1):
        column.image(search.crop(photo.rgb, query.box, side=240), width=120)
        column.text(f"{n}. {query.label}")  # not markdown: classes may come from a file
    if len(queries) == 1:
        return 0
    return st.segmented_control(
        "Object to search by",
        list(range(len(queries))),
        format_func=lambda n: str(n + 1),
        default=0,
        required=True,
        key=f"search-chosen-{photo.sha256}",
    )


# Cached for the choice of another object and for moved filters; photos take memory, so few of them.
@st.cache_data(max_entries=4, ttl=600, show_spinner="Reading the photo")
def _read(key: str, _workspace: Workspace, data: bytes) -> Photo:
    return Photo(sha256(data).hexdigest(), search.read_photo(_workspace, data))


@st.cache_data(max_entries=64, ttl=60, show_spinner="Finding objects in the photo and others like them")
def _search_photo(
    key: str, _workspace: Workspace, photo_sha256: str, _photo: Photo, options: SearchOptions
) -> list[Query]:
    used = search.model_fingerprints(_workspace, options)
    return search.search_pixels(_workspace, _photo.rgb, _models(key, used, _workspace), options)


@st.cache_resource(max_entries=1, show_spinner="Loading the models: this takes seconds, once")
def _models(key: str, used: tuple[str, str], _workspace: Workspace) -> SearchModels:
    return search.load_models(_workspace, SearchOptions())
