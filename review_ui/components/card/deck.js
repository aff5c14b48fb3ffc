// The cards that this tab holds a lease on: the one that is shown and those that come next.

import { crop, photo } from "./pictures.js";

export const AHEAD = 3;
const MOST_AHEAD = 8; // after many undos; what falls off comes back from the queue

class Held {
  lost = false;
  broken = false;
  focus = 1; // index of the member that the keys are about
  beside = 1; // index of the member whose photo stands beside the anchor's

  constructor(card) {
    this.card = card;
    this.marks = new Map(Object.entries(card.mine?.marks ?? {}));
  }

  get item() {
    return this.card.item;
  }
}

export class Deck {
  shown = null;
  ahead = [];
  #pictures;

  constructor(pictures) {
    this.#pictures = pictures;
  }

  get items() {
    return [this.shown, ...this.ahead].filter(Boolean).map((held) => held.item);
  }

  // Takes in leased cards and returns whether there is a card to show now where there was none.
  add(cards, gone) {
    const known = new Set([...this.items, ...gone]);
    this.ahead.push(...cards.filter((card) => !known.has(card.item)).map((card) => new Held(card)));
    const news = !this.shown && this.ahead.length > 0;
    if (news) this.shown = this.ahead.shift();
    this.#load();
    return news;
  }

  advance() {
    this.shown = this.ahead.shift() ?? null;
    this.#load();
  }

  // Shows `card` again; what was shown until now comes right after it, with its marks.
  returnTo(card) {
    const others = [this.shown, ...this.ahead].filter((held) => held && held.item !== card.item);
    this.ahead = others.slice(0, MOST_AHEAD);
    this.shown = new Held(card);
    this.#load();
  }

  // Brings a prefetched item forward; false if it is not held.
  bring(item) {
    const index = this.ahead.findIndex((held) => held.item === item);
    if (index < 0) return false;
    const [wanted] = this.ahead.splice(index, 1);
    if (this.shown) this.ahead.unshift(this.shown);
    this.shown = wanted;
    this.#load();
    return true;
  }

  // Lets go of prefetched items; the shown one stays.
  drop(items) {
    this.ahead = this.ahead.filter((held) => !items.has(held.item));
    this.#load();
  }

  empty() {
    this.shown = null;
    this.ahead = [];
    this.#pictures.keep(new Set());
  }

  get crops() {
    return this.#crops(this.shown);
  }

  #crops(held) {
    const urgency = held === this.shown ? "high" : "low";
    return held.card.members.map((member) => this.#pictures.want(crop(member), urgency));
  }

  // What is seen first comes first: browsers fetch six pictures at a time.
  #load() {
    const near = [this.shown, ...this.ahead.slice(0, AHEAD)].filter(Boolean);
    const pictures = near.flatMap((held) => [...this.#crops(held), ...this.#photos(held)]);
    const own = this.shown?.card.members.flatMap((member) => [photo(member), photo(member, 2560)]) ?? [];
    this.#pictures.keep(new Set([...pictures.map((picture) => picture.url), ...own]));
  }

  #photos(held) {
    const urgency = held === this.shown ? "auto" : "low";
    return held.card.members.slice(0, 2).map((member) => this.#pictures.want(photo(member), urgency));
  }
}
