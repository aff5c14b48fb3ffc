// Outlines over the photo of what the check found, and what their colours stand for.

import { make, set } from "./dom.js";
import { Legend } from "./legend.js";
import { outline, pixelsOf } from "./outline.js";
import { Regions } from "./regions.js";
import { picture } from "./server.js";

export class Overlay {
  regions = null; // of the pair that is shown, once they are here
  #colours;
  #version = null;

  // `drawn()` after outlines came.
  constructor(palette, drawn) {
    this.#colours = palette.kinds;
    this.drawn = drawn;
    this.legend = new Legend(palette);
    this.element = make("div", { class: "outlines" });
  }

  // `pair` is a detail of the server's, or null.
  async show(pair) {
    const { mask, effect, change } = pair?.report ?? {};
    const version = pair && [pair.pair, mask, effect, change].join();
    if (version === this.#version) return;
    this.#version = version;
    this.regions = null;
    this.#draw([]);
    if (!pair?.report) return;
    const [masked, taken] = await Promise.all([
      pixelsOf(address(pair.pair, "mask.png", mask)), pixelsOf(address(pair.pair, "regions.png", mask, change)),
    ]);
    if (this.#version !== version) return;
    this.regions = taken && new Regions(taken, Object.keys(this.#colours));
    this.#draw(this.#found(masked));
    set(this.element, "data-drawn", true);
    this.drawn();
  }

  // `change`: the change map is shown; `outlined`: outlines are wanted.
  turn(change, outlined) {
    this.element.hidden = change || !outlined;
    this.legend.turn(change, outlined);
  }

  // Kinds with the canvas of their outline. The object's mask is finer than the regions that were measured.
  #found(mask) {
    const masked = mask && ((n) => mask.data[4 * n] > 127);
    const kinds = this.regions?.found ?? (mask ? ["object"] : []);
    return kinds.map((kind) => {
      const covers = kind === "object" && masked ? masked : this.regions.of(kind);
      return [kind, outline(mask ?? this.regions, covers, this.#colours[kind])];
    });
  }

  #draw(found) {
    set(this.element, "data-drawn", false);
    this.element.replaceChildren(...found.map(([, canvas]) => canvas));
    this.legend.show(found.map(([kind]) => kind));
  }
}

// What the pictures were made of stands in the address: a corrected mask changes them.
export function address(pair, name, ...made) {
  return `${picture(pair, name)}?${made.map((sha256) => sha256.slice(0, 16)).join("-")}`;
}
