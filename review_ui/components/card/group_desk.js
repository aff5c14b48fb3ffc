// The desk of the groups.

import { crop, photo } from "./addresses.js";
import { AHEAD, Deck } from "./deck.js";
import { Desk } from "./desk.js";
import { GroupPresses } from "./group_presses.js";
import { GroupView } from "./group_view.js";
import { Held } from "./held.js";
import { nothingLeft } from "./nothing_left.js";
import { Pictures } from "./pictures.js";

const WORK = {
  root: "/app/review/",
  list: "cards",
  one: "item",
  many: "items",
  back: "card",
  names: ({ item }) => ({ item }),
  at: (desk, path) => (["heartbeat", "leave"].includes(path) ? {} : { desk }),
  fetching: { title: "Fetching the next group" },
  gone: "Taken back. The group is no longer in your queue.",
  notHere: "The group you asked for is decided, or somebody else has it: here is the next one.",
  nothingLeft,
};

export function groupDesk(name, reviewer) {
  const pictures = new Pictures();
  const deck = new Deck((card) => new HeldGroup(card), () => load(deck, pictures));
  const presses = new GroupPresses();
  const view = new GroupView(pictures, presses);
  const desk = new Desk({ name, reviewer, work: WORK, deck, view, presses });
  presses.serve(desk);
  return desk;
}

class HeldGroup extends Held {
  focus = 1; // index of the member that the keys are about
  beside = 1; // index of the member whose photo stands beside the anchor's

  constructor(card) {
    super(card.item, card);
    this.marks = new Map(Object.entries(card.mine?.marks ?? {}));
  }

  // The same group with the same members, maybe with more votes.
  renew(card) {
    super.renew({ ...card, members: this.card.members });
  }
}

// What is seen first comes first: browsers fetch six pictures at a time.
function load({ shown, ahead }, pictures) {
  const near = [shown, ...ahead.slice(0, AHEAD)].filter(Boolean);
  const wanted = near.flatMap(({ card: { members } }, place) => {
    const [crops, photos] = place || !shown ? ["low", "low"] : ["high", "auto"];
    return [
      ...members.map((member) => pictures.want(crop(member), crops)),
      ...members.slice(0, 2).map((member) => pictures.want(photo(member), photos)),
    ];
  });
  const own = shown?.card.members.flatMap((member) => [photo(member), photo(member, 2560)]) ?? [];
  pictures.keep(new Set([...wanted.map((picture) => picture.url), ...own]));
}
