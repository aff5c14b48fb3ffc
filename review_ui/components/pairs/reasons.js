// Asks why a pair is rejected or flagged, or accepted although it failed: a reason on a key, words, or both.

import { keyButton, make, set } from "./dom.js";
import { meant } from "./keys.js";

const REJECTS = [
  ["camera_moved", "Camera moved"],
  ["light_changed", "Light changed"],
  ["other_change", "Something else changed"],
  ["object_left", "Object left or partly there"],
  ["wrong_order", "Wrong order"],
  ["blur", "Blurred"],
  ["shadow_left", "Shadow left"],
  ["reflection_left", "Reflection left"],
  ["bad_mask", "Mask is wrong"],
];
const TITLES = {
  reject: "Why reject this pair?",
  flag: "What should others look at?",
  accept: "This pair failed: why accept it all the same?",
};
const MOST_WORDS = 440; // characters; with a reason it stays below the 500 that the server takes

export class Reasons {
  #verdict = null;
  #pair = null;
  #chosen = null;
  #opener = null; // what had the focus
  #send;

  // `send(verdict, reason, pair)`.
  constructor(send) {
    this.#send = send;
    this.title = make("h3");
    this.presets = REJECTS.map(([reason, label], index) =>
      keyButton(index + 1, label, () => this.#choose(reason), { class: "key-button preset", "data-reason": reason }));
    this.words = make("input", {
      type: "text", maxlength: MOST_WORDS, placeholder: "in your own words", "aria-label": "Reason in your own words",
      autocomplete: "off",
    });
    this.problem = make("p", { class: "problem", role: "alert" });
    this.list = make("div", { class: "presets" }, ...this.presets);
    this.element = make("div", { class: "dialog", role: "dialog", "aria-modal": "true", tabindex: -1, hidden: true,
      onkeydown: (event) => this.#key(event) },
      this.title, this.list, this.words, this.problem,
      make("div", { class: "cluster" },
        keyButton("Enter", "Send", () => this.#submit(), { class: "key-button primary" }),
        keyButton("Esc", "Cancel", () => this.close())));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  open(verdict, pair) {
    this.#verdict = verdict;
    this.#pair = pair;
    this.title.textContent = TITLES[verdict];
    set(this.element, "aria-label", TITLES[verdict]);
    this.list.hidden = verdict !== "reject";
    this.words.value = this.problem.textContent = "";
    this.#choose(null);
    this.#opener = this.element.getRootNode().activeElement;
    this.#cover(true);
    (verdict === "reject" ? this.element : this.words).focus({ preventScroll: true });
  }

  close() {
    this.#cover(false);
    (this.#opener ?? this.element.parentElement)?.focus({ preventScroll: true });
  }

  // Tab stays within the dialog, and clicks outside do nothing.
  #cover(covered) {
    this.element.hidden = !covered;
    for (const each of this.element.parentElement.children) each.inert = covered && each !== this.element;
  }

  #key(event) {
    const writing = event.target === this.words;
    const key = meant(event);
    if (key === "Escape") this.close();
    else if (key === "Enter" && !event.target.closest("button")) this.#submit();
    else if (/^[1-9]$/.test(key) && !writing && this.#verdict === "reject") this.#choose(REJECTS[key - 1][0]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(reason) {
    this.#chosen = this.#chosen === reason ? null : reason;
    for (const preset of this.presets) {
      set(preset, "aria-pressed", String(preset.dataset.reason === this.#chosen));
    }
  }

  #submit() {
    const words = this.words.value.trim();
    const reason = [this.#verdict === "reject" ? this.#chosen ?? "other" : null, words].filter(Boolean).join(": ");
    if (this.#verdict === "reject" ? !this.#chosen && !words : !words) {
      this.problem.textContent = this.#verdict === "reject" ? "Choose a reason with 1 to 9, or write one." : "Write why.";
      return;
    }
    this.close();
    this.#send(this.#verdict, reason, this.#pair);
  }
}
