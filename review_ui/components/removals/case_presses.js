// What each key does to a removal.

import { Presses } from "./presses.js";

const STEP = 0.02; // of the window's width, for the wipe
const PAN = 0.12;
const ZOOM = 1.3;
const ANOTHER = "Another output is shown by now: press Esc and look again.";
const LOOKS = new Set(["side", "blink", "wipe", "difference"]);

export class CasePresses extends Presses {
  #asked = null; // the removal that a dialog is open about

  constructor() {
    super("removal", "A picture of this removal");
  }

  act(command, at, number) {
    if (command === "number") return this.choose(number - 1);
    if (LOOKS.has(command)) return this.#turn(command);
    return super.act(command, at);
  }

  accept(at) {
    if (this.#unsaid()) this.send("accept", at, {});
  }

  reject() {
    if (!this.#unsaid()) return;
    const { view, deck } = this.desk;
    this.#asked = deck.shown.output.removal;
    view.dialogs.reject.reset(deck.shown.output.suggested_reasons[0]);
    view.open("reject");
  }

  flag() {
    const { shown } = this.desk.deck;
    if (!this.#unsaid(shown?.broken)) return;
    this.#asked = shown.output.removal;
    super.flag();
  }

  // Returns why the rejection could not be sent, or "".
  sendReject = (reason, at) => {
    if (this.#isAnother) return ANOTHER;
    if (!this.#unsaid()) return "The rejection was not sent yet: press Enter again.";
    this.desk.view.close();
    this.send("reject", at, { reason });
    return "";
  };

  sendFlag = (reason, at) => {
    if (this.#isAnother) return ANOTHER;
    if (!this.#unsaid(this.desk.deck.shown.broken)) return "The flag was not sent yet: press Enter again.";
    this.desk.view.close();
    this.send("flag", at, { reason });
    return "";
  };

  // An accepted output settles its object, and a flag leaves it to others; after a rejection the next output wants
  // a word.
  send(verdict, at, { reason = null }) {
    const { deck, sight } = this.desk;
    const { shown } = deck;
    const { removal, version } = shown.output;
    Object.assign(shown.output, { mine: { verdict, reason }, wanted: false });
    const stays = verdict === "reject" && shown.onward();
    this.decided(verdict, at, { removal, version, reason, stays });
    if (!stays) return this.next(at);
    sight.pressed(at);
    this.#chosen();
    return this.desk.report();
  }

  choose = (index) => {
    const { deck, view } = this.desk;
    const { shown } = deck;
    if (!shown) return;
    if (!shown.card.outputs[index]) return void view.tell(`This removal has no output ${index + 1}.`);
    if (index === shown.chosen) return;
    shown.chosen = index;
    this.#chosen();
  };

  escape() {
    if (this.desk.view.dialog) this.desk.view.close();
    else this.#turn("side");
  }

  swap() {
    this.#turn(this.#stage.look === "output" ? "photo" : "output");
  }

  outlines() {
    const { outlining } = this.#stage;
    outlining.turn(!outlining.isOn);
    this.desk.view.updateBar();
  }

  zoom() {
    this.#stage.aim(this.#stage.aimed === "object" ? "region" : "object");
    this.desk.view.updateBar();
  }

  full_size() {
    this.#stage.aim("full_size");
    this.desk.view.updateBar();
  }

  closer() {
    this.#stage.zoom(ZOOM);
  }

  further() {
    this.#stage.zoom(1 / ZOOM);
  }

  left() {
    this.#move(-1, 0);
  }

  right() {
    this.#move(1, 0);
  }

  up() {
    this.#move(0, -1);
  }

  down() {
    this.#move(0, 1);
  }

  get #stage() {
    return this.desk.view.stage;
  }

  // The same key again goes back to where one began.
  #turn(look) {
    const { deck, view } = this.desk;
    if (!deck.shown) return;
    this.#stage.turn(look === this.#stage.look ? "side" : look);
    view.updateBar();
  }

  #move(x, y) {
    if (this.#stage.look === "wipe" && x) this.#stage.wipe.step(x * STEP);
    else this.#stage.pan(x * PAN, y * PAN);
  }

  get #isAnother() {
    return this.desk.deck.shown?.output.removal !== this.#asked;
  }

  #chosen() {
    const { view, sight, deck } = this.desk;
    deck.shown.broken = false; // that was another output's picture
    view.choose(deck.shown);
    sight.wait((held) => this.broken(held));
  }

  // Whether a word on the shown output can be sent now; `unseen`: although its pictures may be broken.
  #unsaid(unseen = false) {
    const reason = this.#needless();
    if (!reason) return this.usable(unseen);
    this.waste(reason);
    return false;
  }

  #needless() {
    const { name, deck, outbox } = this.desk;
    const { removal, wanted, mine } = deck.shown?.output ?? {};
    if (!removal) return null; // `usable` knows why
    if (outbox.entries.some((entry) => entry.removal === removal)) return "while your word on this output was being saved";
    return name === "review" && !wanted && !mine ? "for an output that others have settled" : null;
  }
}
