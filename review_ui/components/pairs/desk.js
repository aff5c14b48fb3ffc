// The running desk of one person: what comes in, the pairs, the one that is looked at, and judging it.

import { Refused } from "./api.js";
import { DetailView } from "./detail_view.js";
import { make, set } from "./dom.js";
import { Intake } from "./intake.js";
import { ListView } from "./list_view.js";
import { Measuring } from "./measuring.js";
import { Reasons } from "./reasons.js";
import * as server from "./server.js";

const LOOKS = new Set(["factual", "counterfactual", "blink", "change"]);
const WHILE_DRAWING = new Set(["factual", "counterfactual", "blink", "escape", "undo"]);
const VERDICTS = new Set(["accept", "reject", "flag"]);

export class Desk {
  #pairs = [];
  #detail = null;
  #asked = null; // the pair that was opened last; answers about others come late
  #measuring = new Measuring();
  #decided = []; // pairs in the order of one's decisions on this page
  #deciding = false;
  #may;

  constructor(may, palette) {
    this.#may = may;
    this.intake = new Intake(this, may.judge);
    this.list = new ListView((pair) => this.show(pair));
    this.view = new DetailView({ press: (command) => this.press(command), saveMask: (png) => this.#saveMask(png),
      open: (pair) => this.show(pair) }, may, palette);
    this.reasons = new Reasons((verdict, reason, pair) => this.#decide(verdict, reason, pair));
    this.notice = make("p", { class: "notice", role: "alert", hidden: true });
    this.loading = make("p", { class: "blank loading", role: "status", text: "Loading…" });
    this.blank = make("div", { class: "blank", hidden: true },
      make("h2", { text: "No pair yet" }),
      make("p", { text: "Lock the camera on its tripod. Shoot the scene with the object, take the object away, shoot "
        + "again. Drop both photos on the left: the verdict comes within seconds, while the tripod stands." }));
    this.root = make("section", { class: "pairs", tabindex: -1, "data-recurate": "pairs", "data-state": "loading" },
      make("aside", { class: "left" }, this.intake.element, this.list.element),
      make("main", { class: "right" }, this.notice, this.loading, this.blank, this.view.element), this.reasons.element);
    server.whenAway((away) => this.#say(away ? "No connection: it goes on by itself when the network is back." : ""));
  }

  open(pair) {
    return this.tried(async () => {
      await Promise.all([this.intake.open(), this.#refresh()]);
      set(this.root, "data-state", "ready");
      await this.show(pair ?? this.#detail?.pair ?? this.#pairs[0]?.pair ?? null);
    });
  }

  // Whether there was a use for the key or button.
  press(command) {
    if (this.reasons.isOpen) return false;
    if (this.view.brush && !WHILE_DRAWING.has(command)) return false; // what was drawn must not be lost by a key
    if (command === "previous" || command === "next") return this.#step(command === "next" ? 1 : -1);
    const pair = this.#detail;
    if (!pair) return false;
    if (LOOKS.has(command)) this.view.turn(command);
    else if (command === "masks") this.view.toggleMasks();
    else if (command === "escape") this.view.stopEditing();
    else if (command === "edit") this.view.edit();
    else if (command === "swap") this.#swap(pair);
    else if (command === "reshoot") this.view.reshoots(this.intake.reshoot(pair));
    else if (command === "undo") return this.view.undoStroke() || this.#undo(pair);
    else if (this.#may.judge && VERDICTS.has(command)) this.#judge(command, pair);
    else return false;
    return true;
  }

  show(id) {
    this.#asked = id;
    return this.tried(async () => {
      if (!id) return this.#showDetail(null);
      const detail = await server.show(id);
      if (this.#asked !== id) return;
      this.#showDetail(detail);
      history.replaceState(history.state, "", addressOf(id));
      if (!detail.report && !detail.superseded_by && !this.#measuring.has(id)) await this.#measure(id);
    });
  }

  // New pairs: the first is looked at, all are measured in turn.
  async handedIn(pairs) {
    const verdicts = pairs.map((pair) => this.#measure(pair));
    await this.#refresh();
    await this.show(pairs[0]);
    await Promise.all(verdicts);
  }

  // Refusals are sentences on the screen; any other error is a fault of ours and goes on to the console.
  async tried(work) {
    try {
      this.#say("");
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#say(error.message);
    }
  }

  #showDetail(detail) {
    this.#detail = detail;
    this.loading.hidden = true;
    this.blank.hidden = detail !== null;
    const undoable = Boolean(detail?.undoable || this.#decided.length);
    this.view.show(detail, detail !== null && this.#measuring.has(detail.pair), undoable);
    this.list.choose(detail?.pair);
  }

  async #refresh() {
    const found = await server.list();
    this.#pairs = found.pairs;
    set(this.root, "data-some", found.pairs.length > 0);
    this.intake.restore(found);
    this.#relist();
  }

  #relist() {
    this.list.show(this.#pairs, this.#detail?.pair, this.#measuring, this.#may.judge);
  }

  #measure(id, png = null) {
    return this.tried(async () => {
      const measured = this.#measuring.measure(id, png);
      this.#relist();
      if (this.#detail?.pair === id) this.#showDetail(this.#detail);
      try {
        const detail = await measured;
        if (this.#asked === id) this.#showDetail(detail);
      } catch (error) {
        if (this.#detail?.pair === id) this.#showDetail(this.#detail); // it is no longer being measured
        throw error;
      } finally {
        await this.#refresh();
      }
    });
  }

  #saveMask(png) {
    return this.#measure(this.#detail.pair, png);
  }

  #swap({ pair, superseded_by: replaced }) {
    if (replaced || !this.view.ready || pair !== this.#asked) return null;
    return this.tried(async () => {
      const made = await server.swap(pair);
      await this.#refresh();
      await this.show(made.pair);
    });
  }

  // What was not on the screen is not judged: a second press is not for the pair that the first brings up.
  #judge(verdict, pair) {
    if (this.#deciding || !this.view.ready || pair.pair !== this.#asked) return null;
    if (pair.superseded_by) return this.#say("Another pair took the place of this one: judge that.");
    if (verdict === "accept" && pair.verdict !== "fail") return this.#decide("accept", null, pair);
    if (verdict === "accept" && !this.#may.overrule) {
      return this.#say("This pair failed its check: only an adjudicator can accept it all the same.");
    }
    return this.reasons.open(verdict, pair);
  }

  // The judgement is about the measurement that was on the screen, whatever came meanwhile. Then comes the next
  // pair that waits for one.
  #decide(verdict, reason, { pair, report }) {
    const check = report?.check ?? null;
    return this.#judged(pair, async () => {
      const detail = await server.decide({ event: crypto.randomUUID(), pair, check, verdict, reason });
      this.#decided.push(pair);
      const next = this.list.waitingAfter(pair, new Set(this.#decided));
      if (this.#asked !== pair) return;
      if (next) this.show(next);
      else this.#showDetail(detail);
    });
  }

  // Takes back what one decided on the pair that is shown, or else what one decided last.
  #undo({ pair, undoable }) {
    const back = undoable ? pair : this.#decided.at(-1);
    if (!back || this.#deciding) return false;
    this.#judged(back, async () => {
      if (back !== this.#asked) await this.show(back);
      const at = this.#decided.lastIndexOf(back);
      if (at >= 0) this.#decided.splice(at, 1);
      const shown = this.#detail;
      if (shown?.pair !== back || !shown.undoable) return;
      this.#showDetail(await server.undo(back, shown.undoable));
    });
    return true;
  }

  // One decision after the other; what it was about is shown again if it was refused as out of date.
  #judged(pair, decision) {
    this.#deciding = true;
    return this.tried(async () => {
      try {
        await decision();
      } catch (error) {
        if (error.code === "stale" && this.#asked === pair) this.#showDetail(await server.show(pair));
        throw error;
      } finally {
        this.#deciding = false;
        await this.#refresh();
      }
    });
  }

  #step(by) {
    const next = this.list.beside(this.#asked, by);
    if (next) this.show(next);
    return next !== undefined;
  }

  #say(sentence) {
    this.notice.textContent = sentence;
    this.notice.hidden = !sentence;
  }
}

function addressOf(pair) {
  const url = new URL(location);
  url.searchParams.set("pair", pair);
  return url;
}
