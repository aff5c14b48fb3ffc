"""The Pairs screen as a Streamlit component.

Streamlit only places it on the page. Files, decisions and masks travel by HTTP to the routes of uploads and
pairs, so that neither a rerun of the script nor the way to another screen stops an upload.
"""

from __future__ import annotations

import streamlit as st

from curate.capture.palette import HEAT, KINDS
from review_ui.access import Permission, Person
from review_ui.components.asset_files import mount_script
from review_ui.components.pairs_assets import assets, version

_PLACE = '<div data-recurate-pairs role="status">Loading</div>'
_MOUNT = mount_script(f"/app/pairs/assets/{version()}", assets())

# As high as the window below it: Streamlit's wide margins would make the page scroll.
_PAGE = """<style>
.stMainBlockContainer { padding: 3.75rem 1.25rem 0; }
</style>"""

_component = st.components.v2.component("recurate.pairs", html=_PLACE, js=_MOUNT)


def pairs_desk(person: Person, pair: str | None) -> None:
    """Show the desk of this person; call it once per page, in the wide layout.

    Args:
        pair: Id of the pair to show first.
    """
    st.html(_PAGE)
    may = {
        "judge": person.may(Permission.JUDGE_PAIRS),
        "overrule": person.may(Permission.ADJUDICATE),
    }
    palette = {"kinds": dict(KINDS), "heat": HEAT}
    _component(key="pairs", data={"person": person.name, "may": may, "palette": palette, "pair": pair})
