// The bottom bar: a real button for each key, which says what it would do now.

import { keyButton, make, set } from "./dom.js";

export const JUDGING = [
  ["accept", "A", "Accept", "A"],
  ["reject", "X", "Reject", "X"],
  ["skip", "Space", "Skip", "Space"],
  ["undo", "⌫", "Undo", "Backspace"],
  ["flag", "F", "Flag", "F"],
];

export class Bar {
  #buttons = {};

  // `clusters`: name -> rows of command, key as it is printed, label, and key as browsers call it.
  constructor(what, clusters, press) {
    const cluster = ([name, keys]) =>
      make(
        "div",
        { class: `cluster ${name}`, role: "group", "aria-label": name },
        ...keys.map((key) => this.#button(press, ...key)),
      );
    const label = `What to do with this ${what}`;
    this.element = make("footer", { role: "toolbar", "aria-label": label }, ...Object.entries(clusters).map(cluster));
  }

  #button(press, command, key, label, shortcut) {
    this.#buttons[command] = keyButton(key, label, (at) => press(command, at), {
      "data-command": command,
      "aria-keyshortcuts": shortcut,
      class: command === "accept" ? "key-button primary" : "key-button",
    });
    return this.#buttons[command];
  }

  // `made`: the latest decision, or nothing.
  last(made) {
    const said = made?.rejected_new ? `reject ${made.rejected_new} new` : made?.verdict;
    this.label("undo", said ? `Undo ${said}` : "Undo");
  }

  // `pressed` null: the button is none that stays down.
  hold(command, pressed) {
    set(this.#buttons[command], "aria-pressed", pressed === null ? null : String(pressed));
  }

  label(command, text) {
    this.#buttons[command].querySelector(".label").textContent = text;
  }
}
