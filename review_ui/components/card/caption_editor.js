// Where a caption is written. It lies over the strip, so that the photo is seen meanwhile.

import { keyButton, make } from "./dom.js";
import { source } from "./words.js";

const LONGEST = 500; // characters that the server takes

export class CaptionEditor {
  #send;
  #close;
  #begun = false; // the key that opened it was let go of
  #title = make("h3");
  #hint = make("p", { class: "hint" });
  #problem = make("p", { class: "problem", role: "alert" });

  // `send(text)` returns why it could not be sent, or "".
  constructor(send, close) {
    this.#send = send;
    this.#close = close;
    this.words = make("textarea", { rows: 2, maxlength: LONGEST, "aria-label": "Caption", autocomplete: "off" });
    this.element = make(
      "div",
      {
        class: "dialog caption-editor", role: "dialog", "aria-label": "Write a caption", tabindex: -1, hidden: true,
        onfocus: () => {
          this.words.focus({ preventScroll: true });
          this.words.select(); // what is typed takes its place
        },
      },
      this.#title,
      this.words,
      this.#hint,
      this.#problem,
      make(
        "div",
        { class: "actions" },
        keyButton("Enter", "Save", () => this.#submit(), { class: "key-button primary" }),
        keyButton("Esc", "Cancel", close),
      ),
    );
  }

  // `number` is the member's as the card shows it.
  reset(number, { caption, otherwise }) {
    this.#begun = false;
    this.#title.textContent = `What the photo of member ${number} shows`;
    this.words.value = caption.text;
    this.#hint.textContent = `Left empty: “${otherwise.text}”, ${source(otherwise)}.`;
    this.#problem.textContent = "";
  }

  // A key that was pressed while the editor is open; what is no command is text, or presses a button.
  take(event, key) {
    const held = event.repeat && !this.#begun; // the key that opened it
    this.#begun ||= !event.repeat;
    const onButton = event.composedPath()[0].closest?.("button");
    if (!held && key !== "Escape" && (key !== "Enter" || onButton)) return;
    event.preventDefault();
    if (key === "Escape") this.#close();
    else if (key === "Enter" && !event.repeat) this.#submit();
  }

  #submit() {
    this.#problem.textContent = this.#send(this.words.value);
  }
}
