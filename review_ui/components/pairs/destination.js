// The shoot that files go to. Nothing is sent before somebody chose it, began it, or agreed to what is shown.

import { make, plural } from "./dom.js";
import * as server from "./server.js";
import { ShootsView } from "./shoots_view.js";

const SHOOT = "recurate.shoot"; // what was chosen last in this browser

export class Destination {
  shoot = null;
  #shoots = [];
  #agreed = false; // since the page was loaded
  #held = []; // files that wait for it
  #send;

  // `send(files)`; `judges` as for ShootsView.
  constructor(send, judges) {
    this.#send = send;
    this.view = new ShootsView({
      choose: (id) => this.#choose(id),
      begin: (fields) => this.#begin(fields),
      correct: (shoot, changes) => this.#correct(shoot, changes),
    }, judges);
    this.question = make("p");
    this.yes = make("button", { type: "button", class: "key-button primary", onclick: () => this.#agree() });
    this.asks = make("div", { class: "asks", role: "group", "aria-label": "Before anything is sent", hidden: true },
      this.question, this.yes);
    this.element = make("div", { class: "destination" }, this.view.element, this.asks);
  }

  async open() {
    const { shoots } = await server.shoots();
    this.#shoots = shoots;
    this.#take(this.shoot ?? localStorage.getItem(SHOOT));
  }

  // To a shoot that may have begun since they were read.
  async turnTo(id) {
    this.shoot = id;
    await this.open();
    this.#ask();
  }

  drop(files) {
    if (this.#agreed) return this.#send(files);
    this.#held.push(...files);
    if (!this.shoot) this.view.ask();
    return this.#ask();
  }

  #ask() {
    const shoot = this.#shoots.find((each) => each.public_id === this.shoot);
    this.asks.hidden = !this.#held.length;
    this.yes.hidden = !shoot;
    const photos = plural(this.#held.length, "photo");
    this.question.textContent = shoot
      ? `${photos} for “${shoot.name}” of ${shoot.photographer}? Otherwise choose or begin another shoot.`
      : `${photos} will be sent once the shoot has begun.`;
    this.yes.textContent = `Send ${photos}`;
  }

  #agree() {
    this.#agreed = true;
    const files = this.#held.splice(0);
    this.#ask();
    if (files.length) this.#send(files);
  }

  // What is held stays so until it is sent: one may look at the rights of a shoot before.
  #choose(id) {
    this.#agreed = !this.#held.length;
    this.#take(id);
    this.#ask();
  }

  #take(id) {
    const known = this.#shoots.some((shoot) => shoot.public_id === id);
    this.shoot = known ? id : this.#shoots[0]?.public_id ?? null;
    if (this.shoot) localStorage.setItem(SHOOT, this.shoot);
    this.view.show(this.#shoots, this.shoot);
  }

  #begin({ photographer, licence, consent, credit, ...fields }) {
    const told = Object.entries({ photographer, licence, consent, credit }).filter(([, value]) => value);
    return this.#made(() => server.newShoot({ ...fields, ...Object.fromEntries(told) }), () => this.#agree());
  }

  #correct(shoot, changes) {
    return this.#made(() => this.#corrected(shoot, changes), () => this.#ask());
  }

  // Refused if somebody else was quicker: the form then tells what stands, and saved again it replaces that.
  async #corrected(shoot, changes) {
    try {
      return await server.shootRights({ shoot, ...changes });
    } catch (error) {
      if (error.code === "stale") {
        await this.open();
        this.view.refill();
      }
      throw error;
    }
  }

  // Null, or the sentence of what is wrong with the form.
  async #made(change, then) {
    try {
      const made = await change();
      const at = this.#shoots.findIndex((shoot) => shoot.public_id === made.public_id);
      this.#shoots = at < 0 ? [made, ...this.#shoots] : this.#shoots.with(at, made);
      this.#take(made.public_id);
      then();
      return null;
    } catch (error) {
      return error.message;
    }
  }
}
