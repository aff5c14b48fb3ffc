// A dialog that asks why: a preset on a key, words of the reviewer's own, or both.

import { keyButton, make, set } from "./dom.js";

const MOST_WORDS = 440; // characters; with a preset it stays below the 500 that the server takes

export class Asking {
  #presets;
  #chosen = null;
  #isSuggested = false; // what is chosen was chosen for the reviewer: its key then says yes to it
  #opener;
  #unsaid;
  #send;
  #close;

  // `presets`: at most nine pairs of what is sent and what is shown; `unsaid`: what is sent before words alone.
  // `opener`: the letter that opens it; pressed once more it is no word.
  // `send(reason, at)` returns why it could not be sent, or "".
  constructor({ name, title, label, verb, presets, opener = null, unsaid = "", send, close }) {
    this.#opener = opener;
    this.#presets = presets;
    this.#unsaid = unsaid;
    this.#send = send;
    this.#close = close;
    this.buttons = presets.map(([reason, text], index) => keyButton(index + 1, text, () => this.#choose(index), {
      class: "key-button preset", "data-reason": reason,
    }));
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
      { class: `dialog asking ${name}`, role: "dialog", "aria-label": label, tabindex: -1, hidden: true },
      make("h3", { text: title }),
      make("div", { class: "presets" }, ...this.buttons),
      this.words,
      this.problem,
      make(
        "div",
        { class: "actions" },
        keyButton("Enter", verb, (at) => this.#submit(at), { class: "key-button primary" }),
        keyButton("Esc", "Cancel", close),
      ),
    );
  }

  // `suggested`: the preset that is chosen unless somebody chooses another one.
  reset(suggested = null) {
    const index = this.#presets.findIndex(([reason]) => reason === suggested);
    this.#chosen = index < 0 ? null : index;
    this.#isSuggested = index >= 0;
    this.words.value = this.problem.textContent = "";
    this.#show();
  }

  // A key that was pressed while this dialog is open; letters go to the text field.
  take(event, key) {
    const target = event.composedPath()[0];
    const writing = target === this.words;
    if (event.repeat && !writing) return event.preventDefault(); // the key that opened it is still held down
    if (key === "Escape") this.#close();
    else if (key === "Enter" && !event.repeat && !target.closest?.("button")) this.#submit(event.timeStamp);
    else if (key === this.#opener && !writing) return event.preventDefault();
    else if (this.#presets[key - 1] && !writing) this.#choose(key - 1);
    else return !writing && event.key.length === 1 && event.key !== " " && this.words.focus();
    return event.preventDefault();
  }

  #choose(index) {
    this.#chosen = this.#chosen === index && !this.#isSuggested ? null : index;
    this.#isSuggested = false;
    this.problem.textContent = "";
    this.#show();
  }

  #show() {
    this.buttons.forEach((button, index) => set(button, "aria-pressed", String(index === this.#chosen)));
  }

  #submit(at) {
    const words = this.words.value.trim();
    const [preset] = this.#presets[this.#chosen] ?? [words && this.#unsaid];
    const reason = [preset, words].filter(Boolean).join(": ");
    const unsaid = `Choose a reason with 1 to ${this.#presets.length}, or write one.`;
    this.problem.textContent = reason ? this.#send(reason, at) : unsaid;
  }
}
