// Brings the deck's item on the screen and knows when it has been seen.

const MOST_PAINTS = 2000;

// Item -> the sight that put it into the page's address: Streamlit hands it back when it runs again.
const addressed = new Map();

export class Sight {
  paintedAt = 0; // ms of performance.now(); 0 while what is shown was not seen yet
  #pressedAt = 0;
  #shows = 0;
  #deck;
  #view;
  #name;

  // `name`: what the page's address calls the item.
  constructor(deck, view, name) {
    this.#deck = deck;
    this.#view = view;
    this.#name = name;
  }

  // Whether somebody asks for the item anew, and it is not just what this page's address says anyway.
  isNews(item) {
    return !addressed.has(item);
  }

  // Whether another desk of this page left the item in the address.
  isForeign(item) {
    return addressed.has(item) && addressed.get(item) !== this;
  }

  // The time of the key that brings up the next item.
  pressed(at) {
    this.#pressedAt = at;
  }

  lose() {
    this.#shows += 1;
    this.paintedAt = 0;
    this.#view.data("painted", false);
  }

  // In the same task as the key, so that the next frame has the item; `broken` is called if a picture of it is.
  show(broken) {
    this.lose();
    this.#view.show(this.#deck.shown);
    this.wait(broken);
  }

  // Waits until what the view shows by now can be seen.
  wait(broken) {
    this.lose();
    const time = this.#shows;
    const held = this.#deck.shown;
    const pictures = this.#view.awaited(held);
    const painted = () => this.#shows === time && this.#whenSeen(held, pictures, broken);
    if (pictures.every((picture) => picture.ready)) painted();
    else Promise.all(pictures.map((picture) => picture.settled)).then(painted);
  }

  // The second frame's callback runs after the first frame was handed to the screen.
  #whenSeen(held, pictures, broken) {
    const time = this.#shows;
    const seen = () => {
      if (this.#shows !== time || !this.#view.root.checkVisibility()) return;
      if (pictures.some((picture) => picture.broken)) broken(held);
      else this.#seen(held.item);
    };
    requestAnimationFrame(() => requestAnimationFrame(seen));
  }

  #seen(item) {
    const { paints } = window.__recurate;
    this.paintedAt = performance.now();
    this.#view.data("painted", true);
    if (this.#pressedAt) paints.push(this.paintedAt - this.#pressedAt);
    this.#pressedAt = 0;
    if (paints.length > MOST_PAINTS) paints.splice(0, paints.length - MOST_PAINTS);
    this.address(item);
  }

  address(item) {
    if (!this.#view.root.checkVisibility()) return;
    const url = new URL(location);
    if (item) url.searchParams.set(this.#name, item);
    else url.searchParams.delete(this.#name);
    if (item) addressed.set(item, this);
    history.replaceState(history.state, "", url);
  }
}
