// Outlines over the photo: polygons in its own pixels, whose lines are as thin at any zoom.

const SVG = "http://www.w3.org/2000/svg";

export class Outlines {
  #colours;
  #group = document.createElementNS(SVG, "g");

  // `colours`: name of a kind -> its colour.
  constructor(colours) {
    this.#colours = colours;
    this.element = document.createElementNS(SVG, "svg");
    this.element.setAttribute("class", "outlines");
    this.element.setAttribute("aria-hidden", "true");
    this.element.append(this.#group);
  }

  // `polygons`: name of a kind -> lists of x, y, x, y ...; a light line under each makes it seen on dark things.
  draw(polygons) {
    const paths = Object.keys(this.#colours).flatMap((kind) => {
      const line = (polygons[kind] ?? []).map(pathOf).join("");
      return line ? [path(line, "halo", "#fff"), path(line, kind, this.#colours[kind])] : [];
    });
    this.#group.replaceChildren(...paths);
  }

  // `seen`: x, y, width and height of the photo's pixels in a window of this room.
  place([x, y, width], [roomWidth]) {
    const scale = roomWidth / width;
    if (!Number.isFinite(scale)) return; // no room yet: once it has a size this is called again
    this.#group.setAttribute("transform", `scale(${scale}) translate(${-x} ${-y})`);
  }
}

function pathOf(points) {
  const pairs = points.flatMap((x, index) => (index % 2 ? [] : [`${x} ${points[index + 1]}`]));
  return `M${pairs.join("L")}Z`;
}

function path(line, kind, colour) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", line);
  element.setAttribute("class", kind);
  element.setAttribute("stroke", colour);
  return element;
}
