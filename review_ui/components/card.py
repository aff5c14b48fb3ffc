"""The Groups card as a Streamlit component.

Streamlit only places it on the page. What a reviewer does there travels by HTTP to the review routes, not
through reruns of the script, so that a decision is acknowledged by its committed transaction alone.
"""

from __future__ import annotations

import streamlit as st

from review_ui.components.asset_files import mount_script
from review_ui.components.card_assets import assets, version
from review_ui.components.card_data import card_data

_PLACE = '<div data-recurate-place role="status">Loading</div>'

_MOUNT = mount_script(
    f"/app/assets/{version()}", [name for name in assets() if not name.startswith("early.")]
)

# The card is as high as the window below it: Streamlit's wide margins would make the page scroll.
_PAGE = """<style>
.stMainBlockContainer { padding: 3.75rem 1.25rem 0; }
</style>"""

_component = st.components.v2.component("recurate.card", html=_PLACE, js=_MOUNT)


def review_card(desk: str, item: str | None, reviewer: str) -> None:
    """Shows the card of one desk, as ``card_data`` names it; call it once per page, in the wide layout."""
    st.html(_PAGE)
    data = card_data(desk, item, reviewer)
    _component(key=data["key"], data=data)
