// All keys at a glance.

import { keyButton, make } from "./dom.js";

const KEYS = {
  "The group": [
    [["A"], "accept: the unmarked members are one and the same thing"],
    [["X"], "reject: no two of them are the same thing"],
    [["Space"], "skip: decide it later"],
    [["Backspace"], "undo: take your latest decision back, as often as you like"],
    [["F"], "flag: give a reason and let an adjudicator look"],
  ],
  "Its members": [
    [["1", "…", "9"], "it is another thing than the rest: different"],
    [["←", "→"], "move the focus"],
    [["Enter"], "the focused member is different"],
    [["V"], "it is the same product in another variant"],
    [["N"], "it is the same photo once more: near-duplicate"],
    [["S"], "it belongs to a second thing: splits the group in two"],
  ],
  "The photos": [
    [["Z"], "the focused member’s photo in full size"],
    [["W"], "whole photos, or the objects with their surroundings"],
    [["wheel"], "zoom towards the pointer; drag to move, double click to go back"],
    [["Esc"], "close"],
    [["H"], "this help"],
  ],
};
const RULES =
  "The same key again takes a mark back. A key counts only once the card can be seen, and holding it down " +
  "decides one card. “Saved” means that the decision is in the database.";

export class Help {
  constructor(close) {
    this.element = make(
      "div",
      { class: "dialog help", role: "dialog", "aria-label": "Keys", tabindex: -1, hidden: true },
      make("div", { class: "columns" }, ...Object.entries(KEYS).map(([title, rows]) => section(title, rows))),
      make("p", { class: "hint", text: RULES }),
      keyButton("Esc", "Close", close),
    );
  }
}

function section(title, rows) {
  const terms = rows.flatMap(([keys, meaning]) => [
    make("dt", {}, ...keys.map((key) => make(key === "…" ? "span" : "kbd", { text: key }))),
    make("dd", { text: meaning }),
  ]);
  return make("section", {}, make("h3", { text: title }), make("dl", {}, ...terms));
}
