// All keys at a glance.

import { keyButton, make } from "./dom.js";

export class Help {
  // `sections`: title -> rows of keys and what they do; `rules`: what holds for all of them.
  constructor(sections, rules, close) {
    this.element = make(
      "div",
      { class: "dialog help", role: "dialog", "aria-label": "Keys", tabindex: -1, hidden: true },
      make("div", { class: "columns" }, ...Object.entries(sections).map(([title, rows]) => section(title, rows))),
      make("p", { class: "hint", text: rules }),
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
