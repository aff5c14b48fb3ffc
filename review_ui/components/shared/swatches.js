// What colours over a photo stand for.

import { make } from "./dom.js";

// `kinds`: name, word and colour of each.
export function swatches(kinds) {
  return kinds.map(([name, word, colour]) => {
    const swatch = make("i");
    swatch.style.background = colour;
    return make("li", { "data-kind": name }, swatch, make("span", { text: word }));
  });
}
