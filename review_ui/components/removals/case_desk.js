// The desk of the removals: a case is one object in one photo with what each remover made of it.

import { Deck } from "./deck.js";
import { Desk } from "./desk.js";
import { CasePresses } from "./case_presses.js";
import { CaseView } from "./case_view.js";
import { HeldCase } from "./held_case.js";
import { nothingLeft } from "./nothing_left.js";

const SOON = 2; // cases whose first view is loaded ahead; of later ones a tile each

const WORK = {
  root: "/app/removals/",
  list: "cases",
  one: "object",
  many: "objects",
  back: "case",
  names: ({ path, item }) => (path === "skip" ? { object: item } : {}),
  at: (desk) => ({ desk }),
  fetching: { title: "Fetching the next removal" },
  gone: "Taken back. The removal is no longer in your queue.",
  notHere: "The removal you asked for is decided, or somebody else has it: here is the next one.",
  nothingLeft,
};

// `words`: what Python tells: numbers and their limits, reasons, colours.
export function caseDesk({ desk: name, reviewer, words }) {
  const presses = new CasePresses();
  const view = new CaseView(words, presses);
  const held = new Set();
  const deck = new Deck((card, last) => new HeldCase(card, last), () => load(deck, held, view.stage));
  const desk = new CaseDesk({ name, reviewer, work: WORK, deck, view, presses });
  presses.serve(desk);
  return desk;
}

class CaseDesk extends Desk {
  // Whoever changes a word of theirs says which one they have seen.
  stored(entry, answer) {
    super.stored();
    const held = this.deck.all.find(({ item }) => item === entry.item);
    if (held) held.outputOf(entry.removal).version = answer.version;
  }

  // What is still shown of the case was shown as if its decision stood: it comes again from the queue.
  refused(entry, error) {
    if (error.status !== 401 && entry.path === "decisions" && this.deck.shown?.item === entry.item) {
      if (this.view.dialog) this.view.close(); // it asks about what is no longer shown
      this.deck.advance();
      this.show();
    }
    return super.refused(entry, error);
  }
}

// The shown case comes first, and the next ones when it is there: their pictures have to be made, too.
function load(deck, held, stage) {
  const { all, shown } = deck;
  for (const each of held) {
    if (all.includes(each)) continue;
    each.tiles.keep(new Set());
    held.delete(each);
  }
  for (const each of all) held.add(each);
  stage.seen = () => deck.ahead.forEach((each, place) => ask(each, stage.tilesAtStart(each, place < SOON), "low"));
  if (!shown) return stage.show(null);
  ask(shown, stage.tilesAtStart(shown, true), "high");
  return stage.shows(shown) && stage.seen();
}

function ask({ tiles }, urls, urgency) {
  for (const url of urls) tiles.want(url, urgency);
}
