// Correcting a mask over the photo: with a brush, or whole regions of what changed by a click each. The canvas has
// the mask's own pixels; what it covers is the object.

const SMALLEST = 2; // pixels of the mask
const LARGEST = 200;

export class Brush {
  tool = "paint"; // or erase, or region
  size = 24;
  #context;
  #colour;
  #regions;
  #last = null;
  #undo = [];

  // `pixels`: ImageData of the mask as it is; `regions` may be null; `colour` is #rrggbb, not white, which
  // would be lost on white things. `element` goes over the photo.
  constructor(pixels, regions, colour) {
    const { width, height } = pixels;
    this.#colour = colour;
    this.#regions = regions;
    this.element = Object.assign(document.createElement("canvas"), { width, height, className: "brush" });
    this.#context = this.element.getContext("2d", { willReadFrequently: true });
    const covered = [];
    for (let n = 0; n < width * height; n += 1) if (pixels.data[4 * n] > 127) covered.push(n);
    this.#fill(covered, true);
    this.element.addEventListener("pointerdown", (event) => this.#begin(event));
    this.element.addEventListener("pointermove", (event) => this.#move(event));
    this.element.addEventListener("pointerup", () => this.lift());
    this.element.addEventListener("wheel", (event) => event.shiftKey && this.#resize(event), { passive: false });
  }

  undo() {
    const before = this.#undo.pop();
    if (before) this.#context.putImageData(before, 0, 0);
  }

  // Begins a stroke at { x, y } in pixels of the mask, or takes the region that lies there in or out.
  press(at) {
    if (this.tool === "region") return this.#toggle(at);
    this.#keep();
    this.#last = at;
    return this.#stroke(at);
  }

  // Goes on with the stroke, if there is one.
  drag(to) {
    if (this.#last) this.#stroke(to);
  }

  lift() {
    this.#last = null;
  }

  // The mask as base64 of a PNG, white on black.
  png() {
    const { width, height } = this.element;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context.drawImage(this.element, 0, 0);
    for (const [operation, colour] of [["source-in", "#fff"], ["destination-over", "#000"]]) {
      Object.assign(context, { globalCompositeOperation: operation, fillStyle: colour });
      context.fillRect(0, 0, width, height);
    }
    return canvas.toDataURL("image/png").split(",")[1];
  }

  #begin(event) {
    if (event.button !== 0) return;
    event.stopPropagation(); // dragging would move the photo
    if (this.tool !== "region") this.element.setPointerCapture(event.pointerId);
    this.press(this.#at(event));
  }

  #keep() {
    const { width, height } = this.element;
    this.#undo = [...this.#undo.slice(-19), this.#context.getImageData(0, 0, width, height)];
  }

  // Takes the whole region that was clicked into the mask, or out of it if most of it is there.
  #toggle({ x, y }) {
    const piece = this.#regions?.at(x, y);
    if (!piece) return;
    const { width, height } = this.element;
    const { data } = this.#context.getImageData(0, 0, width, height);
    const inside = piece.filter((n) => data[4 * n + 3] > 127).length;
    this.#keep();
    this.#fill(piece, 2 * inside < piece.length);
  }

  #fill(piece, covers) {
    const { width, height } = this.element;
    const pixels = this.#context.getImageData(0, 0, width, height);
    const ink = [1, 3, 5].map((at) => parseInt(this.#colour.slice(at, at + 2), 16));
    for (const n of piece) pixels.data.set(covers ? [...ink, 255] : [0, 0, 0, 0], 4 * n);
    this.#context.putImageData(pixels, 0, 0);
  }

  #move(event) {
    if (!this.#last) return;
    event.stopPropagation();
    this.drag(this.#at(event));
  }

  #stroke(to) {
    const context = this.#context;
    context.globalCompositeOperation = this.tool === "erase" ? "destination-out" : "source-over";
    Object.assign(context, { lineWidth: this.size, lineCap: "round", strokeStyle: this.#colour });
    context.beginPath();
    context.moveTo(this.#last.x, this.#last.y);
    context.lineTo(to.x, to.y + 0.01); // a line of no length is not drawn
    context.stroke();
    this.#last = to;
  }

  #resize(event) {
    event.preventDefault();
    event.stopPropagation();
    this.size = Math.min(LARGEST, Math.max(SMALLEST, this.size * (event.deltaY + event.deltaX < 0 ? 1.15 : 0.87)));
  }

  #at(event) {
    const area = this.element.getBoundingClientRect();
    const x = ((event.clientX - area.left) * this.element.width) / area.width;
    return { x, y: ((event.clientY - area.top) * this.element.height) / area.height };
  }
}
