// Drawing a mask without a pointer: the arrows move a cross over the photo, Space puts the brush down and lifts it,
// or clicks the region below the cross.

import { make, set } from "./dom.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 8; // pixels of the mask; 1 with Shift

export class BrushKeys {
  #brush;
  #at;
  #down = false;

  // `element` goes over the photo, after the brush's.
  constructor(brush) {
    this.#brush = brush;
    const canvas = brush.element;
    this.#at = { x: canvas.width / 2, y: canvas.height / 2 };
    this.element = make("i", { class: "cross", role: "status", "aria-live": "polite" });
    set(canvas, "tabindex", 0);
    set(canvas, "role", "application");
    set(canvas, "aria-label", "Mask: arrows move, with Shift a little; Space puts the brush down and lifts it");
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#lift());
    this.#place();
  }

  #key(event) {
    if (event.key === " " && !event.repeat) this.#press();
    else if (STEPS[event.key]) this.#move(STEPS[event.key].map((by) => by * (event.shiftKey ? 1 : STEP)));
    else if (event.key !== " ") return;
    event.preventDefault();
  }

  #press() {
    if (this.#down) return this.#lift();
    this.#brush.press(this.#at);
    this.#down = this.#brush.tool !== "region";
    return this.#place();
  }

  #lift() {
    this.#brush.lift();
    this.#down = false;
    this.#place();
  }

  #move([right, down]) {
    const { width, height } = this.#brush.element;
    const within = (value, most) => Math.min(most - 1, Math.max(0, value));
    this.#at = { x: within(this.#at.x + right, width), y: within(this.#at.y + down, height) };
    if (this.#down) this.#brush.drag(this.#at);
    this.#place();
  }

  #place() {
    const { width, height } = this.#brush.element;
    set(this.element, "data-down", this.#down);
    this.element.textContent = this.#down ? "Drawing" : "";
    Object.assign(this.element.style, {
      left: `${(100 * this.#at.x) / width}%`, top: `${(100 * this.#at.y) / height}%`,
    });
  }
}
