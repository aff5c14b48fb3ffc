// The top line: what the group is, whether everything is saved, and how much is left.

import { make, number, plural, set } from "./dom.js";
import { summary } from "./marks.js";
import { similarity } from "./strip.js";

export class Headline {
  constructor() {
    this.title = make("h2");
    this.facts = make("span", { class: "views" });
    this.needle = make("span", { class: "needle" });
    this.gauge = make("span", { class: "gauge", "aria-hidden": "true" }, this.needle);
    this.weakest = make("span", { class: "weakest" });
    this.unused = make("span", { class: "unused", hidden: true });
    this.saving = make("span", { class: "saving", role: "status" });
    this.left = make("span", { class: "left" });
    this.votes = make("div", { class: "votes", "aria-label": "What others said", hidden: true });
    this.element = make(
      "header",
      {},
      make("div", { class: "what" }, this.title, this.facts, this.weakest, this.gauge),
      make("div", { class: "how" }, this.unused, this.saving, this.left),
    );
  }

  show({ card }) {
    const [low, high] = card.band;
    this.title.textContent = card.label;
    this.title.title = card.label;
    this.facts.textContent = plural(card.members.length, "view");
    const weakest = card.weakest.similarity;
    const band = `${similarity(low)}–${similarity(high)}`;
    this.weakest.textContent = `weakest ${similarity(weakest)} in band ${band}`;
    const share = (weakest - low) / (high - low || 1);
    this.needle.style.left = `${100 * Math.min(1, Math.max(0, share))}%`;
    this.gauge.hidden = false;
    this.#others(card);
  }

  clear() {
    this.title.textContent = this.facts.textContent = this.weakest.textContent = "";
    this.gauge.hidden = this.votes.hidden = true;
  }

  #others(card) {
    const votes = (card.votes ?? []).map((vote, index) =>
      make("span", { class: "vote", text: `vote ${index + 1}: ${summary(vote, card.members)}` }),
    );
    const flags = (card.flag_reasons ?? []).map((reason) =>
      make("span", { class: "vote flagged", text: `⚑ ${reason}` }),
    );
    this.votes.replaceChildren(...votes, ...flags);
    this.votes.hidden = !this.votes.childElementCount;
  }

  count(left, desk) {
    if (!left) return;
    const open = desk === "adjudicate" ? `${number(left.adjudicate)} to settle` : `${number(left.open)} left`;
    this.left.textContent = `${open} · ${number(left.mine)} by you`;
  }

  save({ unsaved, undoing, waiting, ended, saved }) {
    const trouble = ended || waiting;
    const busy = unsaved || undoing ? "busy" : saved ? "done" : null;
    set(this.saving, "data-saving", trouble ? "trouble" : busy);
    this.saving.textContent = saving({ unsaved, undoing, waiting, ended, saved });
  }

  waste(unused) {
    const total = [...unused.values()].reduce((sum, count) => sum + count, 0);
    this.unused.hidden = !total;
    this.unused.textContent = `${plural(total, "key press", "key presses")} not used`;
    this.unused.title = [...unused].map(([reason, count]) => `${count} ${reason}`).join("\n");
  }
}

function saving({ unsaved, undoing, waiting, ended, saved }) {
  if (ended) return unsaved ? `logged out: ${unsaved} unsaved` : "logged out";
  if (waiting) return `no connection: ${unsaved || "nothing"} unsaved, trying again`;
  if (undoing) return "taking back";
  if (unsaved) return `saving ${unsaved}`;
  return saved ? "saved" : "";
}
