// Keeps what this tab holds while somebody looks at it, and gives it back after.

import { Refused } from "./api.js";

const BEAT = 30_000; // ms; a quarter of the default lease

export class Leases {
  #desk;
  #timer = 0;

  constructor(desk) {
    this.#desk = desk;
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.#beat());
  }

  wake() {
    if (this.#timer) return;
    this.#timer = setInterval(() => this.#beat(), BEAT);
    document.addEventListener("visibilitychange", this.#looked);
  }

  sleep() {
    clearInterval(this.#timer);
    this.#timer = 0;
    document.removeEventListener("visibilitychange", this.#looked);
  }

  // Not while something is unsaved: the server would hand the item to somebody else meanwhile.
  leave() {
    const { outbox, deck } = this.#desk;
    if (outbox.entries.length || !deck.items.length) return;
    // The page is going: nobody is left to hear of a failure, and leases run out by themselves.
    this.#desk.post("leave", {}, { keepalive: true }).catch(() => {});
  }

  #looked = () => {
    if (document.visibilityState === "visible") this.#beat();
  };

  async #beat() {
    const { begun, outbox, deck, work } = this.#desk;
    if (!begun || outbox.ended) return;
    const items = [...new Set([...deck.items, ...outbox.items])];
    if (!items.length) return void this.#desk.fill();
    try {
      const { kept } = await this.#desk.post("heartbeat", { [work.many]: items });
      await this.#lose(new Set(items.filter((item) => !kept.includes(item))));
    } catch (error) {
      if (error instanceof Refused) this.#desk.stop(error);
      // else the server is away: the next beat tells, and what is unsaved keeps trying by itself
    }
  }

  // A lease that ran out while the computer slept is taken anew unless somebody else has the item by now.
  async #lose(lost) {
    if (!lost.size) return;
    const { deck } = this.#desk;
    deck.drop(lost);
    if (deck.shown && lost.has(deck.shown.item)) await this.#renew(deck.shown);
    else await this.#desk.fill();
  }

  async #renew(shown) {
    const { answer, card } = await this.#desk.again(shown.item);
    if (card) shown.renew(card);
    else if (this.#desk.deck.shown === shown) this.#desk.presses.lost(shown);
    this.#desk.take(answer);
  }
}
