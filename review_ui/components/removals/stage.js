// Input and output of a removal in one place, and the ways of looking at both.

import { make, set } from "./dom.js";
import { boxOf, tilesAtStart } from "./framing.js";
import { Outlining } from "./outlining.js";
import { Pane } from "./pane.js";
import { differenceTile, outputTile, photoTile } from "./tiles.js";
import { Wipe } from "./wipe.js";

const BLINK = 450; // ms a frame; slower, and the eye forgets the other one

export class Stage {
  look = "side";
  aimed = "region"; // what the window was last brought to; null once somebody moved it
  #held = null;
  #timer = 0;
  #leader;
  #waiting = [];
  #gain;
  seen = () => {}; // called whenever all is there to see

  // `words`: colours of the outlines and the gain of the difference; `moved()` after somebody has moved the window.
  constructor({ colours, gain }, moved) {
    this.#gain = gain;
    const told = {
      moved: (pane) => this.#follow(pane),
      resized: (pane) => {
        if (pane === this.main) this.aim(this.aimed, true);
        this.#follow(this.main);
      },
      touched: (pane) => {
        this.#leader = pane;
        this.#free();
        moved();
      },
      loaded: () => this.#loaded(),
    };
    this.wipe = new Wipe(() => this.#crop());
    this.input = new Pane("input", colours, told);
    this.main = new Pane("main", colours, told);
    this.outlining = new Outlining([this.main, this.input], colours);
    this.main.element.append(this.wipe.element, this.outlining.legend);
    this.element = make("div", { class: "stage" }, this.input.element, this.main.element);
    this.#leader = this.main;
  }

  // Begins with a case: the region around its object, and no look that hides the output.
  show(held) {
    clearInterval(this.#timer);
    this.#held = held;
    this.#leader = this.main;
    if (!this.#isPlain) this.look = "side";
    this.#arrange();
    if (!held) return [this.main, this.input].forEach((pane) => pane.clear());
    const { card } = held;
    const outputs = card.outputs.map((output) => [output.removal, outputTile(card, output)]);
    this.main.show(held, { photo: photoTile(card), ...Object.fromEntries(outputs) });
    if (this.look === "side") this.input.show(held, { photo: photoTile(card) });
    this.aim("region", true);
    this.#update();
    return this.#wipeObject();
  }

  // Another output of the case.
  choose() {
    if (!this.#isPlain) this.turn("side");
    else this.#update();
  }

  // `look`: side, output, photo, blink, wipe or difference.
  turn(look) {
    const [was, card] = [this.look, this.#held?.card];
    this.look = look;
    this.#arrange();
    if (card && look === "side" && was !== "side") this.input.show(this.#held, { photo: photoTile(card) });
    if (look !== "side") this.input.clear();
    this.#update();
    this.#wipeObject();
  }

  // Brings the window to the working region, to the object, or to pixels of the photo on those of the screen.
  aim(what, immediately = false) {
    this.aimed = what;
    this.#leader = this.main;
    if (!this.#held || !what) return;
    if (what === "full_size") this.main.scaleTo(1 / devicePixelRatio);
    else this.main.fit(boxOf(this.#held, what, this.main.room), immediately);
  }

  zoom(factor) {
    this.#free();
    this.main.zoom(factor);
  }

  pan(x, y) {
    this.#free();
    this.main.pan(x, y);
  }

  // What must be seen before anything can be said of the shown output.
  awaited() {
    const needed = this.#needed;
    return [{
      ready: this.#isSeen,
      settled: this.#isSeen ? null : new Promise((resolve) => this.#waiting.push(resolve)),
      get broken() {
        return needed.some(([pane, name]) => pane.isBroken(name));
      },
    }];
  }

  // Addresses of the tiles that a case is seen by at first; `whole`: not only the smallest ones.
  tilesAtStart(held, whole) {
    return tilesAtStart(held, this.main.room, whole);
  }

  // Whether this case is on the screen, and all of it there.
  shows(held) {
    return this.#held === held && this.#isSeen;
  }

  // Whether the output is seen in this look.
  get #isPlain() {
    return !["photo", "difference"].includes(this.look);
  }

  get #needed() {
    return [[this.look === "side" ? this.input : this.main, "photo"], [this.main, this.#held?.output.removal]];
  }

  get #isSeen() {
    return this.#needed.every(([pane, name]) => pane.isLoaded(name));
  }

  // Whether all that this look shows is there in full.
  get #isLoaded() {
    return this.#isSeen && (this.look !== "difference" || this.main.isLoaded(`difference ${this.#held.output.removal}`));
  }

  #loaded() {
    this.#cover();
    this.#crop();
    this.#follow(this.#leader);
    if (!this.#isSeen) return;
    this.seen();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #free() {
    this.aimed = null;
  }

  #arrange() {
    set(this.element, "data-look", this.look);
    this.wipe.element.hidden = this.look !== "wipe";
  }

  #update() {
    clearInterval(this.#timer);
    const { removal } = this.#held?.output ?? {};
    if (!removal) return;
    if (this.look === "difference" && !this.main.layers.has(`difference ${removal}`)) {
      this.main.add(this.#held, `difference ${removal}`, differenceTile(this.#held.card, this.#held.output));
    }
    if (this.look === "blink") this.#timer = setInterval(() => this.#cover(!this.#isInput), BLINK);
    this.#cover(false);
    this.#crop();
    this.outlining.show(this.#held.output);
  }

  get #isInput() {
    return this.element.dataset.shown === "photo";
  }

  // `input`: now the input's turn has come in a blink.
  #cover(input = this.look === "blink" && this.#isInput) {
    const { removal, remover } = this.#held?.output ?? {};
    const photo = this.look === "photo" || input;
    const difference = this.look === "difference";
    set(this.element, "data-shown", photo ? "photo" : difference ? "difference" : "output");
    this.input.cover(["photo"]);
    this.main.cover(difference ? [`difference ${removal}`] : photo ? ["photo"]
      : this.look === "wipe" ? ["photo", removal] : [removal]);
    this.input.caption.textContent = "Input";
    this.main.caption.textContent = photo ? "Input" : difference
      ? `Difference to the input, ${this.#gain} times as bright`
      : this.look === "wipe" ? `Input | output of ${remover}` : `Output of ${remover}`;
    set(this.element, "data-loaded", String(this.#isLoaded));
  }

  // Of the output what lies right of the handle.
  #crop() {
    const item = this.main?.layers.get(this.#held?.output.removal);
    if (!item) return;
    if (this.look !== "wipe") return item.resetCroppingPolygons();
    const [x, , width] = this.main.seen;
    const [right, bottom] = this.#held.card.size;
    const left = Math.min(right, Math.max(0, x + this.wipe.share * width));
    item.setCroppingPolygons([[{ x: left, y: 0 }, { x: right, y: 0 }, { x: right, y: bottom }, { x: left, y: bottom }]]);
  }

  // A wipe begins in the middle of the object.
  #wipeObject() {
    if (this.look !== "wipe" || !["region", "object"].includes(this.aimed)) return;
    const [x, , width] = boxOf(this.#held, this.aimed, this.main.room);
    const [left, , wide] = this.#held.card.box;
    this.wipe.to((left + wide / 2 - x) / width);
  }

  #follow(pane) {
    if (this.look === "side" && pane === this.#leader) {
      const other = pane === this.main ? this.input : this.main;
      if (other.layers.size) other.follow(pane);
    }
    if (pane === this.main) this.#crop();
  }
}
