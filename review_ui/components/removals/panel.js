// What is known of the outputs of a case: who made each, what was said of it, and what was measured.

import { keepingFocus, keyButton, make, set } from "./dom.js";

export class Panel {
  #measures;
  #reasons;
  #choose;
  #outputs = make("div", { class: "outputs", role: "group", "aria-label": "Outputs" });
  #numbers = make("dl", { class: "numbers" });
  #made = make("p", { class: "made" });

  // `words` as Python tells them: `numbers` with name, label, unit, limit and what each means, and `reasons`.
  constructor({ numbers, reasons }, choose) {
    this.#measures = numbers;
    this.#reasons = new Map(reasons);
    this.#choose = choose;
    this.element = make("aside", { class: "panel", "aria-label": "What is known of the output" },
      this.#outputs, this.#numbers, this.#made);
  }

  show({ card, chosen, output }) {
    keepingFocus(this.#outputs, "data-removal", () => {
      this.#outputs.replaceChildren(...card.outputs.map((each, index) => this.#tab(each, index, index === chosen)));
    });
    const known = this.#measures.filter(({ name }) => (output.numbers[name] ?? null) !== null);
    this.#numbers.replaceChildren(...known.map((measure) => this.#row(measure, output.numbers[measure.name])));
    this.#made.textContent =
      `Mask by ${output.segmenter}, widened by ${output.dilation} pixels; filled in ${output.seconds.toFixed(1)}\u00a0s.`;
  }

  clear() {
    for (const each of [this.#outputs, this.#numbers]) each.replaceChildren();
    this.#made.textContent = "";
  }

  #tab({ removal, remover, mine, suggested_reasons: suggested }, index, chosen) {
    const button = keyButton(index + 1, remover, () => this.#choose(index), {
      class: "key-button output", "data-removal": removal, "aria-pressed": String(chosen),
      "data-verdict": mine?.verdict ?? null,
    });
    const words = mine ? [this.#said(mine)] : suggested.map((reason) => this.#reasons.get(reason) ?? reason);
    const said = make("span", { class: mine ? "said" : "suggested", text: words.join(", ") });
    button.querySelector(".label").append(said);
    set(said, "title", mine || !words.length ? null : "What the numbers speak for; it decides nothing");
    said.hidden = !words.length;
    return button;
  }

  #said({ verdict, reason }) {
    const [first, ...words] = (reason ?? "").split(": ");
    const told = [this.#reasons.get(first) ?? first, ...words].filter(Boolean).join(": ");
    return [`you: ${verdict}`, told].filter(Boolean).join(", ");
  }

  #row({ label, unit, digits, factor, limit, meaning }, value) {
    const written = (each) => `${(each * factor).toFixed(digits)}${unit}`;
    const over = limit !== null && value > limit;
    return make("div", { "data-over": over, title: meaning },
      make("dt", { text: label }),
      make("dd", {}, make("b", { text: written(value) }),
        over ? make("span", { class: "limit", text: `over ${written(limit)}` }) : null));
  }
}
