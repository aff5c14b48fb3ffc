// Which shoot files are handed in to, and the form that begins a new one.

import { make, set } from "./dom.js";

const LICENCES = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "proprietary"];

export class ShootsView {
  #begin;

  // `choose(shoot id)`; `begin(fields)` resolves to null or to the sentence of what is wrong.
  constructor(choose, begin, judges) {
    this.#begin = begin;
    this.select = make("select", {
      "aria-label": "Shoot", onchange: () => choose(this.select.value),
    });
    this.rights = make("p", { class: "rights" });
    this.form = this.#form(judges);
    const open = make("button", {
      type: "button", class: "key-button", text: "New shoot", onclick: () => this.ask(),
    });
    this.element = make(
      "section", { class: "shoots", "aria-label": "Shoot" },
      make("div", { class: "row" }, this.select, open), this.rights, this.form,
    );
  }

  #form(judges) {
    const field = (name, label, properties = {}) =>
      make("label", {}, make("span", { text: label }), make("input", { name, autocomplete: "off", ...properties }));
    const problem = make("p", { class: "problem", role: "alert" });
    const form = make(
      "form", { class: "new-shoot", hidden: true, onsubmit: (event) => this.#submit(event, problem) },
      field("name", "Name of the shoot", { required: true, maxlength: 200, placeholder: "kitchen, morning" }),
      judges ? field("photographer", "Photographer", { maxlength: 200, placeholder: "you" }) : null,
      field("licence", "Licence", { required: true, maxlength: 200, list: "licences", placeholder: "CC-BY-4.0" }),
      make("datalist", { id: "licences" }, ...LICENCES.map((value) => make("option", { value }))),
      field("consent", "Consent of people and owners", {
        required: true, maxlength: 500, placeholder: "nobody in the picture; my own flat",
      }),
      problem,
      make("div", { class: "cluster" },
        make("button", { type: "submit", class: "key-button primary", text: "Begin" }),
        make("button", { type: "button", class: "key-button", text: "Cancel", onclick: () => this.#close() })),
    );
    return form;
  }

  show(shoots, chosen) {
    const options = shoots.map((shoot) => make("option", { value: shoot.public_id, text: shoot.name }));
    this.select.replaceChildren(...(options.length ? options : [make("option", { value: "", text: "No shoot yet" })]));
    set(this.select, "disabled", !options.length);
    const shoot = shoots.find((each) => each.public_id === chosen);
    this.select.value = chosen ?? "";
    this.rights.textContent = shoot
      ? [shoot.photographer, shoot.licence ?? "no licence", shoot.consent ?? "no consent noted"].join(" · ")
      : "Photographer, licence and consent are asked once per shoot.";
  }

  ask() {
    this.form.hidden = false;
    this.form.elements.name.focus();
  }

  #close() {
    this.form.hidden = true;
    this.form.reset();
  }

  async #submit(event, problem) {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => value.trim()));
    problem.textContent = (await this.#begin(fields)) ?? "";
    if (!problem.textContent) this.#close();
  }
}
