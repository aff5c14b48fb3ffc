// The top line: what is judged, whether everything is saved, and how much is left.

import { make, number, plural, set } from "./dom.js";

export class Headline {
  // `facts` stand beside the title.
  constructor(...facts) {
    this.title = make("h2");
    this.unused = make("span", { class: "unused", hidden: true });
    this.saving = make("span", { class: "saving", role: "status" });
    this.left = make("span", { class: "left" });
    this.votes = make("div", { class: "votes", "aria-label": "What others said", hidden: true });
    this.element = make(
      "header",
      {},
      make("div", { class: "what" }, this.title, ...facts),
      make("div", { class: "how" }, this.unused, this.saving, this.left),
    );
  }

  entitle(text) {
    this.title.textContent = this.title.title = text;
  }

  // `votes` and `flags`: a sentence each; what adjudicators alone see.
  others(votes = [], flags = []) {
    this.votes.replaceChildren(
      ...votes.map((text, index) => make("span", { class: "vote", text: `vote ${index + 1}: ${text}` })),
      ...flags.map((text) => make("span", { class: "vote flagged", text: `⚑ ${text}` })),
    );
    this.votes.hidden = !this.votes.childElementCount;
  }

  clear() {
    this.entitle("");
    this.others();
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
