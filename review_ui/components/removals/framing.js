// Which part of a photo fills a window.

import { outputTile, photoTile, placesIn, topOf } from "./tiles.js";

const MARGIN = { region: 0.12, object: 0.25 }; // of its sides, around it
const CLOSEST = 3; // screen pixels for one of the photo: small regions are not blown up

// The pixels of the photo, x, y, width and height, that fill a window of this room: around the region or the object
// (`what`), and no further than the photo goes where that can be.
export function boxOf({ card, output }, what, room) {
  const [x, y, width, height] = what === "object" ? card.box : output.region;
  const grown = 1 + 2 * MARGIN[what];
  const scale = Math.min(CLOSEST, room[0] / (grown * width), room[1] / (grown * height)) || 1;
  const sides = room.map((each) => each / scale);
  const corner = [x + width / 2, y + height / 2].map((middle, axis) => {
    const [side, whole] = [sides[axis], card.size[axis]];
    return side > whole ? (whole - side) / 2 : Math.min(whole - side, Math.max(0, middle - side / 2));
  });
  return [...corner, ...sides];
}

// Addresses of the tiles that a case is seen by at first; `whole`: not only the smallest ones.
export function tilesAtStart(held, room, whole) {
  const { card } = held;
  const box = boxOf(held, "region", room);
  const places = whole && room[0] ? placesIn(card.size, box, room[0] / box[2]) : [];
  places.unshift({ level: topOf(card.size), column: 0, row: 0 });
  const addresses = [photoTile(card), ...card.outputs.map((output) => outputTile(card, output))];
  return new Set(addresses.flatMap((address) => places.map(address)));
}
