// The pairs, newest first: both frames small, the verdict and its sentence.

import { keepingFocus, make, set } from "./dom.js";
import { Filters, wordOf } from "./filters.js";
import { picture } from "./server.js";

const STATES = { accepted: "accepted", rejected: "rejected", flagged: "flagged", disputed: "disputed" };

export class ListView {
  #rows = new Map();
  #shown = { pairs: [], chosen: null, measuring: new Set(), all: false };
  #choose;

  constructor(choose) {
    this.#choose = choose;
    this.filters = new Filters(() => this.#draw());
    this.rows = make("ul", { class: "pairs-list", "aria-label": "Pairs" });
    this.element = make("section", { class: "list" }, this.filters.element, this.rows);
  }

  // `measuring` has(pair); `all` says whether the pairs are everybody's.
  show(pairs, chosen, measuring, all) {
    this.#shown = { pairs, chosen, measuring, all };
    this.#draw();
  }

  // The pair that comes so many lines after this one; undefined past either end, and if this one is not listed.
  beside(pair, by) {
    const ids = [...this.#rows.keys()];
    const at = ids.indexOf(pair);
    return at < 0 ? undefined : ids[at + by];
  }

  // The next line, round and round, whose pair waits for a verdict and is not among `passed`.
  waitingAfter(pair, passed) {
    const { pairs } = this.#shown;
    const at = pairs.findIndex((each) => each.pair === pair);
    const inTurn = [...pairs.slice(at + 1), ...pairs.slice(0, Math.max(at, 0))];
    return inTurn.find((each) => each.state === "open" && this.filters.fits(each) && !passed.has(each.pair))?.pair;
  }

  choose(chosen) {
    this.#shown.chosen = chosen;
    for (const [id, row] of this.#rows) {
      const button = row.firstElementChild;
      if (id === chosen && button.ariaCurrent !== "true") row.scrollIntoView({ block: "nearest" });
      set(button, "aria-current", id === chosen ? "true" : null);
    }
  }

  // The pair that is looked at stays listed, whatever is filtered: judging it must not take its place away.
  #draw() {
    const { pairs, chosen, measuring, all } = this.#shown;
    this.filters.count(pairs);
    const listed = pairs.filter((pair) => pair.pair === chosen || this.filters.fits(pair));
    const rows = listed.map((pair) => this.#row(pair, measuring.has(pair.pair), all));
    this.#rows = new Map(listed.map((pair, index) => [pair.pair, rows[index]]));
    keepingFocus(this.rows, "data-pair", () => this.rows.replaceChildren(...rows));
    this.choose(chosen);
  }

  #row(pair, measuring, all) {
    const small = (frame) =>
      make("img", { src: picture(pair.pair, `${frame}-640.webp`), alt: "", loading: "lazy", draggable: "false" });
    const verdict = measuring ? "measuring" : pair.verdict ?? "unmeasured";
    const words = measuring ? "Measuring" : wordOf(pair) ?? "Not measured";
    return make(
      "li", {},
      make(
        "button", { type: "button", class: "pair", "data-pair": pair.pair, "data-verdict": verdict,
          onclick: () => this.#choose(pair.pair) },
        make("span", { class: "two" }, small("factual"), small("counterfactual")),
        make("span", { class: "about" },
          make("span", { class: "verdict" },
            make("b", { text: words }),
            make("span", { class: "named", text: pair.object ?? pair.factual.name }),
            STATES[pair.state] ? make("i", { class: "judged", text: STATES[pair.state] }) : null),
          make("span", { class: "sentence", text: pair.sentence ?? "" }),
          all ? make("span", { class: "whose", text: `${pair.shoot_name}, ${pair.photographer}` }) : null),
      ),
    );
  }
}
