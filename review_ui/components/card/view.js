// The card on the screen. Knows what it looks like and nothing of the server.

import { Bar } from "./bar.js";
import { make, set } from "./dom.js";
import { Flag } from "./flag.js";
import { Headline } from "./headline.js";
import { Help } from "./help.js";
import { MARKS } from "./marks.js";
import { PhotoViewer } from "./photo.js";
import { similarity, Strip } from "./strip.js";

export class View {
  look = { zoomed: false, whole: false };
  dialog = null;

  // `act` has press(command, at), choose(member index) and sendFlag(reason, at).
  constructor(pictures, act) {
    this.headline = new Headline();
    this.anchor = new PhotoViewer(pictures, "anchor");
    this.member = new PhotoViewer(pictures, "member");
    this.strip = new Strip(pictures, act.choose);
    this.bar = new Bar(act.press);
    this.help = new Help(() => this.close());
    this.flag = new Flag(act.sendFlag, () => this.close());
    this.notice = make("p", { class: "notice", role: "status", "aria-live": "polite" });
    this.cover = make("div", { class: "cover" });
    this.stage = make("div", { class: "stage" }, this.anchor.element, this.member.element);
    this.body = make("div", { class: "body" }, this.headline.element, this.headline.votes, this.stage,
      this.strip.element, this.notice, this.bar.element);
    this.root = make(
      "section",
      { class: "card", tabindex: -1, "aria-label": "Recurrence group", "data-recurate": "card" },
      this.body, this.cover, this.help.element, this.flag.element,
    );
  }

  data(name, value) {
    set(this.root, `data-${name}`, String(value));
  }

  show(held) {
    this.data("item", held.item);
    this.data("state", "ready");
    this.look.zoomed = false;
    this.cover.replaceChildren();
    this.headline.show(held);
    this.strip.show(held);
    this.update(held);
  }

  update(held) {
    const { members } = held.card;
    if (held.focus) held.beside = held.focus;
    const { beside } = held;
    this.anchor.show(members[0], this.look.whole);
    this.member.show(members[beside], this.look.whole);
    this.#describe(this.anchor, held, 0);
    this.#describe(this.member, held, beside);
    this.strip.update(held);
    this.bar.update(held);
    this.bar.look(this.look);
    set(this.stage, "data-zoomed", this.look.zoomed ? (held.focus ? "member" : "anchor") : null);
    set(this.root, "data-lost", held.lost);
  }

  #describe(viewer, { card, marks, focus }, index) {
    const member = card.members[index];
    const mark = marks.get(member.object);
    const near = index ? similarity(member.similarity) : "anchor";
    set(viewer.element, "data-mark", mark ?? null);
    set(viewer.element, "data-focused", index === focus);
    viewer.describe(
      `Photo of member ${index + 1}, ${near}`,
      make("b", { text: index + 1 }),
      make("span", { class: "similarity", text: near }),
      mark ? make("span", { class: "told", text: `${MARKS[mark].sign} ${MARKS[mark].word}` }) : null,
      make("span", { class: "name", text: member.name, title: member.name }),
    );
  }

  // Nothing to judge is on the screen: `state` is loading, empty or error.
  blank(state, { title, text = "", command = null, button = null }) {
    this.data("item", "");
    this.data("state", state);
    this.headline.clear();
    this.strip.clear();
    this.bar.clear();
    for (const viewer of [this.anchor, this.member]) {
      viewer.show(null);
      viewer.describe("Nothing to show");
    }
    this.cover.replaceChildren(
      make(
        "div",
        { class: "message", role: state === "error" ? "alert" : "status" },
        make("h3", { text: title }),
        text ? make("p", { text }) : null,
        command ? make("code", { text: command }) : null,
        button ? plainButton(button) : null,
      ),
    );
  }

  tell(text, tone = "info") {
    this.notice.textContent = text;
    set(this.notice, "data-tone", text ? tone : null);
  }

  open(name) {
    this.close();
    this.dialog = name;
    this[name].element.hidden = false;
    this.body.inert = true;
    this[name].element.focus({ preventScroll: true });
  }

  close() {
    if (!this.dialog) return;
    this[this.dialog].element.hidden = true;
    this.dialog = null;
    this.body.inert = false;
    this.root.focus({ preventScroll: true });
  }
}

function plainButton({ label, press }) {
  return make("button", { type: "button", class: "key-button primary", text: label, onclick: press });
}
