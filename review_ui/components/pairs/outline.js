// The edge of a mask as a picture that lies over the photo: a coloured line inside a dark one.

const LINE = 2; // pixels of the mask

// `pixels`: ImageData of a grey mask. Returns a canvas of the same size.
export function outline(pixels, colour) {
  const { width, height } = pixels;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  const edge = context.createImageData(width, height);
  const inside = (x, y) => x >= 0 && y >= 0 && x < width && y < height && pixels.data[4 * (y * width + x)] > 127;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!inside(x, y)) continue;
      const near = isEdge(inside, x, y, 1) ? [0, 0, 0] : isEdge(inside, x, y, 1 + LINE) ? colour : null;
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
