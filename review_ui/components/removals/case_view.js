// A removal on the screen: the photos, and beside them what is known of each output.

import { Asking } from "./asking.js";
import { Bar } from "./bar.js";
import { CLUSTERS, FLAGS, HELP, RULES } from "./commands.js";
import { make, plural, set } from "./dom.js";
import { Headline } from "./headline.js";
import { Help } from "./help.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";
import { DeskView } from "./view.js";

export class CaseView extends DeskView {
  #facts = make("span", { class: "facts" });
  #name = make("span", { class: "name" });

  // `words` as Python tells them; `act` has press(command, at), choose(output), sendReject and sendFlag(reason, at).
  constructor(words, act) {
    super();
    this.stage = new Stage(words, () => this.updateBar());
    this.panel = new Panel(words, act.choose);
    this.headline = new Headline(this.#name, this.#facts);
    this.bar = new Bar("removal", CLUSTERS, act.press);
    const close = () => this.close();
    const reject = {
      name: "reject", title: "Why reject this output?", label: "Reject this output", verb: "Reject",
      presets: words.reasons, opener: "x", unsaid: "other",
    };
    const flag = {
      name: "flag", title: "Why flag this output?", label: "Flag this output", verb: "Send flag",
      presets: FLAGS.map((reason) => [reason, reason]),
    };
    this.build({
      what: "removals",
      label: "Removal",
      rows: [this.headline.element, this.headline.votes,
        make("div", { class: "workspace" }, this.stage.element, this.panel.element), this.notice, this.bar.element],
      dialogs: {
        help: new Help(HELP, RULES, close),
        reject: new Asking({ ...reject, send: act.sendReject, close }),
        flag: new Asking({ ...flag, send: act.sendFlag, close }),
      },
    });
  }

  awaited() {
    return this.stage.awaited();
  }

  show(held) {
    const { card } = held;
    this.ready(held.item);
    this.headline.entitle(card.label);
    this.#name.textContent = this.#name.title = card.name;
    this.#facts.textContent = plural(card.outputs.length, "output");
    this.stage.show(held);
    this.update(held);
  }

  // Another output of the case that is shown.
  choose(held) {
    this.stage.choose();
    this.update(held);
  }

  update(held) {
    this.data("output", held.chosen + 1);
    this.panel.show(held);
    this.headline.others(held.output.votes.map(({ verdict, reason }) => [verdict, reason].filter(Boolean).join(" · ")),
      held.output.flag_reasons);
    this.updateBar();
    set(this.root, "data-lost", held.lost);
  }

  updateBar() {
    const { look, outlining, aimed } = this.stage;
    for (const each of ["side", "blink", "wipe", "difference"]) this.bar.hold(each, look === each);
    this.bar.hold("swap", look === "photo" || look === "output");
    this.bar.hold("outlines", outlining.isOn);
    this.bar.hold("zoom", aimed === "object");
    this.bar.hold("full_size", aimed === "full_size");
  }

  blank(state, message) {
    super.blank(state, message);
    this.headline.clear();
    this.#name.textContent = this.#facts.textContent = "";
    this.stage.show(null);
    this.panel.clear();
  }
}
