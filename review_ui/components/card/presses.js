// What each key does, and which presses are not used.

import { plural } from "./dom.js";
import { MARKS, misfit, toggled } from "./marks.js";

export class Presses {
  #desk;
  #unused = new Map(); // reason -> presses in this page
  #run = [0, ""]; // presses in a row that were not used for one reason

  constructor(desk) {
    this.#desk = desk;
  }

  press = (command, at, number = 0) => {
    const { view } = this.#desk;
    if (view.dialog && !["help", "escape"].includes(command)) return this.#waste("while a window was open");
    if (command === "number") return this.#mark("different", number - 1);
    if (Object.hasOwn(MARKS, command)) return this.#mark(command);
    return this[command](at);
  };

  accept(at) {
    this.#decide("accept", at);
  }

  reject(at) {
    this.#decide("reject", at);
  }

  skip(at) {
    const { deck, outbox } = this.#desk;
    const { shown } = deck;
    if (!shown?.lost && !this.#usable(shown?.broken)) return;
    this.#used();
    if (!shown.lost) outbox.add({ path: "skip", item: shown.item });
    this.#next(at);
  }

  undo() {
    const { outbox, last, view } = this.#desk;
    const unsaved = outbox.entries.findLast((entry) => entry.path === "decisions");
    if (outbox.ended) return this.#waste("after the session had ended");
    if (outbox.undoing) return this.#waste("while a decision was being taken back");
    if (!unsaved && !last) return view.tell("There is nothing to take back.");
    this.#used();
    outbox.add({ path: "undo", event: crypto.randomUUID(), after: unsaved?.event });
    return this.#desk.report();
  }

  flag() {
    const { view, deck } = this.#desk;
    if (!this.#usable(deck.shown?.broken)) return;
    view.flag.reset();
    view.open("flag");
  }

  // Returns why the flag could not be sent, or "".
  sendFlag = (reason, at) => {
    const { view, deck } = this.#desk;
    if (!this.#usable(deck.shown?.broken)) return "The flag was not sent yet: press Enter again.";
    view.close();
    this.#send("flag", at, { reason });
    return "";
  };

  help() {
    const { view } = this.#desk;
    if (view.dialog === "help") view.close();
    else if (!view.dialog) view.open("help");
  }

  escape() {
    const { view, deck } = this.#desk;
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
    this.choose((this.#desk.deck.shown?.focus ?? 0) - 1);
  }

  next() {
    this.choose((this.#desk.deck.shown?.focus ?? 0) + 1);
  }

  choose = (index) => {
    const { deck, view } = this.#desk;
    if (!deck.shown?.card.members[index]) return;
    deck.shown.focus = index;
    view.update(deck.shown);
  };

  lost(held) {
    const { view } = this.#desk;
    held.lost = true;
    view.update(held);
    const why = "Somebody else has this group now, because this window did not answer for a while";
    view.tell(`${why}: press Space for the next one.`, "warn");
  }

  broken(held) {
    held.broken = true;
    const told = "A picture of this group cannot be shown: flag it with F, or skip it with Space.";
    this.#desk.view.tell(told, "warn");
  }

  #look(name) {
    const { deck, view } = this.#desk;
    if (!deck.shown) return;
    view.look[name] = !view.look[name];
    view.update(deck.shown);
  }

  #mark(mark, index = null) {
    const { deck, view } = this.#desk;
    const held = deck.shown;
    if (this.#blocked(held?.broken)) return this.#waste(this.#blocked(held?.broken));
    const member = held.card.members[index ?? held.focus];
    if (!member) return view.tell(`This group has no member ${index + 1}.`);
    held.focus = index ?? held.focus;
    held.marks = toggled(held.marks, member.object, mark);
    return view.update(held);
  }

  #decide(verdict, at) {
    const { deck, view } = this.#desk;
    if (!this.#usable()) return;
    const problem = misfit(verdict, deck.shown.card.members, deck.shown.marks);
    if (problem) view.tell(problem, "warn");
    else this.#send(verdict, at, { marks: Object.fromEntries(deck.shown.marks) });
  }

  #send(verdict, at, { marks = {}, reason = null }) {
    const { deck, outbox, sight } = this.#desk;
    const { item, version } = deck.shown.card;
    const seconds = sight.paintedAt && Math.max(0, (at - sight.paintedAt) / 1000);
    this.#used();
    outbox.add({
      path: "decisions",
      event: crypto.randomUUID(),
      item,
      version,
      verdict,
      marks,
      ...(reason && { reason }),
      ...(seconds && { seconds }),
    });
    this.#next(at);
  }

  #next(at) {
    const desk = this.#desk;
    desk.sight.pressed(at);
    desk.deck.advance();
    desk.show();
    desk.report();
  }

  #usable(unseen = false) {
    const full = this.#desk.outbox.full ? "while two decisions were not saved yet" : null;
    const reason = this.#blocked(unseen) ?? full;
    if (reason) this.#waste(reason);
    return !reason;
  }

  // Why nothing can be said about the shown card now; null if it can. `unseen`: it need not be whole.
  #blocked(unseen = false) {
    const { deck, outbox, sight } = this.#desk;
    if (outbox.ended) return "after the session had ended";
    if (outbox.undoing) return "while a decision was being taken back";
    if (deck.shown?.lost) return "for a group that somebody else has now";
    if (deck.shown?.broken && !unseen) return "for a group with a picture that cannot be shown";
    if (!deck.shown) return "while no group was on the screen";
    return sight.paintedAt || unseen ? null : "before the card was painted";
  }

  #waste(reason) {
    const { view } = this.#desk;
    this.#unused.set(reason, (this.#unused.get(reason) ?? 0) + 1);
    this.#run = [this.#run[1] === reason ? this.#run[0] + 1 : 1, reason];
    const [count] = this.#run;
    view.headline.waste(this.#unused);
    view.data("unused", [...this.#unused.values()].reduce((sum, each) => sum + each, 0));
    const were = count === 1 ? "was" : "were";
    view.tell(`${plural(count, "key press", "key presses")} came ${reason} and ${were} not used.`, "warn");
  }

  #used() {
    this.#run = [0, ""];
    this.#desk.view.tell("");
  }
}
