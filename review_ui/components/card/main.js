// What Streamlit calls: shows the running desk inside the element it gives, and lets go of it again.

import { Desk } from "./desk.js";
import { isTyping, listen, meant } from "./keys.js";
import { fitHeight } from "./fit.js";

const GRACE = 5_000; // ms; Streamlit takes elements away and puts them back when it runs the script again
const SHEETS = ["frame.css", "card.css", "stage.css", "strip.css", "bar.css", "dialogs.css"];

const sheets = await Promise.all(SHEETS.map(load));
const page = (window.__recurate ??= { acknowledged: [], paints: [], places: new Map() });

async function load(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name} could not be loaded: the server answered ${answer.status}.`);
  return new CSSStyleSheet().replace(await answer.text());
}

// Where one desk is shown: survives being unmounted, so that nothing is fetched or sent twice.
class Place {
  #token = null;
  #parent = null;
  #asked;
  #grace = 0;
  #stops = [];

  constructor(desk) {
    this.desk = desk;
  }

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
    parent.adoptedStyleSheets = sheets;
    const moves = root.isConnected;
    const { activeElement } = root.getRootNode();
    parent.querySelector("[data-recurate-place]").replaceChildren(root);
    const typed = (event, inside) => this.#typed(event, inside);
    this.#stops = [listen(root, desk.presses.press, typed), fitHeight(root)];
    desk.leases.wake();
    if (desk.deck.shown && !moves) desk.show(); // what moves was never out of sight
    const focused = root.contains(activeElement) ? activeElement : root;
    if (!isTyping(document.activeElement)) focused.focus({ preventScroll: true });
  }

  // The flag dialog reads keys itself, also those typed into its field.
  #typed(event, inside) {
    const { view } = this.desk;
    if (view.dialog !== "flag" || (!inside && isTyping(event.composedPath()[0]))) return false;
    view.flag.take(event, meant(event));
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

export default function mount({ parentElement, data }) {
  const { desk, reviewer, key, item } = data;
  const name = [key, desk, reviewer].join("/");
  if (!page.places.has(name)) page.places.set(name, new Place(new Desk(desk, reviewer)));
  return page.places.get(name).mount(parentElement, item);
}
