// The members' crops in a row: number, similarity to the anchor, weakest edge, and how each is set apart.

import { make, set } from "./dom.js";
import { MARKS } from "./marks.js";
import { crop } from "./addresses.js";

export const similarity = (value) => value.toFixed(3);

export class Strip {
  #pictures;
  #tiles = [];
  #revealed = 1;

  constructor(pictures, choose) {
    this.#pictures = pictures;
    this.element = make("div", {
      class: "strip",
      role: "group",
      "aria-label": "Members of the group",
      onmousedown: (event) => event.preventDefault(),
      onclick: (event) => {
        const tile = event.target.closest("[data-member]");
        if (tile) choose(Number(tile.dataset.member));
      },
      onfocusin: (event) => {
        if (event.target.matches(":focus-visible")) choose(Number(event.target.dataset.member));
      },
    });
  }

  show(held) {
    const weakest = new Set(held.card.weakest?.members ?? []);
    const added = new Set(held.card.new_views ?? []);
    this.#tiles = held.card.members.map((member, index) =>
      this.#tile(member, index, { weak: weakest.has(index), added: added.has(index) }),
    );
    this.element.style.setProperty("--members", this.#tiles.length);
    this.element.replaceChildren(...this.#tiles);
    this.#revealed = 1;
  }

  clear() {
    this.#tiles = [];
    this.element.replaceChildren();
  }

  update({ card, marks, focus }) {
    this.#tiles.forEach((tile, index) => {
      const mark = marks.get(card.members[index].object);
      set(tile, "data-mark", mark ?? null);
      set(tile, "aria-current", index === focus ? "true" : null);
      tile.querySelector(".sign").textContent = mark ? MARKS[mark].sign : "";
      tile.querySelector(".word").textContent = mark ? MARKS[mark].word : "";
      set(tile, "aria-label", this.#description(card, index, mark));
    });
    if (focus !== this.#revealed) this.#tiles[focus].scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#revealed = focus;
  }

  #tile(member, index, { weak, added }) {
    const picture = this.#pictures.want(crop(member));
    const square = make("span", { class: "square" }, picture.image);
    picture.settled.then(() => {
      if (!picture.broken) return;
      square.replaceChildren(make("span", { class: "broken", text: "picture cannot be shown" }));
    });
    return make(
      "button",
      { type: "button", class: "tile", "data-member": index, "data-weak": weak, "data-added": added, tabindex: 0 },
      square,
      make("span", { class: "number", text: index + 1 }),
      weak ? make("span", { class: "weak", text: "weakest" }) : null,
      added ? make("span", { class: "added", text: "new" }) : null,
      make("span", { class: "mark" }, make("span", { class: "sign" }), make("span", { class: "word" })),
      make("span", { class: "similarity", text: index ? similarity(member.similarity) : "anchor" }),
    );
  }

  #description(card, index, mark) {
    const weak = card.weakest?.members.includes(index) ? ", end of the weakest edge" : "";
    const added = card.new_views?.includes(index) ? ", new" : "";
    const near = index ? `similarity ${similarity(card.members[index].similarity)}` : "anchor";
    return `Member ${index + 1}, ${near}${weak}${added}${mark ? `, marked ${MARKS[mark].word}` : ", kept"}`;
  }
}
