// The top line of a group: what it is, and where its weakest edge lies in the band.

import { make, plural } from "./dom.js";
import { Headline } from "./headline.js";
import { summary } from "./marks.js";
import { similarity } from "./strip.js";

export class GroupHeadline extends Headline {
  // A sentence below the line: what is asked about new views.
  asked = make("p", { class: "asked", hidden: true });
  #facts;
  #weakest;
  #needle;
  #gauge;

  constructor() {
    const facts = make("span", { class: "views" });
    const weakest = make("span", { class: "weakest" });
    const needle = make("span", { class: "needle" });
    const gauge = make("span", { class: "gauge", "aria-hidden": "true" }, needle);
    super(facts, weakest, gauge);
    [this.#facts, this.#weakest, this.#needle, this.#gauge] = [facts, weakest, needle, gauge];
  }

  show({ card }) {
    const [low, high] = card.band;
    this.entitle(card.label);
    const added = card.new_views?.length;
    const joined = added ? `, ${added} new` : "";
    this.#facts.textContent = plural(card.members.length, "view") + joined;
    const weakest = card.weakest.similarity;
    const band = `${similarity(low)}–${similarity(high)}`;
    this.#weakest.textContent = `weakest ${similarity(weakest)} in band ${band}`;
    const share = (weakest - low) / (high - low || 1);
    this.#needle.style.left = `${100 * Math.min(1, Math.max(0, share))}%`;
    this.#gauge.hidden = false;
    this.others(card.votes?.map((vote) => summary(vote, card.members)), card.flag_reasons);
  }

  ask(text) {
    this.asked.textContent = text;
    this.asked.hidden = !text;
  }

  clear() {
    super.clear();
    this.ask("");
    this.#facts.textContent = this.#weakest.textContent = "";
    this.#gauge.hidden = true;
  }
}
