// Where one desk is shown: survives being unmounted, so that nothing is fetched or sent twice.

import { fitHeight } from "./fit.js";
import { isTyping, listen, meant } from "./keys.js";

const CHOICE = "[data-testid=stButtonGroup]"; // of the desk; to Streamlit a choice that is on is no news
const GRACE = 5_000; // ms; Streamlit takes elements away and puts them back when it runs the script again

const page = (window.__recurate ??= { acknowledged: [], paints: [], places: new Map() });

// Style sheets that lie beside the scripts.
export function loadSheets(names) {
  return Promise.all(names.map(async (name) => {
    const answer = await fetch(new URL(name, import.meta.url));
    if (!answer.ok) throw new Error(`${name} could not be loaded: the server answered ${answer.status}.`);
    return new CSSStyleSheet().replace(await answer.text());
  }));
}

// The place of this name in this page; `make()` makes its desk, and `commands` are that desk's keys.
export function placeOf(name, make, commands, sheets) {
  if (!page.places.has(name)) page.places.set(name, new Place(make(), commands, sheets));
  return page.places.get(name);
}

class Place {
  #token = null;
  #parent = null;
  #asked;
  #grace = 0;
  #stops = [];
  #commands;
  #sheets;

  constructor(desk, commands, sheets) {
    this.desk = desk;
    this.#commands = commands;
    this.#sheets = sheets;
  }

  // Returns what takes the desk off the page again.
  mount(parent, item) {
    const token = {};
    this.#token = token;
    clearTimeout(this.#grace);
    if (this.#parent !== parent || !this.desk.view.root.isConnected) this.#attach(parent);
    this.#ask(item ?? null);
    return () => this.#token === token && this.#detach();
  }

  #attach(parent) {
    this.#stops.forEach((stop) => stop());
    const { desk } = this;
    const { root } = desk.view;
    this.#parent = parent;
    parent.adoptedStyleSheets = this.#sheets;
    const moves = root.isConnected;
    const { activeElement } = root.getRootNode();
    parent.querySelector("[data-recurate-place]").replaceChildren(root);
    const typed = (event, inside) => this.#typed(event, inside);
    this.#stops = [
      listen(root, this.#commands, desk.presses.press, typed),
      fitHeight(root),
      watchClicks(CHOICE, () => focus(root)),
      watchHiding(root, (hidden) => (hidden ? desk.sight.lose() : this.#reappear())),
    ];
    desk.leases.wake();
    if (desk.deck.shown && !moves) desk.show(); // what moves was never out of sight
    focus(root.contains(activeElement) ? activeElement : root);
    dispatchEvent(new Event("recurate-mounted"));
  }

  // Another desk had the address and the keys meanwhile.
  #reappear() {
    const { deck, sight, view } = this.desk;
    if (deck.shown) this.desk.show();
    else sight.address(null);
    focus(view.root);
  }

  // A dialog that asks for words reads keys itself, also those typed into its field.
  #typed(event, inside) {
    const { asking } = this.desk.view;
    if (!asking || (!inside && isTyping(event.composedPath()[0]))) return false;
    asking.take(event, meant(event));
    return true;
  }

  #ask(item) {
    const news = item !== this.#asked;
    this.#asked = item;
    const { desk } = this;
    if (!desk.begun) desk.begin(desk.sight.isForeign(item) ? null : item);
    else if (news && item && desk.sight.isNews(item)) desk.fill(item);
  }

  #detach() {
    this.#token = this.#parent = null;
    this.#stops.forEach((stop) => stop());
    this.#stops = [];
    this.desk.view.root.remove();
    this.desk.leases.sleep();
    this.#grace = setTimeout(() => this.#release(), GRACE);
  }

  #release() {
    if (!this.desk.release()) this.#grace = setTimeout(() => this.#release(), GRACE);
  }
}

function focus(element) {
  if (!isTyping(document.activeElement)) element.focus({ preventScroll: true });
}

// A click, not a key that presses what Tab reached: else Space would press it again.
function watchClicks(selector, clicked) {
  const look = ({ detail, target }) => detail && target.closest(selector) && clicked();
  addEventListener("click", look, { capture: true }); // what was clicked may keep it to itself
  return () => removeEventListener("click", look, { capture: true });
}

// Streamlit hides a desk that was left for another until its script has run to its end, and shows it again if
// it is chosen before that.
function watchHiding(root, turned) {
  let was = false;
  const watch = new ResizeObserver(() => {
    const is = !root.checkVisibility();
    if (is !== was) turned(is);
    was = is;
  });
  watch.observe(root);
  return () => watch.disconnect();
}
