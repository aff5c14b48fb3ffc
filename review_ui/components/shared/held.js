// One thing to judge that this tab holds a lease on.

export class Held {
  lost = false;
  broken = false;

  // `item`: its id.
  constructor(item, card) {
    this.item = item;
    this.card = card;
  }

  // The same thing as the server has it by now.
  renew(card) {
    this.card = card;
  }
}
