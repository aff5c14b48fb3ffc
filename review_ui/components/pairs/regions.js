// What the check took each piece of change for: a picture whose pixels are 0 or the place of a kind, from 1 on.

const LEAST = 2e-4; // share of the frame below which a kind is a few specks that nobody finds on the screen

export const NAMES = { object: "object", shadow: "shadow", reflection: "reflection", other: "something else" };

export class Regions {
  // `pixels`: ImageData; `kinds`: their names in the order of their places.
  constructor({ data, width, height }, kinds) {
    this.width = width;
    this.height = height;
    this.kinds = kinds;
    this.places = Uint8Array.from({ length: width * height }, (_, n) => data[4 * n]);
  }

  // Kinds that can be seen.
  get found() {
    const counts = new Uint32Array(256);
    for (const place of this.places) counts[place] += 1;
    return this.kinds.filter((_, index) => counts[index + 1] >= LEAST * this.places.length);
  }

  // Says of a pixel whether it is of this kind.
  of(kind) {
    const place = this.kinds.indexOf(kind) + 1;
    return (index) => this.places[index] === place;
  }

  // The indices of the connected piece that a pixel belongs to; null where nothing changed.
  at(x, y) {
    const { width, height, places } = this;
    const start = Math.floor(y) * width + Math.floor(x);
    const place = places[start];
    if (!place) return null;
    const seen = new Uint8Array(places.length);
    const piece = [start];
    seen[start] = 1;
    for (let n = 0; n < piece.length; n += 1) {
      const column = piece[n] % width;
      for (const beside of [column && piece[n] - 1, column < width - 1 && piece[n] + 1,
        piece[n] - width, piece[n] + width]) {
        if (beside === false || beside < 0 || beside >= width * height) continue;
        if (seen[beside] || places[beside] !== place) continue;
        seen[beside] = 1;
        piece.push(beside);
      }
    }
    return piece;
  }
}
