// What this tab holds a lease on: the item that is shown and those that come next.

export const AHEAD = 3;
const MOST_AHEAD = 8; // after many undos; what falls off comes back from the queue

export class Deck {
  shown = null;
  ahead = [];
  #hold;
  #changed;

  // `hold(card, last)` makes an item of what the server sent, `last` being the decision that was just taken back;
  // `changed()` comes whenever other items are held or another one is shown, to load their pictures.
  constructor(hold, changed) {
    this.#hold = hold;
    this.#changed = changed;
  }

  get all() {
    return [this.shown, ...this.ahead].filter(Boolean);
  }

  get items() {
    return this.all.map((held) => held.item);
  }

  // Takes in what was leased and returns whether there is something to show now where there was nothing.
  add(cards, gone) {
    const known = new Set([...this.items, ...gone]);
    const fresh = cards.map((card) => this.#hold(card)).filter((held) => !known.has(held.item));
    this.ahead.push(...fresh);
    const news = !this.shown && this.ahead.length > 0;
    if (news) this.shown = this.ahead.shift();
    this.#changed();
    return news;
  }

  advance() {
    this.shown = this.ahead.shift() ?? null;
    this.#changed();
  }

  // Shows `card` again; what was shown until now comes right after it, as the reviewer left it.
  returnTo(card, last) {
    const held = this.#hold(card, last);
    this.ahead = this.all.filter((other) => other.item !== held.item).slice(0, MOST_AHEAD);
    this.shown = held;
    this.#changed();
  }

  // Brings a prefetched item forward; false if it is not held.
  bring(item) {
    const index = this.ahead.findIndex((held) => held.item === item);
    if (index < 0) return false;
    const [wanted] = this.ahead.splice(index, 1);
    if (this.shown) this.ahead.unshift(this.shown);
    this.shown = wanted;
    this.#changed();
    return true;
  }

  // Lets go of prefetched items; the shown one stays.
  drop(items) {
    this.ahead = this.ahead.filter((held) => !items.has(held.item));
    this.#changed();
  }

  empty() {
    this.shown = null;
    this.ahead = [];
    this.#changed();
  }
}
