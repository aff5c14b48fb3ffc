// One pair, large: the verdict in words, the frames, what was measured, and what can be done.

import { keyButton, make, set } from "./dom.js";
import { Brush } from "./brush.js";
import { wordOf } from "./filters.js";
import { finding, findingInWords } from "./findings.js";
import { Viewer } from "./viewer.js";

const LOOKS = [["factual", "1", "With"], ["counterfactual", "2", "Without"], ["blink", "B", "Blink"],
  ["change", "D", "Changes"]];
const JUDGEMENTS = [["accept", "A", "Accept"], ["reject", "X", "Reject"], ["flag", "F", "Flag"],
  ["undo", "⌫", "Undo"]];
const time = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export class DetailView {
  brush = null;
  #pair = null;
  #measuring = false;
  #buttons = {};

  // `act` has press(command) as for the keys, saveMask(png) and open(pair).
  constructor(act, may, palette) {
    this.act = act;
    this.may = may;
    this.palette = palette;
    this.viewer = new Viewer(palette, () => this.#arrange());
    this.banner = make("div", { class: "banner", role: "status", "aria-live": "polite" },
      make("b"), make("span", { class: "named" }), make("span", { class: "sentence" }), make("span", { class: "judged" }));
    this.looks = make("div", { class: "cluster", role: "group", "aria-label": "What is shown" },
      ...LOOKS.map((look) => this.#button(...look)), this.#button("masks", "M", "Outlines"));
    this.actions = make("div", { class: "cluster actions", role: "group", "aria-label": "What to do" },
      this.#button("swap", "", "Swap order"), this.#button("edit", "E", "Correct mask"),
      this.#button("reshoot", "", "Reshoot"));
    this.judging = make("div", { class: "cluster judging", role: "group", "aria-label": "Judge" },
      ...(may.judge ? JUDGEMENTS : []).map((each) => this.#button(...each)));
    this.editing = this.#editor();
    this.findings = make("ul", { class: "findings", "aria-label": "What was measured" });
    this.words = make("ul", { class: "words", "aria-label": "Checks in words" });
    this.history = make("ol", { class: "history" });
    this.others = make("p", { class: "cluster others" });
    this.aside = make("details", { class: "more" }, make("summary", { text: "Checks and history" }), this.others,
      this.words, this.history);
    this.element = make("section", { class: "detail", "aria-label": "Pair", hidden: true },
      this.banner, this.viewer.element,
      make("div", { class: "bar" }, this.looks, this.editing, this.actions, this.judging),
      this.findings, this.aside);
  }

  // Whether the pair is on the screen with its verdict: before, neither button nor key judges or turns it.
  get ready() {
    return !this.#measuring && this.viewer.seen;
  }

  #button(command, key, label) {
    const press = () => this.act.press(command);
    this.#buttons[command] = key
      ? keyButton(key, label, press, { "data-command": command, "aria-keyshortcuts": key === "⌫" ? "Backspace" : key })
      : make("button", { type: "button", class: "key-button", "data-command": command, text: label, onclick: press });
    return this.#buttons[command];
  }

  #editor() {
    const tool = (name, label, title) =>
      make("button", { type: "button", class: "key-button", "data-tool": name, text: label, title,
        onclick: () => this.#take(name) });
    this.size = make("input", { type: "range", min: 2, max: 120, value: 24, "aria-label": "Brush size",
      oninput: () => (this.brush.size = Number(this.size.value)) });
    const plain = (label, press, more = "") =>
      make("button", { type: "button", class: `key-button ${more}`, text: label, onclick: press });
    return make("div", { class: "cluster editor", role: "group", "aria-label": "Mask", hidden: true },
      tool("paint", "Paint", "Drag over what belongs to the object"),
      tool("erase", "Erase", "Drag over what does not"),
      tool("region", "Regions", "Click a region of the change: all of it becomes part of the mask, or leaves it"),
      this.size, plain("Undo stroke", () => this.undoStroke()),
      plain("Measure with this mask", () => this.act.saveMask(this.brush.png()), "primary"),
      plain("Cancel", () => this.stopEditing()));
  }

  async edit() {
    if (this.#buttons.edit.disabled) return; // the key does no more than the button
    const pixels = await this.viewer.maskPixels();
    if (!pixels || this.brush) return;
    this.brush = new Brush(pixels, this.viewer.overlay.regions, this.palette.kinds.object);
    this.brush.size = Number(this.size.value);
    this.viewer.turn("factual");
    this.viewer.edit(this.brush);
    this.#take("paint");
    this.#arrange();
    this.editing.querySelector("[data-tool]").focus({ preventScroll: true }); // what had it is hidden now
  }

  // Whether a mask is being drawn.
  undoStroke() {
    this.brush?.undo();
    return this.brush !== null;
  }

  stopEditing() {
    const within = this.editing.contains(this.editing.getRootNode().activeElement);
    this.brush = null;
    this.viewer.edit(null);
    this.#arrange();
    if (within) this.#buttons.edit.focus({ preventScroll: true });
  }

  #take(tool) {
    this.brush.tool = tool;
    this.viewer.pick(tool === "region");
    for (const button of this.editing.querySelectorAll("[data-tool]")) {
      set(button, "aria-pressed", String(button.dataset.tool === tool));
      set(button, "disabled", button.dataset.tool === "region" && !this.viewer.overlay.regions);
    }
  }

  // `undoable`: whether there is a decision of one's own to take back, on this pair or the one before.
  show(pair, measuring, undoable) {
    this.undoable = undoable;
    if (pair?.pair !== this.#pair?.pair || measuring) this.stopEditing();
    this.#pair = pair;
    this.#measuring = measuring;
    this.element.hidden = !pair;
    if (!pair) return;
    const verdict = measuring ? "measuring" : pair.verdict ?? "unmeasured";
    set(this.element, "data-verdict", verdict);
    set(this.element, "data-pair", pair.pair);
    set(this.element, "data-state", pair.state);
    const [word, named, sentence, judged] = this.banner.children;
    named.textContent = pair.object ?? "";
    word.textContent = measuring ? "Measuring" : wordOf(pair) ?? "Not measured yet";
    sentence.textContent = measuring ? "Leave the tripod where it is." : pair.sentence ?? "";
    judged.textContent = pair.state === "open" ? "" : pair.state;
    this.viewer.show(pair);
    const found = pair.report?.findings ?? [];
    this.findings.replaceChildren(...found.map(finding));
    this.words.replaceChildren(...found.map(findingInWords));
    this.history.replaceChildren(...pair.history.map(event));
    this.others.replaceChildren(...this.#others(pair));
    this.reshoots(null);
    this.#arrange();
  }

  // Pairs that this one took the place of, and the one that took its own.
  #others({ supersedes, superseded_by: successor }) {
    const open = (text, pair) =>
      make("button", { type: "button", class: "chip", "data-opens": pair, text, onclick: () => this.act.open(pair) });
    return [
      ...(successor ? [open("Show the pair that took its place", successor)] : []),
      ...supersedes.map((pair) => open("Show the pair whose place it took", pair)),
    ];
  }

  // The pair that the next one takes the place of, if any.
  reshoots(pair) {
    set(this.#buttons.reshoot, "aria-pressed", String(pair !== null));
  }

  turn(look) {
    this.viewer.turn(look);
    this.#arrange();
  }

  toggleMasks() {
    this.viewer.masks = !this.viewer.masks;
    this.viewer.update();
    this.#arrange();
  }

  #arrange() {
    const pair = this.#pair;
    const editing = this.brush !== null;
    this.editing.hidden = !editing;
    this.actions.hidden = this.judging.hidden = editing;
    for (const [look] of LOOKS) set(this.#buttons[look], "aria-pressed", String(look === this.viewer.look));
    set(this.#buttons.masks, "aria-pressed", String(this.viewer.masks));
    const replaced = Boolean(pair?.superseded_by);
    const kept = replaced || (pair?.state === "accepted" && !this.may.judge); // accepted: only reviewers change it
    for (const command of ["swap", "reshoot"]) set(this.#buttons[command], "disabled", kept);
    for (const command of ["accept", "reject", "flag"]) {
      if (this.#buttons[command]) set(this.#buttons[command], "disabled", replaced);
    }
    for (const command of ["swap", "accept", "reject", "flag"]) { // not `disabled`: they keep the focus meanwhile
      if (this.#buttons[command]) set(this.#buttons[command], "aria-disabled", this.ready ? null : "true");
    }
    set(this.#buttons.edit, "disabled", kept || !pair?.report);
    if (this.#buttons.undo) set(this.#buttons.undo, "disabled", !this.undoable);
    this.#buttons.swap.classList.toggle("primary", Boolean(pair?.swapped));
  }
}

function event({ at, what, words }) {
  return make("li", {}, make("time", { datetime: at, text: time.format(new Date(at)) }),
    make("span", { text: what }), words ? make("q", { text: words }) : null);
}
