// Where the tiles of a case are: pyramids of tiles of 512 pixels. Here level 0 is the photo in full size and each
// further one half of it, as the server names them; OpenSeadragon counts the other way.

import "./openseadragon.min.js";

const { OpenSeadragon } = window;
const SIDE = 512;
const SHARP = 0.5; // screen pixels that a pixel of a tile takes at least; OpenSeadragon's minPixelRatio
const BLACK = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=";
const ROOT = "/app/removals/tiles";

// Address of a tile of a picture by its place {level, column, row}.
export const photoTile = ({ photo }) => (place) => `${ROOT}/photo/${photo}/${named(place)}.jpg`;

// Outside of the working region an output is its photo, bit for bit, and the server has no other tiles of it.
export const outputTile = (card, { removal, picture, region }) => (place) =>
  touches(place, region) ? `${ROOT}/output/${removal}/${named(place)}.jpg?${picture}` : photoTile(card)(place);

export const differenceTile = (card, { removal, picture, region }) => (place) =>
  touches(place, region) ? `${ROOT}/difference/${removal}/${named(place)}.webp?${picture}` : BLACK;

const named = ({ level, column, row }) => `${level}/${column}_${row}`;

function touches({ level, column, row }, [x, y, width, height]) {
  const side = SIDE * 2 ** level;
  return column * side < x + width && (column + 1) * side > x && row * side < y + height && (row + 1) * side > y;
}

// The highest level, which is one tile.
export const topOf = ([width, height]) => Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / SIDE)));

// Places of the tiles that show `box` (x, y, width, height in pixels of the photo) at `scale`, screen pixels for one
// of the photo.
export function placesIn([width, height], [x, y, boxWidth, boxHeight], scale) {
  const level = Math.min(topOf([width, height]), Math.max(0, Math.ceil(Math.log2(SHARP / scale))));
  const side = SIDE * 2 ** level;
  const range = (from, to, end) => {
    const first = Math.max(0, Math.floor(from / side));
    const last = Math.min(Math.ceil(end / side), Math.ceil(to / side));
    return Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
  };
  const columns = range(x, x + boxWidth, width);
  return range(y, y + boxHeight, height).flatMap((row) => columns.map((column) => ({ level, column, row })));
}

// A picture of a case for OpenSeadragon; `address` says where its tiles are. They are fetched as all pictures are:
// what is lost on the way is asked for again.
export class CaseTiles extends OpenSeadragon.TileSource {
  broken = false;
  #pictures;
  #address;
  #top;

  constructor(held, address) {
    const { size } = held.card;
    const [width, height] = size;
    super({ width, height, tileSize: SIDE, tileOverlap: 0, minLevel: 0, maxLevel: topOf(size) });
    this.#pictures = held.tiles;
    this.#address = address;
    this.#top = topOf(size);
  }

  getTileUrl(level, column, row) {
    return this.#address({ level: this.#top - level, column, row });
  }

  hasTransparency() {
    return false;
  }

  async downloadTileStart(job) {
    const picture = this.#pictures.want(job.src, "high");
    await picture.settled;
    if (picture.ready) return job.finish(picture.image, null, "image");
    this.broken ||= picture.broken;
    return picture.broken && job.fail("The picture cannot be shown."); // else nobody waits for it any more
  }

  downloadTileAbort() {}
}
