// Outlines of the object, of the mask that was filled and of what else changed, and what their colours stand for.

import { make } from "./dom.js";
import { swatches } from "./swatches.js";

const NAMES = { object: "object", mask: "mask that was filled", effect: "what else changed" };

export class Outlining {
  isOn = false;
  #panes;
  #colours;
  #removal = null;
  #polygons = new Map(); // by removal
  #kinds = make("ul", { class: "kinds", "aria-label": "Outlines" });

  constructor(panes, colours) {
    this.#panes = panes;
    this.#colours = colours;
    this.legend = make("div", { class: "legend", hidden: true }, this.#kinds);
  }

  turn(isOn) {
    this.isOn = isOn;
    this.#draw();
  }

  async show({ removal, picture }) {
    this.#removal = removal;
    this.#draw();
    if (this.#polygons.has(removal)) return;
    this.#polygons.set(removal, {});
    const answer = await fetch(`/app/removals/outlines/${removal}.json?${picture}`).catch(() => null);
    if (answer?.ok) this.#polygons.set(removal, await answer.json());
    else this.#polygons.delete(removal); // asked for again when the output is shown again
    this.#draw();
  }

  #draw() {
    const known = this.#polygons.get(this.#removal) ?? {};
    const polygons = this.isOn ? known : {};
    // Beside the output the input always tells which object it is about.
    const [output, input] = this.#panes;
    output.outlines.draw(polygons);
    input.outlines.draw(this.isOn || !known.object ? polygons : { object: known.object });
    const drawn = Object.entries(this.#colours).filter(([kind]) => polygons[kind]?.length);
    this.#kinds.replaceChildren(...swatches(drawn.map(([kind, colour]) => [kind, NAMES[kind], colour])));
    this.legend.hidden = !drawn.length;
  }
}
