// The edge of a mask as a picture that lies over the photo: a coloured line inside a white one, as in the report, so
// that it shows on light and dark things.

const HALO = [255, 255, 255];
const LINE = 3; // pixels of the mask

// `covers(index)` says of each pixel, counted by rows, whether it is covered; `colour` is #rrggbb.
export function outline({ width, height }, covers, colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  const edge = context.createImageData(width, height);
  const ink = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const inside = (x, y) => x >= 0 && y >= 0 && x < width && y < height && covers(y * width + x);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!covers(y * width + x)) continue;
      const near = isEdge(inside, x, y, 1) ? HALO : isEdge(inside, x, y, 1 + LINE) ? ink : null;
      if (near) edge.data.set([...near, 255], 4 * (y * width + x));
    }
  }
  context.putImageData(edge, 0, 0);
  return canvas;
}

function isEdge(inside, x, y, reach) {
  return !inside(x - reach, y) || !inside(x + reach, y) || !inside(x, y - reach) || !inside(x, y + reach);
}

// The picture at `url` as ImageData; null if it cannot be had.
export async function pixelsOf(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
