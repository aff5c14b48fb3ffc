// Which shoot files are handed in to, whose it is and what may be done with it; to choose, begin and correct.

import { make, plural, set } from "./dom.js";
import { ShootForm, field, rights } from "./shoot_form.js";

const RIGHTS = [["licence", "Licence"], ["consent", "Consent"], ["credit", "Credit"]];

export class ShootsView {
  #shoot = null;
  #corrected = null; // the shoot as it was when the form about its rights was filled

  // `act` has choose(shoot id), begin(fields) and correct(shoot id, changes); the last two resolve to null or to
  // the sentence of what is wrong. `judges`: whether this person may name another photographer.
  constructor(act, judges) {
    this.select = make("select", { "aria-label": "Shoot", onchange: () => act.choose(this.select.value) });
    this.facts = make("dl", { class: "facts" });
    this.change = make("button", {
      type: "button", class: "chip", text: "Change rights", onclick: () => this.#correct(),
    });
    this.begins = new ShootForm("New shoot", (fields) => act.begin(fields), "Begin", [
      field("name", "Name of the shoot", { required: true, placeholder: "kitchen, morning" }),
      judges ? field("photographer", "Photographer", { placeholder: "you" }) : null,
      ...rights(),
    ]);
    this.corrects = new ShootForm("Rights of the shoot", (fields) => this.#save(act, fields), "Save", rights());
    const begin = make("button", { type: "button", class: "key-button", text: "New shoot", onclick: () => this.ask() });
    this.element = make(
      "section", { class: "shoots", "aria-label": "Shoot" },
      make("h3", { text: "Shoot" }),
      make("div", { class: "row" }, this.select, begin),
      this.facts, this.begins.element, this.corrects.element,
    );
  }

  show(shoots, chosen) {
    const options = shoots.map((shoot) => make("option", {
      value: shoot.public_id, text: `${this.#named(shoot, shoots)} (${plural(shoot.pairs, "pair")})`,
    }));
    this.select.replaceChildren(...(options.length ? options : [make("option", { value: "", text: "No shoot yet" })]));
    set(this.select, "disabled", !options.length);
    this.#shoot = shoots.find((each) => each.public_id === chosen) ?? null;
    this.select.value = chosen ?? "";
    if (this.#corrected?.public_id !== chosen) this.corrects.close();
    this.facts.replaceChildren(...(this.#shoot ? this.#facts(this.#shoot) : this.#none()));
  }

  ask() {
    this.corrects.close();
    this.begins.open();
  }

  #correct() {
    const { licence, consent, credit } = this.#shoot;
    this.#corrected = this.#shoot;
    this.begins.close();
    this.corrects.open({ licence, consent, credit });
  }

  // Only what was changed, with what stood there: somebody else may have changed the rest since.
  async #save(act, fields) {
    const { public_id: shoot, ...seen } = this.#corrected;
    const changes = RIGHTS.map(([name]) => [name, { was: seen[name], is: fields[name] || null }])
      .filter(([, { was, is }]) => was !== is);
    return changes.length ? act.correct(shoot, Object.fromEntries(changes)) : null;
  }

  // What stands now instead of what the form was filled with; what was changed in the form stays changed.
  refill() {
    const fields = this.corrects.element.elements;
    for (const [name] of RIGHTS) {
      if (fields[name].value.trim() === (this.#corrected[name] ?? "")) fields[name].value = this.#shoot[name] ?? "";
    }
    this.#corrected = this.#shoot;
  }

  // Two photographers may call their shoots the same.
  #named({ name, photographer }, shoots) {
    const alone = shoots.filter((each) => each.name === name).length === 1;
    return alone ? name : `${name}, ${photographer}`;
  }

  #facts(shoot) {
    const fact = (term, text, unknown = false) =>
      make("div", {}, make("dt", { text: term }), make("dd", { text, title: text, "data-unknown": unknown }));
    return [
      fact("Photographer", shoot.photographer),
      ...RIGHTS.map(([name, term]) => fact(term, shoot[name] ?? "not known", !shoot[name])),
      ...(shoot.held_out ? [fact("Use", "kept for evaluation")] : []),
      this.change,
    ];
  }

  #none() {
    return [make("p", { text: "Photographer, licence, consent and credit are asked once per shoot." })];
  }
}
