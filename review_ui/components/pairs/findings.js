// What was measured, in words of photographers: a word and a number each; and whole sentences.

import { make } from "./dom.js";

const LABELS = {
  scene: "same scene", shift: "camera", gradient: "light across the frame", focus: "sharpness", clipping: "blown out",
  change: "object", other: "other changes", far_light: "light elsewhere", lamp: "stray light", residual: "left behind",
  removed: "object gone", framing_size: "size in the frame", framing_cut: "cut off",
  framing_shadow_room: "room for the shadow",
};
const PERCENT = new Set(["share", "ratio"]);
const BARE = new Set(["log-odds", "cosine"]); // say nothing to a photographer beyond the verdict

// A word, with the sentence on hovering.
export function finding(found) {
  return make("li", { "data-verdict": toneOf(found), title: found.sentence },
    make("span", { text: LABELS[found.check] ?? found.check.replaceAll("_", " ") }),
    make("b", { text: isBare(found) || found.number === null ? "" : measure(found.number, found.unit) }));
}

// The sentence, for those who do not hover, and what it was held against.
export function findingInWords(found) {
  const { sentence, number, threshold, unit } = found;
  const bare = isBare(found) || number === null || threshold === null;
  return make("li", { "data-verdict": toneOf(found) },
    make("span", { text: sentence }),
    make("span", { class: "limit", text: bare ? "" : `${measure(number, unit)}, limit ${measure(threshold, unit)}` }));
}

// Advice on framing passes whatever it says.
const isAdvice = ({ check }) => check.startsWith("framing_");
const toneOf = (found) => (isAdvice(found) ? "advice" : found.verdict);
const isBare = (found) => BARE.has(found.unit) || isAdvice(found); // its share is the object's own finding's

function measure(number, unit) {
  if (PERCENT.has(unit)) return `${(100 * number).toFixed(1)} %`;
  return `${number.toFixed(2).replace(/^-(0\.00)$/, "$1")} ${unit}`;
}
