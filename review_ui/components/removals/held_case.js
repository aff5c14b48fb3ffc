// A case that this tab holds, and the output of it that is shown.

import { Held } from "./held.js";
import { Pictures } from "./pictures.js";

export class HeldCase extends Held {
  tiles = new Pictures();

  // `last`: the decision that was just taken back, whose output is shown again.
  constructor(card, last = null) {
    super(card.object, card);
    const again = card.outputs.findIndex(({ removal }) => removal === last?.removal);
    this.chosen = again >= 0 ? again : Math.max(0, this.#open);
  }

  // The output that is shown.
  get output() {
    return this.card.outputs[this.chosen];
  }

  outputOf(removal) {
    return this.card.outputs.find((each) => each.removal === removal);
  }

  // Goes on to an output that wants a word of this person; false if there is none.
  onward() {
    if (this.#open < 0) return false;
    this.chosen = this.#open;
    return true;
  }

  renew(card) {
    const { removal } = this.output;
    super.renew(card);
    this.chosen = Math.max(0, card.outputs.findIndex((each) => each.removal === removal));
  }

  // The one that the numbers doubt least, of those that want a word; each keeps its key whichever is shown.
  get #open() {
    const { outputs } = this.card;
    const doubts = outputs.map(({ wanted, suggested_reasons: { length } }) => (wanted ? length : Infinity));
    const least = Math.min(...doubts);
    return least === Infinity ? -1 : doubts.indexOf(least);
  }
}
