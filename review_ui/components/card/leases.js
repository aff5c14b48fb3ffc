// Keeps this tab's cards while somebody looks at them, and gives them back after.

import { post, Refused } from "./api.js";

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

  // Not while something is unsaved: the server would hand the group to somebody else meanwhile.
  leave() {
    const { outbox, deck, seat } = this.#desk;
    if (outbox.entries.length || !deck.items.length) return;
    // The page is going: nobody is left to hear of a failure, and leases run out by themselves.
    post("leave", { seat }, { keepalive: true }).catch(() => {});
  }

  #looked = () => {
    if (document.visibilityState === "visible") this.#beat();
  };

  async #beat() {
    const { begun, outbox, deck, seat } = this.#desk;
    if (!begun || outbox.ended) return;
    const items = [...new Set([...deck.items, ...outbox.items])];
    if (!items.length) return void this.#desk.fill();
    try {
      const { kept } = await post("heartbeat", { seat, items });
      await this.#lose(new Set(items.filter((item) => !kept.includes(item))));
    } catch (error) {
      if (error instanceof Refused) this.#desk.stop(error);
      // else the server is away: the next beat tells, and what is unsaved keeps trying by itself
    }
  }

  // A lease that ran out while the computer slept is taken anew unless somebody else has the group by now.
  async #lose(lost) {
    if (!lost.size) return;
    const { deck } = this.#desk;
    deck.drop(lost);
    if (deck.shown && lost.has(deck.shown.item)) await this.#renew(deck.shown);
    else await this.#desk.fill();
  }

  async #renew(shown) {
    const answer = await post("cards", this.#desk.request(shown.item));
    const again = answer.cards.find((card) => card.item === shown.item);
    // The same group with the same members, maybe with more votes.
    if (again) shown.card = { ...again, members: shown.card.members };
    else if (this.#desk.deck.shown === shown) this.#desk.presses.lost(shown);
    this.#desk.take(answer);
  }
}
