// Shows the first card while Streamlit is still starting. Its component takes the running desk over; if it
// never does, what Streamlit shows instead must not stay covered.

import { make } from "./dom.js";
import mount from "./main.js";

const PATIENCE = 15_000; // ms from Streamlit's first picture to the card in it
const STREAMLIT = "[data-testid=stApp]";
// What the screen of the groups shows only in place of the card: something to press, or an error.
const OTHERWISE = "[data-testid=stButton], [data-testid=stAlert], [data-testid=stException]";
const BLANK = new Set(["empty", "error"]);

const { choice, ...data } = JSON.parse(document.querySelector("[data-recurate-early]").dataset.recurateEarly);
const { pathname } = location;
const place = make("div", { "data-recurate-place": true });
const host = make("div", { class: "recurate-early", "data-choice": choice });
const shadow = host.attachShadow({ mode: "open" });
const watch = new MutationObserver(look);
let timer = 0;

// The font that Streamlit's page loads first, under a name that Streamlit's own rules do not load anew.
const { href } = document.querySelector("link[rel=preload][as=font]");
document.fonts.add(new FontFace("Recurate Sans", `url(${href})`, { weight: "100 900", display: "swap" }));

shadow.append(place);
document.body.append(host);
const stop = mount({ parentElement: shadow, data });
const card = place.firstElementChild;
// By Streamlit: this desk, which has left its place, or another one that was chosen meanwhile.
addEventListener("recurate-mounted", end, { once: true });
watch.observe(card, { attributeFilter: ["data-painted", "data-state"] });
watch.observe(document.getElementById("root"), { childList: true, subtree: true });

function look() {
  const elsewhere = location.pathname !== pathname || document.querySelector(OTHERWISE);
  const { painted, state } = card.dataset;
  // Streamlit's scripts wait for this, for a second: see early.py.
  if (painted === "true" || BLANK.has(state)) dispatchEvent(new Event("recurate-card"));
  if (state === "error" || elsewhere) end();
  else if (!timer && document.querySelector(STREAMLIT)) timer = setTimeout(end, PATIENCE);
}

function end() {
  watch.disconnect();
  clearTimeout(timer);
  stop(); // nothing if the desk has moved on
  host.remove();
}
