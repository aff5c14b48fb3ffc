// What the colours over a photo, or those of the change map, stand for.

import { make } from "./dom.js";
import { NAMES } from "./regions.js";
import { swatches } from "./swatches.js";

export class Legend {
  // `palette` has kinds (colour by name) and heat (stops of the change map).
  constructor({ kinds, heat }) {
    this.colours = kinds;
    this.kinds = make("ul", { class: "kinds", "aria-label": "Outlines" });
    const bar = make("span", { class: "heat" });
    bar.style.background = `linear-gradient(to right, ${heat.map(([at, ink]) => `${ink} ${100 * at}%`).join(", ")})`;
    this.scale = make("p", { class: "scale" }, make("span", { text: "noise" }), bar,
      make("span", { text: "surely changed" }));
    this.element = make("div", { class: "legend" }, this.kinds, this.scale);
  }

  // `found`: names of the kinds that are drawn.
  show(found) {
    this.kinds.replaceChildren(...swatches(found.map((kind) => [kind, NAMES[kind], this.colours[kind]])));
  }

  turn(change, outlined) {
    this.scale.hidden = !change;
    this.kinds.hidden = change || !outlined || !this.kinds.childElementCount;
  }
}
