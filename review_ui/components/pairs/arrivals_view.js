// The drop zone, and one line for each file on its way. Stored files can be paired by hand.

import { make, plural, set } from "./dom.js";
import { droppedFiles, isPhoto } from "./dropped.js";
import { thumbnail } from "./server.js";

const SAYS = {
  waiting: () => "waiting",
  hashing: () => "looking whether it is here already",
  sending: ({ share }) => `sending, ${Math.floor(100 * share)} %`,
  keeping: () => "checking and storing",
  stored: ({ sentence }) => sentence ?? "stored, in no pair yet",
  measuring: () => "measuring which photos of its scene are a pair",
  here: () => "already here: not sent",
  refused: ({ sentence }) => sentence,
};

export class ArrivalsView {
  #rows = new Map();
  #act;

  // `act` has drop(files), dismiss(file), choose(file, role), pair(), pairScene(kind) and open(pair).
  constructor(act) {
    this.#act = act;
    this.rows = make("ul", { class: "files", "aria-label": "Files" });
    this.pairButton = make("button", {
      type: "button", class: "key-button primary", text: "Make a pair of these", onclick: act.pair,
    });
    this.said = make("p", { class: "said", role: "status", "aria-live": "polite" });
    const scene = (text, kind) =>
      make("button", { type: "button", class: "key-button", text, onclick: () => act.pairScene(kind) });
    this.scene = make("div", { class: "cluster scene", hidden: true, role: "group", "aria-label": "Frames of one scene" },
      scene("Pairs in a row", "pairs"), scene("One clean plate", "burst"));
    this.element = make(
      "section", { class: "arrivals", "aria-label": "Hand in" },
      this.#zone(), this.said, this.scene, this.rows, this.pairButton,
    );
  }

  #zone() {
    const photos = this.#input({ multiple: true, accept: "image/*,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2" });
    const folder = this.#input({ multiple: true, webkitdirectory: true });
    const button = (text, input) =>
      make("button", { type: "button", class: "key-button", text, onclick: () => input.click() });
    const zone = make(
      "div", { class: "zone", "data-drop": true },
      make("p", { class: "lead", text: "Drop photos or a folder" }),
      make("p", { class: "advice", text: "Shot with the object, then without it: camera locked, nothing else moved." }),
      make("div", { class: "cluster" }, button("Choose photos", photos), button("Choose folder", folder)),
      photos, folder,
    );
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      set(zone, "data-over", true);
    });
    zone.addEventListener("dragleave", () => set(zone, "data-over", null));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      set(zone, "data-over", null);
      this.#take(await droppedFiles(event.dataTransfer));
    });
    return zone;
  }

  #input(properties) {
    const input = make("input", { type: "file", hidden: true, ...properties });
    input.addEventListener("change", () => {
      this.#take([...input.files]);
      input.value = "";
    });
    return input;
  }

  #take(files) {
    const photos = files.filter(isPhoto);
    const left = files.length - photos.length;
    this.say(left ? `${plural(left, "file")} left out: no photo by the name.` : "");
    if (photos.length) this.#act.drop(photos);
  }

  say(text) {
    this.said.textContent = text;
  }

  // Whether more frames of one scene wait than anybody but the photographer can group.
  askAboutScene(asked) {
    this.scene.hidden = !asked;
  }

  show(files) {
    for (const [file, row] of this.#rows) {
      if (!files.includes(file)) {
        row.remove();
        this.#rows.delete(file);
      }
    }
    for (const file of files) {
      if (!this.#rows.has(file)) this.#rows.set(file, this.#row(file));
      this.#update(this.#rows.get(file), file);
    }
    this.rows.hidden = !files.length;
    this.pairButton.hidden = !["with", "without"].every((role) => files.some((file) => file.role === role));
  }

  #row(file) {
    const role = (name) =>
      make("button", {
        type: "button", class: "role", "data-role": name, text: name === "with" ? "With" : "Without",
        onclick: () => this.#act.choose(file, name),
      });
    const row = make(
      "li", { class: "file" },
      make("img", { class: "small", alt: "", draggable: "false", loading: "lazy" }),
      make("span", { class: "file-name", text: file.name, title: file.name }),
      make("button", { type: "button", class: "show", text: "Show", onclick: () => this.#act.open(file.pair) }),
      make("button", {
        type: "button", class: "dismiss", text: "×", "aria-label": `Take ${file.name} off the list`,
        onclick: (event) => this.#dismiss(event.target.closest("li"), file),
      }),
      make("span", { class: "state" }),
      make("span", { class: "roles", role: "group", "aria-label": `${file.name}: with or without the object` },
        role("with"), role("without")),
      make("progress", { max: 1, "aria-label": `${file.name} sent` }),
    );
    this.rows.append(row);
    return row;
  }

  // The focus goes on to the next line, or to the buttons above the last one.
  #dismiss(row, file) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    this.#act.dismiss(file);
    (next?.querySelector(".dismiss") ?? this.element.querySelector(".zone button")).focus({ preventScroll: true });
  }

  #update(row, file) {
    set(row, "data-state", file.state);
    row.querySelector(".state").textContent = SAYS[file.state](file);
    row.querySelector("progress").value = file.share;
    // The server's: browsers show no RAW, HEIC or TIFF, and decode large photos slowly.
    const image = row.querySelector("img");
    if (file.upload && !image.hasAttribute("src")) set(image, "src", thumbnail(file.upload));
    for (const button of row.querySelectorAll(".role")) {
      set(button, "aria-pressed", String(button.dataset.role === file.role));
    }
  }
}
