// The bottom bar: a real button for each key, which says what it would do now.

import { keyButton, make, set } from "./dom.js";
import { acceptLabel, MARKS } from "./marks.js";

const GROUP = [
  ["accept", "A", "Accept", "A"],
  ["reject", "X", "Reject", "X"],
  ["skip", "Space", "Skip", "Space"],
  ["undo", "⌫", "Undo", "Backspace"],
  ["flag", "F", "Flag", "F"],
];
const MEMBER = [
  ["different", "Enter", "Different", "Enter"],
  ["variant", "V", "Variant", "V"],
  ["near_duplicate", "N", "Near-duplicate", "N"],
  ["second", "S", "Second", "S"],
];
const LOOK = [
  ["zoom", "Z", "Zoom", "Z"],
  ["whole", "W", "Whole", "W"],
  ["help", "H", "Help", "H"],
];

export class Bar {
  #buttons = {};

  constructor(press) {
    const cluster = (name, keys) =>
      make(
        "div",
        { class: `cluster ${name}`, role: "group", "aria-label": name },
        ...keys.map((key) => this.#button(press, ...key)),
      );
    this.element = make(
      "footer",
      { role: "toolbar", "aria-label": "What to do with this group" },
      cluster("group", GROUP),
      cluster("member", MEMBER),
      cluster("look", LOOK),
    );
  }

  #button(press, command, key, label, shortcut) {
    this.#buttons[command] = keyButton(key, label, (at) => press(command, at), {
      "data-command": command,
      "aria-keyshortcuts": shortcut,
      class: command === "accept" ? "key-button primary" : "key-button",
    });
    return this.#buttons[command];
  }

  update(held) {
    const { members } = held.card;
    this.#label("accept", acceptLabel(members, held.marks));
    const mark = held.marks.get(members[held.focus].object);
    for (const name of Object.keys(MARKS)) set(this.#buttons[name], "aria-pressed", String(name === mark));
  }

  clear() {
    this.#label("accept", "Accept");
    for (const name of Object.keys(MARKS)) set(this.#buttons[name], "aria-pressed", null);
  }

  look({ zoomed, whole }) {
    set(this.#buttons.zoom, "aria-pressed", String(zoomed));
    set(this.#buttons.whole, "aria-pressed", String(whole));
  }

  last(verdict) {
    this.#label("undo", verdict ? `Undo ${verdict}` : "Undo");
  }

  #label(command, text) {
    this.#buttons[command].querySelector(".label").textContent = text;
  }
}
