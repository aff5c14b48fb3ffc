// The handle between input and output.

import { make, set } from "./dom.js";

export class Wipe {
  share = 0.5; // of the window's width that the input has
  #moved;

  // `moved()` after the handle was.
  constructor(moved) {
    this.#moved = moved;
    this.element = make("div", {
      class: "wipe", role: "slider", tabindex: 0, hidden: true, "aria-label": "Input on the left, output on the right",
      "aria-valuemin": 0, "aria-valuemax": 100,
      onpointerdown: (event) => this.element.setPointerCapture(event.pointerId),
      onpointermove: (event) => this.#drag(event),
    }, make("span", { class: "grip" }));
    this.to(0.5);
  }

  step(by) {
    this.to(this.share + by);
  }

  to(share) {
    this.share = Math.min(1, Math.max(0, share));
    this.element.style.left = `${100 * this.share}%`;
    set(this.element, "aria-valuenow", String(Math.round(100 * this.share)));
    this.#moved();
  }

  #drag(event) {
    if (!this.element.hasPointerCapture(event.pointerId)) return;
    const { left, width } = this.element.parentElement.getBoundingClientRect();
    this.to((event.clientX - left) / width);
  }
}
