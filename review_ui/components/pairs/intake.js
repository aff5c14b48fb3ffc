// What is handed in: the shoot it belongs to, the files on their way, and the pairs they become.

import { Arrivals } from "./arrivals.js";
import { ArrivalsView } from "./arrivals_view.js";
import { Destination } from "./destination.js";
import { make, plural } from "./dom.js";
import * as server from "./server.js";

export class Intake {
  #reshoots = null; // the pair that the next one takes the place of
  #desk;

  // `desk` has tried(work), handedIn(pairs) and show(pair).
  constructor(desk, judges) {
    this.#desk = desk;
    this.arrivals = new Arrivals(() => this.#show(), () => desk.tried(() => this.#pairUp("ask")));
    this.destination = new Destination((files) => this.arrivals.add(files), judges);
    this.files = new ArrivalsView({
      drop: (files) => this.destination.drop(files),
      dismiss: (file) => this.arrivals.dismiss(file),
      choose: (file, role) => this.#choose(file, role),
      pair: () => desk.tried(() => this.#pairByHand()),
      pairScene: (kind) => desk.tried(() => this.#pairUp(kind)),
      open: (pair) => desk.show(pair),
    });
    this.object = make("input", { placeholder: "its name, for the next pairs", maxlength: 200, autocomplete: "off" });
    this.element = make("div", { class: "intake" }, this.destination.element,
      make("label", { class: "object" }, make("span", { text: "Object" }), this.object), this.files.element);
  }

  open() {
    return this.destination.open();
  }

  // What earlier visits left: frames in no pair, and files that did not arrive whole.
  restore({ unpaired, unfinished }) {
    this.arrivals.restore(unpaired);
    if (this.arrivals.busy || !unfinished.length) return;
    const halves = unfinished.map(({ name, size, offset }) => `${name} ${Math.floor((100 * offset) / size)} %`);
    this.files.say(`Half sent: ${halves.join(", ")}. Drop the same ${halves.length > 1 ? "files" : "file"} again `
      + "to go on.");
  }

  // The next pair takes the place of this one, with its shoot and its name; asked for again, no longer.
  reshoot({ pair, factual, object, shoot }) {
    this.#reshoots = this.#reshoots === pair ? null : pair;
    if (this.#reshoots) {
      this.object.value = object ?? "";
      this.#desk.tried(() => this.destination.turnTo(shoot));
    }
    this.files.say(this.#reshoots ? `The next pair takes the place of ${factual.name}: drop it here.` : "");
    return this.#reshoots;
  }

  #show() {
    this.files.show(this.arrivals.files);
  }

  // `longScenes` is what four or more frames of one scene are: ask, pairs or burst.
  async #pairUp(longScenes) {
    const { pairs, scenes, doubtful } = await server.pairUp(this.arrivals.unpaired, longScenes);
    this.arrivals.measure(scenes.flat(), true);
    this.#doubt(doubtful);
    try {
      await this.#handIn(pairs);
      for (const scene of scenes) doubtful.push(...await this.#readScene(scene));
      this.#doubt(doubtful);
    } finally {
      this.arrivals.measure(scenes.flat(), false);
    }
  }

  // Three photos of a scene: an object at two places, or a pair and a shot that went wrong. Measuring tells.
  async #readScene(frames) {
    const { pairs, doubtful } = await server.readScene(frames);
    this.arrivals.measure(frames, false);
    this.arrivals.doubt(doubtful);
    await this.#handIn(pairs);
    return doubtful;
  }

  #doubt(doubtful) {
    this.arrivals.doubt(doubtful);
    const count = (some) => plural(new Set(some.flatMap(({ frames }) => frames)).size, "photo");
    const [out, open] = [true, false].map((left) => doubtful.filter(({ left_out: each }) => each === left));
    const told = [
      out.length && `${count(out)} left out.`,
      open.length && `${count(open)} to pair by hand: say which is with the object, which without.`,
    ];
    this.files.say(told.filter(Boolean).join(" "));
    this.files.askAboutScene(open.some(({ frames }) => frames.length > 3));
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
    const named = this.object.value.trim() ? { object: this.object.value.trim() } : {};
    for (const frames of pairs) {
      const supersedes = this.#reshoots ? { supersedes: this.#reshoots } : {};
      const { pair } = await server.handIn({ ...frames, ...supersedes, ...named, shoot: this.destination.shoot });
      this.#reshoots = null;
      made.push(pair);
    }
    this.arrivals.paired(pairs.flatMap(({ factual, counterfactual }) => [factual, counterfactual]));
    if (!made.length) return;
    await Promise.all([this.destination.open(), this.#desk.handedIn(made)]);
  }
}
