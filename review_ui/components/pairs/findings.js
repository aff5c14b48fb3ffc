// What was measured, in words of photographers: a word and a number each, the whole sentence on hovering.

import { make } from "./dom.js";

const LABELS = {
  shift: "camera", focus: "sharpness", change: "object", other: "other changes", removed: "object gone",
  framing_size: "size in the frame", framing_cut: "cut off", framing_shadow_room: "room for the shadow",
};
const PERCENT = new Set(["share", "ratio"]);
const BARE = new Set(["log-odds", "cosine"]); // say nothing to a photographer beyond the verdict

export function finding({ check, verdict, number, threshold, unit, sentence }) {
  const bare = BARE.has(unit) || check.startsWith("framing"); // advice, whose share the object's own finding has
  const told = number === null || bare ? "" : measure(number, unit);
  const limit = threshold === null || bare ? "" : ` (limit ${measure(threshold, unit)})`;
  return make("li", { "data-verdict": verdict, title: `${sentence}${limit}` },
    make("span", { text: LABELS[check] ?? check.replaceAll("_", " ") }), make("b", { text: told }));
}

function measure(number, unit) {
  if (PERCENT.has(unit)) return `${(100 * number).toFixed(1)} %`;
  return `${number.toFixed(2).replace(/^-(0\.00)$/, "$1")} ${unit}`;
}
