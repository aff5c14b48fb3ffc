// Both frames of a pair in one place: with, without, blinking, the change map, outlines of the masks. The wheel
// zooms towards the pointer, dragging pans, a double click shows the whole frame again.

import { BrushKeys } from "./brush_keys.js";
import { make, set } from "./dom.js";
import { pixelsOf } from "./outline.js";
import { Overlay, address } from "./overlay.js";
import { picture } from "./server.js";

const BLINK = 450; // ms a frame; slower, and the eye forgets the other one
const CLOSEST = 16; // times the size at which the whole frame is seen

export class Viewer {
  look = "factual";
  masks = true;
  #pair = null;
  #timer = 0;
  #at = { x: 0, y: 0, scale: 1 }; // offset in pixels of the window, and times the fitting size
  #brush = null;
  #picks = false;

  // `came()` after the pair is on the screen, or its pictures turned out not to come.
  constructor(palette, came) {
    this.came = came;
    this.overlay = new Overlay(palette, () => this.update());
    this.frames = { factual: image("factual"), counterfactual: image("counterfactual"), change: image("change") };
    this.layer = make("div", { class: "layer" }, ...Object.values(this.frames), this.overlay.element);
    this.caption = make("figcaption");
    this.window = make("div", { class: "window", role: "img", tabindex: 0 }, this.layer);
    this.element = make("figure", { class: "viewer" }, this.window, this.caption, this.overlay.legend.element);
    new ResizeObserver(() => this.#place()).observe(this.window);
    this.#listen();
  }

  // Whether both frames of the pair are on the screen, or come there at the press of a key.
  get seen() {
    return this.element.hasAttribute("data-seen");
  }

  // `pair` is a detail of the server's, or null.
  show(pair) {
    if (pair?.pair !== this.#pair?.pair || this.element.hasAttribute("data-lost")) this.#open(pair);
    this.#pair = pair;
    const change = pair?.report ? address(pair.pair, "change.png", pair.report.change) : null;
    if (change !== this.frames.change.getAttribute("src")) this.#renew("change", change);
    this.overlay.show(pair);
    this.update();
  }

  // `look`: factual, counterfactual, blink or change.
  turn(look) {
    this.look = look;
    this.update();
  }

  update() {
    clearInterval(this.#timer);
    const look = this.look === "change" && !this.#pair?.report ? "factual" : this.look;
    this.#uncover(look === "blink" ? "factual" : look);
    if (look === "blink") {
      this.#timer = setInterval(() => {
        this.#uncover(this.element.dataset.shown === "factual" ? "counterfactual" : "factual");
      }, BLINK);
    }
    this.overlay.turn(look === "change", this.#brush ? this.#picks : this.masks);
  }

  edit(brush) {
    this.layer.querySelectorAll(".brush, .cross").forEach((each) => each.remove());
    this.#brush = brush;
    this.#picks = false;
    set(this.element, "data-editing", brush !== null);
    if (brush) this.layer.append(brush.element, new BrushKeys(brush).element);
    this.update();
  }

  // Whether regions are clicked: then their outlines are seen while a mask is drawn.
  pick(picks) {
    this.#picks = picks;
    this.update();
  }

  maskPixels() {
    return pixelsOf(picture(this.#pair.pair, "mask.png"));
  }

  #open(pair) {
    this.#pair = pair;
    this.edit(null);
    this.#at = { x: 0, y: 0, scale: 1 };
    for (const frame of ["factual", "counterfactual"]) {
      this.#renew(frame, pair && picture(pair.pair, `${frame}.webp`));
    }
    this.frames.factual.addEventListener("load", () => this.#place());
    set(this.element, "data-seen", false);
    set(this.element, "data-lost", false);
    if (pair) this.#watch();
  }

  // An element that was given another source goes on showing the picture before until that came: a new one is empty.
  #renew(frame, source) {
    const next = image(frame);
    set(next, "src", source);
    this.frames[frame].replaceWith(next);
    this.frames[frame] = next;
  }

  // The second frame's callback runs after the first was handed to the screen.
  async #watch() {
    const { factual, counterfactual } = this.frames;
    const decoded = await Promise.allSettled([factual.decode(), counterfactual.decode()]);
    const became = decoded.every(({ status }) => status === "fulfilled") ? "data-seen" : "data-lost";
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (this.frames.factual !== factual) return;
      set(this.element, became, true);
      this.came();
    }));
  }

  #uncover(frame) {
    set(this.element, "data-shown", frame);
    const { factual, counterfactual } = this.#pair ?? {};
    this.caption.textContent = {
      factual: `With the object: ${factual?.name}`,
      counterfactual: `Without: ${counterfactual?.name}`,
      change: "What changed, beyond noise",
    }[frame];
    set(this.window, "aria-label", this.caption.textContent);
  }

  #place() {
    const { naturalWidth: width, naturalHeight: height } = this.frames.factual;
    if (!width) return;
    const room = this.window.getBoundingClientRect();
    const scale = Math.min(room.width / width, room.height / height) * this.#at.scale;
    const [wide, high] = [width * scale, height * scale];
    this.#at.x = held(this.#at.x, room.width, wide);
    this.#at.y = held(this.#at.y, room.height, high);
    Object.assign(this.layer.style, {
      width: `${wide}px`, height: `${high}px`, translate: `${this.#at.x}px ${this.#at.y}px`,
    });
  }

  #listen() {
    this.window.addEventListener("wheel", (event) => this.#zoom(event), { passive: false });
    this.window.addEventListener("dblclick", () => {
      if (this.#brush) return;
      this.#at = { x: 0, y: 0, scale: 1 };
      this.#place();
    });
    this.window.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.window.setPointerCapture(event.pointerId);
    });
    this.window.addEventListener("pointermove", (event) => {
      if (!this.window.hasPointerCapture(event.pointerId)) return;
      this.#at.x += event.movementX;
      this.#at.y += event.movementY;
      this.#place();
    });
  }

  #zoom(event) {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 32;
    const { scale } = this.#at;
    const next = Math.min(CLOSEST, Math.max(1, scale * Math.exp(-pixels * 0.0015)));
    const area = this.window.getBoundingClientRect();
    const moved = (pointer, corner) => pointer - ((pointer - corner) * next) / scale;
    this.#at = {
      scale: next, x: moved(event.clientX - area.left, this.#at.x), y: moved(event.clientY - area.top, this.#at.y),
    };
    this.#place();
  }
}

const image = (name) => make("img", { class: "frame", "data-frame": name, alt: "", draggable: "false" });

// A frame that is larger than the window covers it; a smaller one stands in its middle.
function held(offset, room, extent) {
  return extent <= room ? (room - extent) / 2 : Math.min(0, Math.max(room - extent, offset));
}
