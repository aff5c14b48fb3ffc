// Pairs that wait for their verdict, measured one after the other as the server does.

import * as server from "./server.js";

export class Measuring {
  #queued = new Set();
  #last = Promise.resolve();

  has(pair) {
    return this.#queued.has(pair);
  }

  get pairs() {
    return this.#queued;
  }

  // Resolves to the pair's detail when it is measured; `png` is a mask to measure it with.
  measure(pair, png = null) {
    this.#queued.add(pair);
    const work = () => (png ? server.correctMask(pair, png) : server.check(pair));
    const measured = this.#last.then(work).finally(() => this.#queued.delete(pair));
    this.#last = measured.catch(() => {});
    return measured;
  }
}
