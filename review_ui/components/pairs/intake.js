// What is handed in: the shoot it belongs to, the files on their way, and the pairs they become.

import { Arrivals } from "./arrivals.js";
import { ArrivalsView } from "./arrivals_view.js";
import { make, plural } from "./dom.js";
import * as server from "./server.js";
import { ShootsView } from "./shoots_view.js";

const SHOOT = "recurate.shoot";

export class Intake {
  #shoots = [];
  #shoot = null;
  #held = []; // files that were dropped before there was a shoot
  #reshoots = null; // the pair that the next one takes the place of
  #desk;

  // `desk` has tried(work), handedIn(pairs) and show(pair).
  constructor(desk, judges) {
    this.#desk = desk;
    this.arrivals = new Arrivals(() => this.#show(), () => desk.tried(() => this.#pairUp("ask")));
    this.files = new ArrivalsView({
      drop: (files) => this.#drop(files),
      dismiss: (file) => this.arrivals.dismiss(file),
      choose: (file, role) => this.#choose(file, role),
      pair: () => desk.tried(() => this.#pairByHand()),
      pairScene: (kind) => desk.tried(() => this.#pairUp(kind)),
      open: (pair) => desk.show(pair),
    });
    this.shootsView = new ShootsView((id) => this.#take(id), (fields) => this.#begin(fields), judges);
    this.element = make("div", { class: "intake" }, this.shootsView.element, this.files.element);
  }

  async open() {
    const { shoots } = await server.shoots();
    this.#shoots = shoots;
    this.#take(localStorage.getItem(SHOOT));
  }

  // What earlier visits left: frames in no pair, and files that did not arrive whole.
  restore({ unpaired, unfinished }) {
    this.arrivals.restore(unpaired);
    if (this.arrivals.busy || !unfinished.length) return;
    const halves = unfinished.map(({ name, size, offset }) => `${name} ${Math.floor((100 * offset) / size)} %`);
    this.files.say(`Half sent: ${halves.join(", ")}. Drop the same ${halves.length > 1 ? "files" : "file"} again `
      + "to go on.");
  }

  // The next pair takes the place of this one; asked for again, no longer.
  reshoot({ pair, factual }) {
    this.#reshoots = this.#reshoots === pair ? null : pair;
    this.files.say(this.#reshoots ? `The next pair takes the place of ${factual.name}: drop it here.` : "");
    return this.#reshoots;
  }

  #show() {
    this.files.show(this.arrivals.files);
  }

  #drop(files) {
    if (this.#shoot) return this.arrivals.add(files);
    this.#held.push(...files);
    this.files.say(`${plural(this.#held.length, "photo")} will be sent once the shoot has begun.`);
    return this.shootsView.ask();
  }

  // `longScenes` is what four or more frames of one scene are: ask, pairs or burst.
  async #pairUp(longScenes) {
    const { pairs, doubtful } = await server.pairUp(this.arrivals.unpaired, longScenes);
    this.arrivals.doubt(doubtful);
    const left = new Set(doubtful.flatMap(({ frames }) => frames)).size;
    this.files.say(left ? `${plural(left, "photo")} to pair by hand: say which is with the object, which without.` : "");
    this.files.askAboutScene(doubtful.some(({ frames }) => frames.length > 3));
    await this.#handIn(pairs);
  }

  #choose(file, role) {
    for (const each of this.arrivals.files) if (each.role === role && each !== file) each.role = null;
    file.role = file.role === role ? null : role;
    this.#show();
  }

  #pairByHand() {
    const of = (role) => this.arrivals.files.find((file) => file.role === role).sha256;
    return this.#handIn([{ factual: of("with"), counterfactual: of("without"), kind: "pair" }]);
  }

  async #handIn(pairs) {
    const made = [];
    for (const frames of pairs) {
      const supersedes = this.#reshoots ? { supersedes: this.#reshoots } : {};
      const { pair } = await server.handIn({ ...frames, ...supersedes, shoot: this.#shoot });
      this.#reshoots = null;
      made.push(pair);
    }
    this.arrivals.paired(pairs.flatMap(({ factual, counterfactual }) => [factual, counterfactual]));
    if (made.length) await this.#desk.handedIn(made);
  }

  #take(id) {
    const known = this.#shoots.some((shoot) => shoot.public_id === id);
    this.#shoot = known ? id : this.#shoots[0]?.public_id ?? null;
    if (this.#shoot) localStorage.setItem(SHOOT, this.#shoot);
    this.shootsView.show(this.#shoots, this.#shoot);
  }

  // Null, or the sentence of what is wrong with the form.
  async #begin(fields) {
    try {
      const made = await server.newShoot(fields);
      this.#shoots = [made, ...this.#shoots.filter((shoot) => shoot.public_id !== made.public_id)];
      this.#take(made.public_id);
      this.files.say("");
      this.arrivals.add(this.#held.splice(0));
      return null;
    } catch (error) {
      return error.message;
    }
  }
}
