// One member's photo with the object's box: the wheel zooms towards the pointer, dragging pans, a double
// click goes back to the start, which is the object with its surroundings or the whole photo.

import { make, set } from "./dom.js";
import { photo, thumb } from "./addresses.js";

const OBJECT_SHARE = 0.5; // of the viewer's width or height that the object takes at the start
const CLOSEST = 8; // screen pixels per pixel of the photo
const START_CLOSEST = 1.5;
const SHARP = 1.2; // rendition pixels may be stretched so far before a larger rendition is fetched
const RENDITION = 1280;

export class PhotoViewer {
  #pictures;
  #member = null;
  #width = 0;
  #height = 0;
  #at = { x: 0, y: 0, scale: 1 }; // of the photo's upper left corner, screen pixels; screen per photo pixels
  #moved = false;
  #whole = false;

  constructor(pictures, name) {
    this.#pictures = pictures;
    this.box = make("div", { class: "box" });
    this.frame = make("div", { class: "frame" });
    this.layer = make("div", { class: "layer" }, this.frame, this.box);
    this.window = make("div", { class: "window", role: "img" }, this.layer);
    this.caption = make("figcaption");
    this.element = make("figure", { class: `viewer ${name}` }, this.window, this.caption);
    this.#listen();
    new ResizeObserver(([entry]) => this.#resize(entry.contentRect)).observe(this.window);
  }

  show(member, whole) {
    const same = this.#member?.object === member?.object;
    this.#member = member;
    this.element.classList.toggle("vacant", !member);
    if (!member || (same && whole === this.#whole)) return;
    this.#whole = whole;
    this.reset();
    if (!same) this.#fill(member);
  }

  describe(text, ...children) {
    set(this.window, "aria-label", text);
    this.caption.replaceChildren(...children.filter((child) => child !== null));
  }

  reset() {
    this.#moved = false;
    if (!this.#member || !this.#width) return;
    const [x, y, width, height] = this.#member.box;
    const share = OBJECT_SHARE * Math.min(this.#width / width, this.#height / height);
    const close = Math.min(share, START_CLOSEST);
    const scale = this.#whole ? this.#fit() : Math.max(close, this.#fit());
    this.#at = {
      scale,
      x: this.#width / 2 - (x + width / 2) * scale,
      y: this.#height / 2 - (y + height / 2) * scale,
    };
    this.#place();
  }

  #fit() {
    const [width, height] = this.#member.size;
    return Math.min(this.#width / width, this.#height / height);
  }

  // The stored thumbnail stands in until the photo is there.
  #fill(member) {
    const picture = this.#pictures.want(photo(member));
    if (picture.ready) return this.#paint(picture);
    this.frame.replaceChildren(make("img", { src: thumb(member), alt: "", draggable: "false" }));
    picture.settled.then(() => {
      if (this.#member === member && picture.ready) this.#paint(picture);
    });
  }

  #paint(picture) {
    // An <img> stands in one place only; a group with two objects of one photo needs it twice.
    this.frame.replaceChildren(picture.image.isConnected ? picture.image.cloneNode() : picture.image);
  }

  #sharpen() {
    const member = this.#member;
    const longest = Math.max(...member.size);
    if (longest <= RENDITION || longest * this.#at.scale * devicePixelRatio < RENDITION * SHARP) return;
    const picture = this.#pictures.want(photo(member, 2560), "low");
    picture.settled.then(() => {
      if (this.#member === member && picture.ready) this.#paint(picture);
    });
  }

  #place() {
    const [width, height] = this.#member.size;
    const { scale } = this.#at;
    this.#at.x = held(this.#at.x, this.#width, width * scale);
    this.#at.y = held(this.#at.y, this.#height, height * scale);
    this.layer.style.width = `${width * scale}px`;
    this.layer.style.height = `${height * scale}px`;
    this.layer.style.translate = `${this.#at.x}px ${this.#at.y}px`;
    const [x, y, boxWidth, boxHeight] = this.#member.box;
    this.box.style.inset = `${(100 * y) / height}% auto auto ${(100 * x) / width}%`;
    this.box.style.width = `${(100 * boxWidth) / width}%`;
    this.box.style.height = `${(100 * boxHeight) / height}%`;
  }

  #resize({ width, height }) {
    this.#width = width;
    this.#height = height;
    if (this.#moved && this.#member) this.#place();
    else this.reset();
  }

  #listen() {
    this.window.addEventListener("wheel", (event) => this.#zoom(event), { passive: false });
    this.window.addEventListener("dblclick", () => this.reset());
    this.window.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.window.setPointerCapture(event.pointerId);
    });
    this.window.addEventListener("pointermove", (event) => {
      if (this.window.hasPointerCapture(event.pointerId)) this.#move(event.movementX, event.movementY);
    });
  }

  #zoom(event) {
    event.preventDefault();
    if (!this.#member) return;
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 32;
    const { scale } = this.#at;
    const next = Math.min(CLOSEST, Math.max(this.#fit(), scale * Math.exp(-pixels * 0.0015)));
    const area = this.window.getBoundingClientRect();
    const [x, y] = [event.clientX - area.left, event.clientY - area.top];
    const moved = (pointer, corner) => pointer - ((pointer - corner) * next) / scale;
    this.#at = { scale: next, x: moved(x, this.#at.x), y: moved(y, this.#at.y) };
    this.#moved = true;
    this.#place();
    this.#sharpen();
  }

  #move(x, y) {
    if (!this.#member || (!x && !y)) return;
    this.#at.x += x;
    this.#at.y += y;
    this.#moved = true;
    this.#place();
  }
}

// A photo that is larger than the window covers it; a smaller one stands in its middle.
function held(offset, room, extent) {
  return extent <= room ? (room - extent) / 2 : Math.min(0, Math.max(room - extent, offset));
}
