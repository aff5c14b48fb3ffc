// What each key does to a group.

import { MARKS, misfit, rejectedNew, rejection, toggled } from "./marks.js";
import { Presses } from "./presses.js";

export class GroupPresses extends Presses {
  markedByHand = new Map(); // item -> objects that had a mark when it was decided
  #described = null; // the object whose caption is being written

  constructor() {
    super("group", "A picture of this group");
  }

  act(command, at, number) {
    if (command === "number") return this.#mark("different", number - 1);
    if (Object.hasOwn(MARKS, command)) return this.#mark(command);
    return super.act(command, at);
  }

  accept(at) {
    this.#decide("accept", at);
  }

  reject(at) {
    this.#decide("reject", at);
  }

  escape() {
    const { view, deck } = this.desk;
    if (view.dialog) return view.close();
    view.look.zoomed = false;
    return deck.shown && view.update(deck.shown);
  }

  zoom() {
    this.#look("zoomed");
  }

  whole() {
    this.#look("whole");
  }

  previous() {
    this.choose((this.desk.deck.shown?.focus ?? 0) - 1);
  }

  next_member() {
    this.choose((this.desk.deck.shown?.focus ?? 0) + 1);
  }

  choose = (index) => {
    const { deck, view } = this.desk;
    if (!deck.shown?.card.members[index]) return;
    deck.shown.focus = index;
    view.update(deck.shown);
  };

  caption() {
    const { deck, view } = this.desk;
    const { shown } = deck;
    if (!this.usable(shown?.broken)) return;
    this.#described = shown.card.members[shown.focus].object;
    view.dialogs.caption.reset(shown.focus + 1, shown.card.members[shown.focus]);
    view.open("caption");
  }

  // Returns why the caption could not be sent, or "".
  sendCaption = (text) => {
    const { deck, view } = this.desk;
    const member = deck.shown?.card.members.find(({ object }) => object === this.#described);
    if (!member) return "Another group is shown by now: press Esc and look again.";
    if (!this.usable(deck.shown.broken)) return "The caption was not sent yet: press Enter again.";
    view.close();
    this.desk.describe(member, text.replace(/\s+/g, " ").trim());
    return "";
  };

  send(verdict, at, { marks = {}, reason = null }) {
    const { card } = this.desk.deck.shown;
    const rejected_new = rejectedNew(card, verdict, new Map(Object.entries(marks)));
    this.decided(verdict, at, { version: card.version, marks, rejected_new, ...(reason && { reason }) });
    this.next(at);
  }

  #look(name) {
    const { deck, view } = this.desk;
    if (!deck.shown) return;
    view.look[name] = !view.look[name];
    view.update(deck.shown);
  }

  #mark(mark, index = null) {
    const { deck, view } = this.desk;
    const held = deck.shown;
    if (this.blocked(held?.broken)) return this.waste(this.blocked(held?.broken));
    const member = held.card.members[index ?? held.focus];
    if (!member) return view.tell(`This group has no member ${index + 1}.`);
    held.focus = index ?? held.focus;
    held.marks = toggled(held.marks, member.object, mark);
    return view.update(held);
  }

  #decide(verdict, at) {
    const { deck, view } = this.desk;
    if (!this.usable()) return;
    const problem = misfit(verdict, deck.shown.card.members, deck.shown.marks);
    if (problem) return view.tell(problem, "warn");
    const { card, marks } = deck.shown;
    const said = verdict === "reject" ? rejection(card, marks) : { verdict, marks };
    this.markedByHand.set(card.item, new Set(marks.keys()));
    this.send(said.verdict, at, { marks: Object.fromEntries(said.marks) });
    if (said.verdict !== verdict) view.tell("The new views were set apart; the group stays accepted without them.");
    return undefined;
  }
}
