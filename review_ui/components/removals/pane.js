// One window onto the photo's plane: pictures of the same size lie upon each other in it.

import { make } from "./dom.js";
import { Outlines } from "./outlines.js";
import { CaseTiles } from "./tiles.js";

const { OpenSeadragon } = window;
const OPTIONS = {
  drawer: "canvas",
  prefixUrl: "",
  showNavigationControl: false,
  keyboardNavEnabled: false,
  tabIndex: -1,
  preserveViewport: true,
  autoResize: false, // see #resize
  silenceMultiImageWarnings: true,
  animationTime: 0.2, // seconds
  visibilityRatio: 0.2,
  minZoomImageRatio: 0.5,
  maxZoomPixelRatio: 12, // screen pixels for one of the photo
  imageLoaderLimit: 0, // browsers have their own
  timeout: 86_400_000, // ms; who fetches tiles does not give up
  gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false, flickEnabled: false },
};

export class Pane {
  layers = new Map(); // name -> OpenSeadragon's TiledImage
  #viewer = null;
  #size = [1, 1];
  #showing = 0;
  #told;

  // `told` hears `moved(pane)` in each frame that shows another place, `resized(pane)` before that is drawn,
  // `touched(pane)` when somebody moves it by hand, and `loaded()` when a layer is there, or there in full.
  constructor(name, colours, told) {
    this.#told = told;
    this.outlines = new Outlines(colours);
    this.window = make("div", { class: "window" });
    this.caption = make("figcaption");
    this.element = make("figure", { class: `pane ${name}` }, this.window, this.outlines.element, this.caption);
    new ResizeObserver(() => this.#resize()).observe(this.window);
  }

  // `layers`: name -> what says where its tiles are, from the lowest to the highest. They load while they are
  // hidden; `cover` shows them.
  show(held, layers) {
    this.clear();
    this.#size = held.card.size;
    for (const [name, address] of Object.entries(layers)) this.add(held, name, address);
  }

  add(held, name, address) {
    const showing = this.#showing;
    const viewer = (this.#viewer ??= this.#open());
    viewer.addTiledImage({
      tileSource: new CaseTiles(held, address),
      x: 0,
      y: 0,
      width: 1,
      opacity: 0,
      preload: true,
      success: ({ item }) => {
        if (showing !== this.#showing) return viewer.world.removeItem(item);
        this.layers.set(name, item);
        item.addHandler("fully-loaded-change", () => this.#told.loaded());
        return this.#told.loaded();
      },
    });
  }

  clear() {
    this.#showing += 1;
    this.layers.clear();
    this.#viewer?.world.removeAll();
  }

  // Shows these layers and hides all others, and knows at once what of them is there.
  cover(names) {
    for (const [name, item] of this.layers) item.setOpacity(names.includes(name) ? 1 : 0);
    if (this.layers.size) this.#viewer.world.update(true);
  }

  isLoaded(name) {
    return this.layers.get(name)?.getFullyLoaded() ?? false;
  }

  isBroken(name) {
    return this.layers.get(name)?.source.broken ?? false;
  }

  get room() {
    return [this.window.clientWidth, this.window.clientHeight];
  }

  // Pixels of the photo that are seen: x, y, width, height.
  get seen() {
    const { x, y, width, height } = this.#viewport.getBounds(true);
    return [x, y, width, height].map((each) => each * this.#size[0]);
  }

  fit([x, y, width, height], immediately) {
    const [unit] = this.#size;
    const box = new OpenSeadragon.Rect(x / unit, y / unit, width / unit, height / unit);
    this.#viewport.fitBounds(box, immediately);
  }

  // Screen pixels for one of the photo.
  scaleTo(scale) {
    this.#viewport.zoomTo((scale * this.#size[0]) / this.room[0]);
  }

  zoom(factor) {
    this.#viewport.zoomBy(factor).applyConstraints();
  }

  // Shares of the window.
  pan(x, y) {
    const { width, height } = this.#viewport.getBounds();
    this.#viewport.panBy(new OpenSeadragon.Point(x * width, y * height)).applyConstraints();
  }

  // Shows what `leader` shows, in this very frame.
  follow(leader) {
    this.#viewport.fitBounds(leader.#viewport.getBounds(true), true);
    this.#draw();
  }

  get #viewport() {
    return this.#viewer.viewport;
  }

  #draw() {
    const { world } = this.#viewer;
    this.#viewport.update();
    world.update(true);
    world.draw();
    this.outlines.place(this.seen, this.room);
  }

  // OpenSeadragon's own way of following its element shows a frame at another scale.
  #resize() {
    const [width, height] = this.room;
    if (!this.#viewer || !width || !height) return;
    const center = this.#viewport.getCenter(true);
    this.#viewport.resize(new OpenSeadragon.Point(width, height), true);
    this.#viewport.panTo(center, true);
    this.#told.resized(this);
    this.#draw();
  }

  // Layers that are hidden wait until nothing moves: what moves needs the time for itself.
  #loadHidden(loads) {
    for (const item of this.layers.values()) item.setPreload(loads);
    if (loads) this.#viewer.world.update(true);
  }

  #open() {
    const viewer = new OpenSeadragon.Viewer({ ...OPTIONS, element: this.window });
    viewer.addHandler("viewport-change", () => {
      this.outlines.place(this.seen, this.room);
      this.#told.moved(this);
    });
    viewer.addHandler("animation-start", () => this.#loadHidden(false));
    viewer.addHandler("animation-finish", () => this.#loadHidden(true));
    for (const event of ["canvas-drag", "canvas-scroll", "canvas-pinch"]) {
      viewer.addHandler(event, () => this.#told.touched(this));
    }
    return viewer;
  }
}
