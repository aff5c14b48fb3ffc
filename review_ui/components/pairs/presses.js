// Keys of the Pairs screen, while it is shown. A key that is held acts once.

import { isTyping, meant } from "./keys.js";

const KEYS = {
  1: "factual",
  2: "counterfactual",
  b: "blink",
  d: "change",
  m: "masks",
  e: "edit",
  a: "accept",
  x: "reject",
  f: "flag",
  Backspace: "undo",
  Escape: "escape",
  ArrowUp: "previous",
  ArrowDown: "next",
};

// `press(command)` says whether it had a use for the key.
export function listenToKeys(press) {
  const pressed = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    const target = event.composedPath()[0];
    const command = KEYS[meant(event)];
    if (!command || (isTyping(target) && command !== "escape")) return;
    if (!press(command)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("keydown", pressed, { capture: true });
  return () => removeEventListener("keydown", pressed, { capture: true });
}
