"""The frame around every screen: who is here, where they may go, and errors in words."""

from __future__ import annotations

import shlex
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from review_ui import access, serving
from review_ui.screens import SCREENS
from review_ui.screens.notices import told
from review_ui.screens.screen import Screen, Visit

# A file of ours: for a Material symbol browsers would ask another server.
_ICON = Path(__file__).with_name("icon.svg")


def main() -> None:
    st.set_page_config(page_title="Recurate", page_icon=_ICON, layout="wide")
    with told():
        person = access.of_streamlit()
        if person is None:
            st.navigation([st.Page(_stranger, title="Recurate")], position="hidden").run()
            return
        pages: dict[str, StreamlitPage] = {}
        visit = Visit(person, serving.workspace(), pages)
        for screen in SCREENS:
            if person.may(screen.permission):
                pages[screen.url] = _page(screen, visit, first=not pages)
        st.navigation(list(pages.values()), position="top").run()


def _page(screen: Screen, visit: Visit, *, first: bool) -> StreamlitPage:
    def show() -> None:
        with told():
            screen.show(visit)

    return st.Page(show, title=screen.title, icon=screen.icon, url_path=screen.url, default=first)


def _stranger() -> None:
    """Nobody we know: not a word about what is in the workspace."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle, st.container(border=True):
        st.title("Recurate", anchor=False)
        if not st.user.is_logged_in:
            st.write("Log in to review recurrence groups.")
            st.button("Log in", type="primary", icon=":material/login:", on_click=st.login)
            return
        email = str(st.user.get("email") or "")
        st.text(f"You are logged in as {email}, but nobody has let you in yet. An admin types:")
        st.code(f"curate people add {shlex.quote(email)} --role curator", language=None)
        if st.user.get("email_verified") is not True:
            st.text("Your login service must also confirm that the address is yours.")
        st.button("Log out", icon=":material/logout:", on_click=st.logout)


if __name__ == "__main__":  # not in processes that this one spawns, which import it anew
    main()
