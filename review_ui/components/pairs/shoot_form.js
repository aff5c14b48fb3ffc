// The words of a shoot: those of a new one, or the rights of one that there is.

import { make } from "./dom.js";

const LICENCES = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "proprietary"];

export class ShootForm {
  #opener = null; // what had the focus
  #send;

  // `send(fields)` resolves to null or to the sentence of what is wrong. `fields` are rows of `field`.
  constructor(label, send, word, fields) {
    this.#send = send;
    this.problem = make("p", { class: "problem", role: "alert" });
    this.element = make(
      "form", { class: "shoot-form", hidden: true, "aria-label": label, onsubmit: (event) => this.#submit(event) },
      ...fields,
      make("p", { class: "hint", text: "What is not known yet may stay empty and be filled in later." }),
      this.problem,
      make("div", { class: "cluster" },
        make("button", { type: "submit", class: "key-button primary", text: word }),
        make("button", { type: "button", class: "key-button", text: "Cancel", onclick: () => this.close() })),
    );
  }

  open(values = {}) {
    for (const [name, value] of Object.entries(values)) this.element.elements[name].value = value ?? "";
    this.problem.textContent = "";
    this.#opener = this.element.getRootNode().activeElement;
    this.element.hidden = false;
    this.element.elements[0].focus();
  }

  close() {
    const within = this.element.contains(this.element.getRootNode().activeElement);
    this.element.hidden = true;
    this.element.reset();
    if (within) this.#opener?.focus({ preventScroll: true });
  }

  async #submit(event) {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(this.element)].map(([name, value]) => [name, value.trim()]));
    this.problem.textContent = (await this.#send(fields)) ?? "";
    if (!this.problem.textContent) this.close();
  }
}

export function field(name, label, properties = {}) {
  const input = make("input", { name, autocomplete: "off", maxlength: 200, ...properties });
  return make("label", {}, make("span", { text: label }), input);
}

// Fields of licence, consent and credit.
export function rights() {
  const list = `licences-${crypto.randomUUID()}`;
  return [
    field("licence", "Licence", { list, placeholder: "CC-BY-4.0" }),
    make("datalist", { id: list }, ...LICENCES.map((value) => make("option", { value }))),
    field("consent", "Consent of people and owners", {
      maxlength: 500, placeholder: "nobody in the picture; my own flat",
    }),
    field("credit", "Name to credit in exports", { placeholder: "nobody" }),
  ];
}
