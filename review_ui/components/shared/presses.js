// What the keys of every desk do, and which presses are not used.

import { plural } from "./dom.js";

export class Presses {
  #unused = new Map(); // reason -> presses in this page
  #run = [0, ""]; // presses in a row that were not used for one reason
  #what;
  #picture;

  // `what` is judged; `picture` of it may be broken.
  constructor(what, picture) {
    this.#what = what;
    this.#picture = picture;
  }

  // Before any key comes.
  serve(desk) {
    this.desk = desk;
  }

  press = (command, at, number = 0) => {
    const { view } = this.desk;
    if (view.dialog && !["help", "escape"].includes(command)) return this.waste("while a window was open");
    return this.act(command, at, number);
  };

  act(command, at) {
    return this[command](at);
  }

  skip(at) {
    const { deck, outbox } = this.desk;
    const { shown } = deck;
    if (!shown?.lost && !this.usable(shown?.broken)) return;
    this.used();
    if (!shown.lost) outbox.add({ path: "skip", item: shown.item });
    this.next(at);
  }

  undo() {
    const { outbox, last, view } = this.desk;
    const unsaved = outbox.entries.findLast((entry) => entry.path === "decisions");
    if (outbox.ended) return this.waste("after the session had ended");
    if (outbox.undoing) return this.waste("while a decision was being taken back");
    if (!unsaved && !last) return view.tell("There is nothing to take back.");
    this.used();
    outbox.add({ path: "undo", event: crypto.randomUUID(), after: unsaved?.event });
    return this.desk.report();
  }

  flag() {
    const { view, deck } = this.desk;
    if (!this.usable(deck.shown?.broken)) return;
    view.dialogs.flag.reset();
    view.open("flag");
  }

  // Returns why the flag could not be sent, or "".
  sendFlag = (reason, at) => {
    const { view, deck } = this.desk;
    if (!this.usable(deck.shown?.broken)) return "The flag was not sent yet: press Enter again.";
    view.close();
    this.send("flag", at, { reason });
    return "";
  };

  help() {
    const { view } = this.desk;
    if (view.dialog === "help") view.close();
    else if (!view.dialog) view.open("help");
  }

  lost(held) {
    const { view } = this.desk;
    held.lost = true;
    view.update(held);
    const why = `Somebody else has this ${this.#what} now, because this window did not answer for a while`;
    view.tell(`${why}: press Space for the next one.`, "warn");
  }

  broken(held) {
    held.broken = true;
    const told = `${this.#picture} cannot be shown: flag it with F, or skip it with Space.`;
    this.desk.view.tell(told, "warn");
  }

  // Puts a decision into the outbox; `said` is what belongs to the verdict, and whether the item `stays` shown.
  decided(verdict, at, said) {
    const { deck, outbox, sight } = this.desk;
    const seconds = sight.paintedAt && Math.max(0, (at - sight.paintedAt) / 1000);
    this.used();
    outbox.add({
      path: "decisions",
      event: crypto.randomUUID(),
      item: deck.shown.item,
      verdict,
      ...said,
      ...(seconds && { seconds }),
    });
  }

  next(at) {
    const { sight, deck } = this.desk;
    sight.pressed(at);
    deck.advance();
    this.desk.show();
    this.desk.report();
  }

  // `unseen`: what is shown need not be whole.
  usable(unseen = false) {
    const full = this.desk.outbox.full ? "while two decisions were not saved yet" : null;
    const reason = this.blocked(unseen) ?? full;
    if (reason) this.waste(reason);
    return !reason;
  }

  // Why nothing can be said about what is shown now; null if it can.
  blocked(unseen = false) {
    const { deck, outbox, sight } = this.desk;
    if (outbox.ended) return "after the session had ended";
    if (outbox.undoing) return "while a decision was being taken back";
    if (deck.shown?.lost) return `for a ${this.#what} that somebody else has now`;
    if (deck.shown?.broken && !unseen) return `for a ${this.#what} with a picture that cannot be shown`;
    if (!deck.shown) return `while no ${this.#what} was on the screen`;
    return sight.paintedAt || unseen ? null : "before the card was painted";
  }

  waste(reason) {
    const { view } = this.desk;
    this.#unused.set(reason, (this.#unused.get(reason) ?? 0) + 1);
    this.#run = [this.#run[1] === reason ? this.#run[0] + 1 : 1, reason];
    const [count] = this.#run;
    view.headline.waste(this.#unused);
    view.data("unused", [...this.#unused.values()].reduce((sum, each) => sum + each, 0));
    const were = count === 1 ? "was" : "were";
    view.tell(`${plural(count, "key press", "key presses")} came ${reason} and ${were} not used.`, "warn");
  }

  used() {
    this.#run = [0, ""];
    this.desk.view.tell("");
  }
}
