// The running review of one desk: things to judge come in, decisions go out. Outlives the element it is shown in.

import { insist, post, Refused } from "./api.js";
import { AHEAD } from "./deck.js";
import { Leases } from "./leases.js";
import { loggedOut } from "./messages.js";
import { Outbox } from "./outbox.js";
import { takeSeat } from "./seat.js";
import { Sight } from "./sight.js";

export class Desk {
  begun = false;
  left = null;
  last = null;
  saved = 0;
  #filling = false;
  #away = false;

  // `work` says what is judged here: `root` of its routes, what they call `one` item, `many` of them, and the
  // `list` of what is served and what comes `back` after an undo; its sentences: `fetching`, `nothingLeft`,
  // `returned`, `gone`, `notHere`.
  constructor({ name, reviewer, work, deck, view, presses }) {
    this.name = name;
    this.work = work;
    this.seat = takeSeat(work.root + name);
    this.deck = deck;
    this.view = view;
    this.presses = presses;
    this.sight = new Sight(deck, view, work.one);
    this.leases = new Leases(this);
    this.outbox = new Outbox(`recurate.outbox.${work.root}${name}.${reviewer}`, {
      send: (entry) => this.#sending(entry),
      answered: (entry, answer) => this.#answered(entry, answer),
      refused: (entry, error) => this.refused(entry, error),
      changed: () => this.report(),
    });
    this.view.data("unused", 0);
  }

  // First what an earlier page load could not save, then more to judge; `item` is asked for first.
  async begin(item) {
    this.begun = true;
    this.report();
    this.#blank("loading", this.work.fetching);
    const wanted = this.outbox.items.includes(item) ? null : item;
    await this.outbox.send();
    const { shown } = this.deck;
    if (this.begun && (!shown || (wanted && shown.item !== wanted))) await this.fill(wanted);
  }

  // Gives everything back when nobody looks any more; false while there is something to save first.
  release() {
    if (this.outbox.entries.length && !this.outbox.ended) return false;
    this.leases.leave();
    this.deck.empty();
    this.begun = false;
    return true;
  }

  // Whoever talks to the server says from which seat, and at which desk.
  post(path, body, options) {
    return post(this.work.root + path, { ...body, seat: this.seat, ...this.work.at(this.name, path) }, options);
  }

  async fill(item = null) {
    if (this.#filling || this.outbox.ended) return;
    this.#filling = true;
    try {
      const answer = await insist(() => this.ask(item), (waiting) => this.#wait(waiting));
      this.#filling = false;
      this.take(answer);
      if (item) this.#bring(item);
      this.#settle();
    } catch (error) {
      this.#filling = false;
      this.stop(error);
    }
  }

  // What to judge next; `item` first of all.
  ask(item) {
    return this.post(this.work.list, { ...this.#room(item), ...(item && { [this.work.one]: item }) });
  }

  // An item that is shown, as it is by now; null if somebody else has it.
  async again(item) {
    const answer = await this.ask(item);
    const { list, one } = this.work;
    return { answer, card: answer[list].find((each) => each[one] === item) ?? null };
  }

  take(answer) {
    if ("last" in answer) this.last = answer.last;
    this.left = answer.left ?? this.left;
    if (this.deck.add(answer[this.work.list] ?? [], this.outbox.items)) this.show();
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
    bar.last(entries.findLast((entry) => entry.verdict) ?? this.last);
    this.view.data("unsaved", unsaved);
    this.view.data("saved", this.saved);
  }

  // The server says no to us as such. What is shown stays, unless the session is over.
  stop(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) this.#end();
    else if (this.deck.shown) this.view.tell(error.message, "warn");
    else this.#blank("error", { title: error.message, button: this.#again("Try again") });
    this.report();
  }

  // The server did not take an entry.
  refused(entry, error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) return this.stop(error);
    const loss = entry.path === "undo" ? "Nothing was taken back." : "That was not saved.";
    this.view.tell(`${error.message} ${loss}`, "warn");
    return this.fill();
  }

  // A decision, or what else is kept for good, is stored, as the server's answer says.
  stored() {
    this.saved += 1;
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

  // What sends an entry whose turn has come; null if there is nothing to send any more.
  #sending(entry) {
    const { path, after, item, stays, lone, before, rejected_new, ...body } = entry;
    if (path === "undo") {
      entry.decision ??= this.last?.decision;
      return entry.decision ? () => this.post(path, { ...body, decision: entry.decision }) : null;
    }
    if (lone) return () => this.post(path, body); // asks for nothing to judge next
    const room = this.#room(stays ? null : item);
    return () => this.post(path, { ...body, ...this.work.names(entry), ...room });
  }

  #answered(entry, answer) {
    if (entry.event) window.__recurate.acknowledged.push(entry.event);
    if (entry.verdict || entry.lone) this.stored(entry, answer);
    const { last } = this;
    this.take(answer);
    if (entry.path === "undo") this.#undone(answer[this.work.back], last);
    else this.#settle();
  }

  #undone(card, last) {
    this.view.tell(card ? "Taken back: decide again." : this.work.gone);
    if (!card) return this.#settle();
    this.deck.returnTo(card, last);
    return this.show();
  }

  #bring(item) {
    if (this.deck.shown?.item === item) return;
    if (this.deck.bring(item)) this.show();
    else this.view.tell(this.work.notHere);
  }

  // Nothing is shown: either something is still on its way, or nothing is left.
  #settle() {
    if (this.deck.shown || this.outbox.ended) return;
    if (this.outbox.entries.length || this.#filling) return this.#blank("loading", this.work.fetching);
    this.sight.address(null);
    this.#blank("empty", { ...this.work.nothingLeft(this.name, this.left), button: this.#again("Look again") });
  }

  #again(label) {
    const press = () => {
      this.#blank("loading", this.work.fetching);
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
