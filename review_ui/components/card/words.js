// What is said of the focused member: its caption, and who says so.

import { keyButton, make, set } from "./dom.js";

export function source({ source, by }) {
  if (source === "person") return "written by a person";
  return source === "template" ? "made from the label" : `written by ${by}`;
}

export class Words {
  #text = make("span", { class: "text" });
  #source = make("span", { class: "source" });

  // `press(command, at)` as the bar's.
  constructor(press) {
    const properties = { "data-command": "caption", "aria-keyshortcuts": "E" };
    const button = keyButton("E", "Caption", (at) => press("caption", at), { class: "key-button", ...properties });
    this.element = make("div", { class: "words" }, button, this.#text, this.#source);
  }

  show(member) {
    this.#text.textContent = this.#text.title = member?.caption.text ?? "";
    this.#source.textContent = member ? source(member.caption) : "";
    set(this.element, "data-source", member?.caption.source ?? null);
  }
}
