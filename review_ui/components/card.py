"""The Groups card as a Streamlit component.

Streamlit only places it on the page. What a reviewer does there travels by HTTP to the review routes, not
through reruns of the script, so that a decision is acknowledged by its committed transaction alone.
"""

from __future__ import annotations

import json

import streamlit as st

from review_ui.components.card_assets import assets, version

_PLACE = '<div data-recurate-place role="status">Loading</div>'

# Fetched from the app's own routes, so that browsers cache it and Streamlit does not send it with every run;
# all files at once, not one import after another. A restart of the app may fall into the first load: four
# tries over 2 s before Streamlit shows the error.
_MOUNT = """
const folder = new URL("/app/assets/VERSION/", location.origin);
for (const name of NAMES) {
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
""".replace("VERSION", version()).replace("NAMES", json.dumps(list(assets())))

# The card is as high as the window below it: Streamlit's wide margins would make the page scroll.
_PAGE = """<style>
.stMainBlockContainer { padding: 3.75rem 1.25rem 0; }
</style>"""

_component = st.components.v2.component("recurate.card", html=_PLACE, js=_MOUNT)


def review_card(*, desk: str, item: str | None, key: str, reviewer: str = "") -> None:
    """Shows the card of one desk; call it once per page, in the wide layout.

    Args:
        desk: ``review`` (the queue) or ``adjudicate`` (disputed and flagged items).
        item: Review item to start with, as the address says; None for the next one of the queue.
        key: Names the component on the page.
        reviewer: Who is logged in. What was not saved in a tab is sent again only for the same person.
    """
    st.html(_PAGE)
    _component(key=key, data={"desk": desk, "item": item, "key": key, "reviewer": reviewer})
