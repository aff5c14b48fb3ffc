// Asks why a group is flagged: a preset on a key, words of the reviewer's own, or both.

import { keyButton, make, set } from "./dom.js";

const REASONS = [
  "More than two different things",
  "I cannot tell whether it is the same thing",
  "A box is wrong or holds several things",
  "This photo should not be in the set",
  "A picture is broken or too small to judge",
];
const MOST_WORDS = 440; // characters; with a preset it stays below the 500 that the server takes

export class Flag {
  #chosen = null;
  #send;
  #close;

  // `send(reason, at)` returns why it could not be sent, or null.
  constructor(send, close) {
    this.#send = send;
    this.#close = close;
    this.presets = REASONS.map((reason, index) =>
      keyButton(index + 1, reason, () => this.#choose(index), { class: "key-button preset" }),
    );
    this.words = make("input", {
      type: "text",
      maxlength: MOST_WORDS,
      placeholder: "or in your own words",
      "aria-label": "Reason in your own words",
      autocomplete: "off",
    });
    this.problem = make("p", { class: "problem", role: "alert" });
    this.element = make(
      "div",
      { class: "dialog flag", role: "dialog", "aria-label": "Flag this group", tabindex: -1, hidden: true },
      make("h3", { text: "Why flag this group?" }),
      make("div", { class: "presets" }, ...this.presets),
      this.words,
      this.problem,
      make(
        "div",
        { class: "actions" },
        keyButton("Enter", "Send flag", (at) => this.#submit(at), { class: "key-button primary" }),
        keyButton("Esc", "Cancel", close),
      ),
    );
  }

  reset() {
    this.#chosen = null;
    this.words.value = this.problem.textContent = "";
    this.#show();
  }

  // A key that was pressed while this dialog is open; letters go to the text field.
  take(event, key) {
    const target = event.composedPath()[0];
    const writing = target === this.words;
    if (event.repeat && !writing) return event.preventDefault(); // F is still held down
    if (key === "Escape") this.#close();
    else if (key === "Enter" && !target.closest?.("button")) this.#submit(event.timeStamp);
    else if (/^[1-5]$/.test(key) && !writing) this.#choose(Number(key) - 1);
    else return !writing && event.key.length === 1 && event.key !== " " && this.words.focus();
    return event.preventDefault();
  }

  #choose(index) {
    this.#chosen = this.#chosen === index ? null : index;
    this.problem.textContent = "";
    this.#show();
  }

  #show() {
    this.presets.forEach((preset, index) => set(preset, "aria-pressed", String(index === this.#chosen)));
  }

  #submit(at) {
    const reason = [REASONS[this.#chosen], this.words.value.trim()].filter(Boolean).join(": ");
    this.problem.textContent = reason ? this.#send(reason, at) : "Choose a reason with 1 to 5, or write one.";
  }
}
