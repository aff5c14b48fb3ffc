// The card of a group on the screen.

import { crop } from "./addresses.js";
import { Asking } from "./asking.js";
import { Bar } from "./bar.js";
import { CaptionEditor } from "./caption_editor.js";
import { CLUSTERS, FLAGS, HELP, RULES } from "./commands.js";
import { make, set } from "./dom.js";
import { GroupHeadline } from "./group_headline.js";
import { Help } from "./help.js";
import { acceptLabel, MARKS, question, rejectLabel } from "./marks.js";
import { PhotoViewer } from "./photo.js";
import { similarity, Strip } from "./strip.js";
import { DeskView } from "./view.js";
import { Words } from "./words.js";

export class GroupView extends DeskView {
  look = { zoomed: false, whole: false };
  #pictures;

  // `act` has press(command, at), choose(member index), sendFlag(reason, at) and sendCaption(text).
  constructor(pictures, act) {
    super();
    this.#pictures = pictures;
    this.headline = new GroupHeadline();
    this.anchor = new PhotoViewer(pictures, "anchor");
    this.member = new PhotoViewer(pictures, "member");
    this.strip = new Strip(pictures, act.choose);
    this.words = new Words(act.press);
    this.bar = new Bar("group", CLUSTERS, act.press);
    this.stage = make("div", { class: "stage" }, this.anchor.element, this.member.element);
    const close = () => this.close();
    const flag = {
      name: "flag", title: "Why flag this group?", label: "Flag this group", verb: "Send flag",
      presets: FLAGS.map((reason) => [reason, reason]),
    };
    this.build({
      what: "card",
      label: "Recurrence group",
      rows: [this.headline.element, this.headline.votes, this.headline.asked, this.stage, this.words.element, this.strip.element,
        this.notice, this.bar.element],
      dialogs: {
        help: new Help(HELP, RULES, close),
        flag: new Asking({ ...flag, send: act.sendFlag, close }),
        caption: new CaptionEditor(act.sendCaption, close),
      },
    });
  }

  // The pictures without which the group cannot be judged.
  awaited(held) {
    return held.card.members.map((member) => this.#pictures.want(crop(member)));
  }

  show(held) {
    this.ready(held.item);
    this.look.zoomed = false;
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
    this.words.show(members[held.focus]);
    this.strip.update(held);
    this.headline.ask(question(held.card, held.marks));
    this.#updateBar(held);
    set(this.stage, "data-zoomed", this.look.zoomed ? (held.focus ? "member" : "anchor") : null);
    set(this.root, "data-lost", held.lost);
  }

  #updateBar({ card, marks, focus }) {
    const { members } = card;
    this.bar.label("accept", acceptLabel(members, marks));
    this.bar.label("reject", rejectLabel(card, marks));
    const mark = marks.get(members[focus].object);
    for (const name of Object.keys(MARKS)) this.bar.hold(name, name === mark);
    this.bar.hold("zoom", this.look.zoomed);
    this.bar.hold("whole", this.look.whole);
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

  blank(state, message) {
    super.blank(state, message);
    this.headline.clear();
    this.words.show(null);
    this.strip.clear();
    this.bar.label("accept", "Accept");
    this.bar.label("reject", "Reject");
    for (const name of Object.keys(MARKS)) this.bar.hold(name, null);
    for (const viewer of [this.anchor, this.member]) {
      viewer.show(null);
      viewer.describe("Nothing to show");
    }
  }
}
