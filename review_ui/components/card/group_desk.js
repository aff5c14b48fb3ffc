// The desk of the groups.

import { crop, photo } from "./addresses.js";
import { insist, Refused } from "./api.js";
import { AHEAD, Deck } from "./deck.js";
import { Desk } from "./desk.js";
import { GroupPresses } from "./group_presses.js";
import { GroupView } from "./group_view.js";
import { Held } from "./held.js";
import { firstMarks } from "./marks.js";
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
  const presses = new GroupPresses();
  const hold = (card) => new HeldGroup(card, presses.markedByHand.get(card.item));
  const deck = new Deck(hold, () => load(deck, pictures));
  const view = new GroupView(pictures, presses);
  const desk = new GroupDesk({ name, reviewer, work: WORK, deck, view, presses });
  presses.serve(desk);
  return desk;
}

class GroupDesk extends Desk {
  // Shows a person's words at once and sends them; empty ones take people's words back.
  describe({ object, caption, otherwise }, text) {
    const was = caption.source === "person" ? caption.text : null;
    if (text === caption.text || text === (was ?? "")) return;
    this.#say(object, text ? { text, source: "person", by: null } : otherwise);
    const event = crypto.randomUUID();
    this.outbox.add({ path: "captions", lone: true, before: caption, event, object, was, text });
    this.report();
  }

  stored(entry, answer) {
    super.stored();
    if (entry.path === "captions" && !this.#isUnsaved(entry.object)) this.#say(entry.object, answer.caption);
  }

  // The words are shown as if they were saved: what was there before comes back, or what somebody wrote since.
  refused(entry, error) {
    if (entry.path === "captions" && error instanceof Refused && error.status !== 401) {
      this.#say(entry.object, entry.before);
      if (error.code === "stale") this.#lookAgain(entry.object);
    }
    return super.refused(entry, error);
  }

  async #lookAgain(object) {
    const held = this.deck.all.find(({ card }) => card.members.some((member) => member.object === object));
    if (!held) return;
    try {
      const { answer, card } = await insist(() => this.again(held.item), () => {});
      const now = card?.members.find((member) => member.object === object);
      if (now && !this.#isUnsaved(object)) this.#say(object, now.caption);
      this.take(answer);
    } catch (error) {
      this.stop(error);
    }
  }

  #isUnsaved(object) {
    return this.outbox.entries.some((entry) => entry.path === "captions" && entry.object === object);
  }

  #say(object, caption) {
    const { deck, view } = this;
    for (const { card } of deck.all) {
      for (const member of card.members) if (member.object === object) member.caption = caption;
    }
    if (deck.shown) view.update(deck.shown);
  }
}

class HeldGroup extends Held {
  focus; // index of the member that the keys are about
  beside; // index of the member whose photo stands beside the anchor's

  // `byHand`: as `firstMarks` has it.
  constructor(card, byHand) {
    super(card.item, card);
    this.focus = this.beside = card.new_views?.find((index) => index > 0) ?? 1;
    this.marks = firstMarks(card, byHand);
  }

  // The same group with the same members, maybe with more votes. What is new in it stays what is on the screen.
  renew(card) {
    const { members, new_views, apart } = this.card;
    super.renew({ ...card, members, new_views, apart });
  }
}

// What is seen first comes first: browsers fetch six pictures at a time.
function load({ shown, ahead }, pictures) {
  const near = [shown, ...ahead.slice(0, AHEAD)].filter(Boolean);
  const wanted = near.flatMap(({ card: { members }, beside }, place) => {
    const [crops, photos] = place || !shown ? ["low", "low"] : ["high", "auto"];
    return [
      ...members.map((member) => pictures.want(crop(member), crops)),
      ...[members[0], members[beside]].map((member) => pictures.want(photo(member), photos)),
    ];
  });
  const own = shown?.card.members.flatMap((member) => [photo(member), photo(member, 2560)]) ?? [];
  pictures.keep(new Set([...wanted.map((picture) => picture.url), ...own]));
}
