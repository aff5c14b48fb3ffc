// Painting and erasing a mask over the photo. The canvas has the mask's own pixels; what it covers is the object.

const COLOUR = [70, 240, 130]; // of the mask's outline, too; white would be lost on white things
const SMALLEST = 2; // pixels of the mask
const LARGEST = 200;

export class Brush {
  erases = false;
  size = 24;
  #context;
  #last = null;
  #undo = [];

  // `pixels`: ImageData of the mask as it is. `element` goes over the photo.
  constructor(pixels) {
    const { width, height } = pixels;
    this.element = Object.assign(document.createElement("canvas"), { width, height, className: "brush" });
    this.#context = this.element.getContext("2d", { willReadFrequently: true });
    const tinted = new ImageData(width, height);
    for (let n = 0; n < pixels.data.length; n += 4) {
      if (pixels.data[n] > 127) tinted.data.set([...COLOUR, 255], n);
    }
    this.#context.putImageData(tinted, 0, 0);
    this.element.addEventListener("pointerdown", (event) => this.#begin(event));
    this.element.addEventListener("pointermove", (event) => this.#move(event));
    this.element.addEventListener("pointerup", () => (this.#last = null));
    this.element.addEventListener("wheel", (event) => event.shiftKey && this.#resize(event), { passive: false });
  }

  undo() {
    const before = this.#undo.pop();
    if (before) this.#context.putImageData(before, 0, 0);
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
    this.element.setPointerCapture(event.pointerId);
    const { width, height } = this.element;
    this.#undo = [...this.#undo.slice(-19), this.#context.getImageData(0, 0, width, height)];
    this.#last = this.#at(event);
    this.#stroke(this.#last);
  }

  #move(event) {
    if (!this.#last) return;
    event.stopPropagation();
    this.#stroke(this.#at(event));
  }

  #stroke(to) {
    const context = this.#context;
    context.globalCompositeOperation = this.erases ? "destination-out" : "source-over";
    Object.assign(context, { lineWidth: this.size, lineCap: "round", strokeStyle: `rgb(${COLOUR})` });
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
