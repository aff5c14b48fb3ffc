"""The Groups card as a Streamlit component.

Streamlit only places it on the page. What a reviewer does there travels by HTTP to the review routes, not
through reruns of the script, so that a decision is acknowledged by its committed transaction alone.
"""

from __future__ import annotations

import json

import streamlit as st

from review_ui.components.card_assets import assets, version
from review_ui.components.card_data import card_data

_PLACE = '<div data-recurate-place role="status">Loading</div>'

# Fetched from the app's own routes, so that browsers cache it and Streamlit does not send it with every run;
# all files at once, not one import after another, unless the page began with them. A restart of the app may
# fall into the first load: four tries over 2 s before Streamlit shows the error.
_MOUNT = """
const folder = new URL("/app/assets/VERSION/", location.origin);
for (const name of window.__recurate ? [] : NAMES) {
  const link = document.createElement("link");
  Object.assign(link, name.endsWith(".js") ? { rel: "modulepreload" } : { rel: "preload", as: "fetch" });
  link.crossOrigin = "anonymous";
  link.href = new URL(name, folder).href;
  document.head.append(link);
}
async function load(tries) {
  try {
    return await import(new URL("main.js", folder).href);
  } catch (error) {
    if (tries === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 700));
    return load(tries - 1);
  }
}
export default async function (component) {
  const { default: mount } = await load(4);
  return mount(component);
}
""".replace("VERSION", version()).replace(
    "NAMES", json.dumps([name for name in assets() if not name.startswith("early.")])
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
