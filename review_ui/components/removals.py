"""The Removals screen as a Streamlit component.

As with the card of the groups, what a reviewer does there travels by HTTP to the routes of removals.
"""

from __future__ import annotations

import streamlit as st

from review_ui.components.asset_files import mount_script
from review_ui.components.removal_words import removal_words
from review_ui.components.removals_assets import assets, version

_PLACE = '<div data-recurate-place role="status">Loading</div>'
_MOUNT = mount_script(f"/app/removals/assets/{version()}", assets())

# As high as the window below it: Streamlit's wide margins would make the page scroll.
_PAGE = """<style>
.stMainBlockContainer { padding: 3.75rem 1.25rem 0; }
</style>"""

_component = st.components.v2.component("recurate.removals", html=_PLACE, js=_MOUNT)


def removals_desk(desk: str, object_id: str | None, reviewer: str) -> None:
    """Show one desk; call it once per page, in the wide layout.

    Args:
        desk: ``review`` (the queue) or ``adjudicate`` (disputed and flagged outputs).
        object_id: The case to start with, as the address says; None for the next one of the queue.
        reviewer: Who is logged in. What was not saved in a tab is sent again only for the same person.
    """
    st.html(_PAGE)
    key = f"removals-{desk}"
    data = {"desk": desk, "item": object_id, "key": key, "reviewer": reviewer, "words": removal_words()}
    _component(key=key, data=data)
