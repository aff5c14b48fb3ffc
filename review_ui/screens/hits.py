"""The found objects as a grid of pictures. Every text from outside is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from curate.photos.locations import file_name
from curate.workflows.search import Found

_COLUMNS = 6

# Theming knows no picture frames; a fixed one keeps rows level and pages from jumping while pictures load.
STYLE = """<style>
.hit { margin: 0; }
.hit img { width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: .5rem;
           background: rgb(128 128 128 / 10%); display: block; }
.hit figcaption { font-size: .85rem; line-height: 1.35; padding-top: .35rem; }
.hit figcaption span { display: block; opacity: .7;
                       overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
</style>"""


def grid(found: Sequence[Found], search_by: Callable[[str], None]) -> None:
    """Show found objects, most similar first.

    Args:
        search_by: Called with the public id of the object whose button was pressed.
    """
    st.html(STYLE)
    for first in range(0, len(found), _COLUMNS):
        row = found[first : first + _COLUMNS]
        for column, hit in zip(st.columns(_COLUMNS, gap="small"), row, strict=False):
            public_id = str(hit.object_.public_id)
            with column:
                st.html(figure(hit))
                st.button(
                    "More like this",
                    key=f"like-{public_id}",
                    type="tertiary",
                    on_click=search_by,
                    args=(public_id,),
                )


def figure(hit: Found) -> str:
    """One found object as HTML."""
    object_ = hit.object_
    name = escape(file_name(hit.uri))
    lines = (escape(object_.label), name, escape(hit.source or "source not said"))
    spans = "".join(f'<span title="{line}">{line}</span>' for line in lines)
    return (
        f'<figure class="hit"><img loading="lazy" src="/app/static/crop/{object_.public_id}.webp"'
        f' alt="{escape(object_.label)} in {name}">'
        f"<figcaption><b>{hit.similarity:.3f}</b>{spans}</figcaption></figure>"
    )
