// Which pairs the list shows: all, or those of one verdict or state. Only what there is can be chosen.

import { keepingFocus, make, number } from "./dom.js";

const WORDS = { pass: "Good", warn: "Look again", fail: "Reshoot" };
const SWAPPED = "Swapped"; // fails too, but nobody has to go back to the tripod
const BY_VERDICT = [WORDS.fail, SWAPPED, WORDS.warn, WORDS.pass].map((word) => [word, (pair) => wordOf(pair) === word]);
const STATES = { open: "To judge", accepted: "Accepted", rejected: "Rejected", disputed: "Disputed", flagged: "Flagged" };
const BY_STATE = Object.entries(STATES).map(([state, label]) => [label, (pair) => pair.state === state]);
const EVERY = "All";
const FILTERS = new Map([[EVERY, () => true], ...BY_VERDICT, ...BY_STATE]);

// The verdict in a word; undefined while there is none.
export function wordOf({ verdict, swapped }) {
  return verdict === "fail" && swapped ? SWAPPED : WORDS[verdict];
}

export class Filters {
  #chosen = EVERY;

  // `changed()` after another filter was chosen.
  constructor(changed) {
    this.changed = changed;
    this.element = make("div", { class: "filters", role: "group", "aria-label": "Show pairs" });
  }

  fits(pair) {
    return FILTERS.get(this.#chosen)(pair);
  }

  // What is chosen stays to be seen, and to be left, when nothing fits it any more.
  count(pairs) {
    const counted = [...FILTERS].map(([label, fits]) => [label, pairs.filter(fits).length]);
    const told = counted.filter(([label, count]) => label === this.#chosen || (count > 0 && pairs.length > 1));
    const chips = pairs.length ? told.map((each) => this.#chip(...each)) : [];
    keepingFocus(this.element, "data-filter", () => this.element.replaceChildren(...chips));
  }

  #chip(label, count) {
    return make("button", {
      type: "button", class: "chip", "data-filter": label, "aria-pressed": String(label === this.#chosen),
      onmousedown: (event) => event.preventDefault(), // keys go on acting on the pair
      onclick: () => this.#choose(label),
    }, make("span", { text: label }), make("b", { text: number(count) }));
  }

  #choose(label) {
    this.#chosen = label === this.#chosen ? EVERY : label;
    this.changed();
    this.element.querySelector(`[data-filter="${this.#chosen}"]`)?.focus({ preventScroll: true });
  }
}
