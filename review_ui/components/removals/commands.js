// Keys of the Removals screen, and what they do.

import { JUDGING } from "./bar.js";

export const COMMANDS = {
  a: "accept",
  x: "reject",
  " ": "skip",
  Backspace: "undo",
  f: "flag",
  h: "help",
  s: "side",
  v: "swap",
  b: "blink",
  w: "wipe",
  d: "difference",
  m: "outlines",
  z: "zoom",
  0: "full_size",
  "+": "closer",
  "=": "closer",
  "-": "further",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Escape: "escape",
};

export const CLUSTERS = {
  group: JUDGING,
  look: [
    ["side", "S", "Side by side", "S"],
    ["swap", "V", "Alone", "V"],
    ["blink", "B", "Blink", "B"],
    ["wipe", "W", "Wipe", "W"],
    ["difference", "D", "Difference", "D"],
    ["outlines", "M", "Outlines", "M"],
  ],
  zoom: [
    ["zoom", "Z", "Object", "Z"],
    ["full_size", "0", "1:1", "0"],
    ["help", "H", "Help", "H"],
  ],
};

export const HELP = {
  "The output": [
    [["A"], "accept: this is the background of the photo"],
    [["X"], "reject: give a reason, Enter takes the suggested one"],
    [["1", "…", "9"], "another remover’s output of the same object"],
    [["Space"], "skip: decide this object later"],
    [["Backspace"], "undo: take your latest decision back, as often as you like"],
    [["F"], "flag: give a reason and let an adjudicator look"],
  ],
  "Compare": [
    [["S"], "input and output side by side"],
    [["V"], "the output alone, and once more: the input alone"],
    [["B"], "blink: both in turn"],
    [["W"], "wipe: drag the handle or move it with the arrows"],
    [["D"], "difference: black where nothing changed"],
    [["M"], "outlines of the object, the mask and what else changed"],
  ],
  "Move": [
    [["Z"], "to the object, and back to the working region"],
    [["0"], "one pixel of the photo for one of the screen"],
    [["+", "-"], "zoom; the wheel zooms towards the pointer, drag to move"],
    [["←", "→", "↑", "↓"], "move"],
    [["Esc"], "close, or back to side by side"],
    [["H"], "this help"],
  ],
};

export const RULES =
  "An accepted output settles its object. A key counts only once the output can be seen, and holding it down " +
  "decides once. “Saved” means that the decision is in the database.";

export const FLAGS = [
  "I cannot tell whether this is good enough",
  "The object should not be removed at all",
  "The mask is of another thing",
  "This photo should not be in the set",
  "A picture is broken",
];
