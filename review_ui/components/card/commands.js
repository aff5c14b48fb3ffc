// Keys of the Groups screen, and what they do.

import { JUDGING } from "./bar.js";

export const COMMANDS = {
  a: "accept",
  x: "reject",
  " ": "skip",
  Backspace: "undo",
  f: "flag",
  h: "help",
  v: "variant",
  n: "near_duplicate",
  s: "second",
  z: "zoom",
  w: "whole",
  e: "caption",
  Enter: "different",
  Escape: "escape",
  ArrowLeft: "previous",
  ArrowUp: "previous",
  ArrowRight: "next_member",
  ArrowDown: "next_member",
};

export const CLUSTERS = {
  group: JUDGING,
  member: [
    ["different", "Enter", "Different", "Enter"],
    ["variant", "V", "Variant", "V"],
    ["near_duplicate", "N", "Near-duplicate", "N"],
    ["second", "S", "Second", "S"],
  ],
  look: [
    ["zoom", "Z", "Zoom", "Z"],
    ["whole", "W", "Whole", "W"],
    ["help", "H", "Help", "H"],
  ],
};

export const HELP = {
  "The group": [
    [["A"], "accept: the unmarked members are one and the same thing"],
    [["X"], "reject: no two of them are the same thing; where views are new, only these are another thing"],
    [["Space"], "skip: decide it later"],
    [["Backspace"], "undo: take your latest decision back, as often as you like"],
    [["F"], "flag: give a reason and let an adjudicator look"],
  ],
  "Its members": [
    [["1", "…", "9"], "it is another thing than the rest: different"],
    [["←", "→"], "move the focus"],
    [["Enter"], "the focused member is different"],
    [["V"], "it is the same product in another variant"],
    [["N"], "it is the same photo once more: near-duplicate"],
    [["S"], "it belongs to a second thing: splits the group in two"],
    [["E"], "write its caption, which tells what its whole photo shows"],
  ],
  "The photos": [
    [["Z"], "the focused member’s photo in full size"],
    [["W"], "whole photos, or the objects with their surroundings"],
    [["wheel"], "zoom towards the pointer; drag to move, double click to go back"],
    [["Esc"], "close"],
    [["H"], "this help"],
  ],
};

export const RULES =
  "The same key again takes a mark back. A key counts only once the card can be seen, and holding it down " +
  "decides one card. “Saved” means that the decision is in the database.";

export const FLAGS = [
  "More than two different things",
  "I cannot tell whether it is the same thing",
  "A box is wrong or holds several things",
  "This photo should not be in the set",
  "A picture is broken or too small to judge",
];
