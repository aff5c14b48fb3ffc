// The running review of one desk: cards come in, decisions go out. Outlives the element it is shown in.

import { insist, post, Refused } from "./api.js";
import { AHEAD, Deck } from "./deck.js";
import { Leases } from "./leases.js";
import { FETCHING, loggedOut, nothingLeft } from "./messages.js";
import { Outbox } from "./outbox.js";
import { Pictures } from "./pictures.js";
import { Presses } from "./presses.js";
import { takeSeat } from "./seat.js";
import { Sight } from "./sight.js";
import { View } from "./view.js";

export class Desk {
  begun = false;
  left = null;
  last = null;
  saved = 0;
  #filling = false;
  #away = false;

  constructor(name, reviewer) {
    const pictures = new Pictures();
    this.name = name;
    this.seat = takeSeat(name);
    this.deck = new Deck(pictures);
    this.presses = new Presses(this);
    this.view = new View(pictures, this.presses);
    this.sight = new Sight(this.deck, this.view);
    this.leases = new Leases(this);
    this.outbox = new Outbox(`recurate.outbox.${name}.${reviewer}`, (entry) => this.#body(entry), {
      answered: (entry, answer) => this.#answered(entry, answer),
      refused: (entry, error) => this.#refused(entry, error),
      changed: () => this.report(),
    });
    this.view.data("unused", 0);
  }

  // First what an earlier page load could not save, then cards; `item` is asked for first.
  async begin(item) {
    this.begun = true;
    this.report();
    this.#blank("loading", FETCHING);
    const wanted = this.outbox.items.includes(item) ? null : item;
    await this.outbox.send();
    const { shown } = this.deck;
    if (this.begun && (!shown || (wanted && shown.item !== wanted))) await this.fill(wanted);
  }

  // Gives the cards back when nobody looks any more; false while there is something to save first.
  release() {
    if (this.outbox.entries.length && !this.outbox.ended) return false;
    this.leases.leave();
    this.deck.empty();
    this.begun = false;
    return true;
  }

  async fill(item = null) {
    if (this.#filling || this.outbox.ended) return;
    this.#filling = true;
    try {
      const answer = await insist(() => post("cards", this.request(item)), (waiting) => this.#wait(waiting));
      this.#filling = false;
      this.take(answer);
      if (item) this.#bring(item);
      this.#settle();
    } catch (error) {
      this.#filling = false;
      this.stop(error);
    }
  }

  request(item) {
    return { seat: this.seat, desk: this.name, ...this.#room(item), ...(item && { item }) };
  }

  take(answer) {
    if ("last" in answer) this.last = answer.last;
    this.left = answer.left ?? this.left;
    if (this.deck.add(answer.cards ?? [], this.outbox.items)) this.show();
    this.report();
  }

  show() {
    if (this.deck.shown) return this.sight.show((held) => this.presses.broken(held));
    this.sight.lose();
    return this.#settle();
  }

  report() {
    const { unsaved, undoing, waiting, ended, entries } = this.outbox;
    const { headline, bar } = this.view;
    headline.save({ unsaved, undoing, ended, saved: this.saved, waiting: waiting || this.#away });
    headline.count(this.left, this.name);
    bar.last(entries.findLast((entry) => entry.verdict)?.verdict ?? this.last?.verdict);
    this.view.data("unsaved", unsaved);
    this.view.data("saved", this.saved);
  }

  // The server says no to us as such. A card that is shown stays, unless the session is over.
  stop(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) this.#end();
    else if (this.deck.shown) this.view.tell(error.message, "warn");
    else this.#blank("error", { title: error.message, button: this.#again("Try again") });
    this.report();
  }

  #end() {
    this.outbox.ended = true;
    this.#blank("error", loggedOut(this.outbox.unsaved));
  }

  // What the tab holds, without an item that it asks for or gives away, and how much more it wants.
  #room(except) {
    const have = new Set([...this.deck.items, ...this.outbox.items]);
    have.delete(except);
    const want = AHEAD - this.deck.ahead.length + (this.deck.shown ? 0 : 1);
    return { have: [...have], want: Math.max(1, want) };
  }

  #body(entry) {
    const { path, after, ...body } = entry;
    const from = { ...body, seat: this.seat, desk: this.name };
    if (path !== "undo") return { ...from, ...this.#room(entry.item) };
    entry.decision ??= this.last?.decision;
    return entry.decision ? { ...from, decision: entry.decision } : null;
  }

  #answered(entry, answer) {
    if (entry.event) window.__recurate.acknowledged.push(entry.event);
    if (entry.path === "decisions") this.saved += 1;
    this.take(answer);
    if (entry.path === "undo") this.#undone(answer.card);
    else this.#settle();
  }

  #undone(card) {
    this.view.tell(card ? "Taken back: decide again." : "Taken back. The group is no longer in your queue.");
    if (!card) return this.#settle();
    this.deck.returnTo(card);
    return this.show();
  }

  #refused(entry, error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) return this.stop(error);
    const loss = entry.path === "undo" ? "Nothing was taken back." : "That was not saved.";
    this.view.tell(`${error.message} ${loss}`, "warn");
    return this.fill();
  }

  #bring(item) {
    if (this.deck.shown?.item === item) return;
    if (this.deck.bring(item)) this.show();
    else this.view.tell("The group you asked for is decided, or somebody else has it: here is the next one.");
  }

  // Nothing is shown: either something is still on its way, or nothing is left.
  #settle() {
    if (this.deck.shown || this.outbox.ended) return;
    if (this.outbox.entries.length || this.#filling) return this.#blank("loading", FETCHING);
    this.sight.address(null);
    this.#blank("empty", { ...nothingLeft(this.name, this.left), button: this.#again("Look again") });
  }

  #again(label) {
    const press = () => {
      this.#blank("loading", FETCHING);
      this.fill();
    };
    return { label, press };
  }

  #blank(state, message) {
    this.sight.lose();
    this.view.blank(state, message);
  }

  #wait(waiting) {
    this.#away = waiting;
    this.report();
  }
}
