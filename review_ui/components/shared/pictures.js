// Pictures of what is held, loaded and decoded ahead. Those of what is gone are let go of.

import { pause } from "./api.js";

class Picture {
  ready = false;
  broken = false;
  #gone = false;

  constructor(url, urgency) {
    this.url = url;
    this.image = new Image();
    this.image.alt = "";
    this.image.draggable = false;
    this.image.fetchPriority = urgency;
    this.settled = this.#load();
  }

  letGo() {
    this.#gone = true;
    if (!this.ready) this.image.removeAttribute("src"); // stops a download that nobody waits for
  }

  async #load() {
    for (let attempt = 0; !this.#gone; attempt += 1) {
      this.image.src = this.url;
      try {
        await this.image.decode();
        this.ready = true;
        return;
      } catch {
        if (this.#gone) return;
        if (attempt > 0 && (await this.#isRefused())) break;
        await pause(attempt);
      }
    }
    this.broken = !this.#gone;
  }

  // An <img> does not say why it failed: a lost connection is worth another try, a 404 or a bad file is not.
  async #isRefused() {
    try {
      const answer = await fetch(this.url);
      if (answer.ok) await createImageBitmap(await answer.blob()); // it may have come back just now
      return !answer.ok && answer.status < 500;
    } catch (error) {
      return error.name === "InvalidStateError"; // all of it came, and it is no picture
    }
  }
}

export class Pictures {
  #held = new Map();

  want(url, urgency = "auto") {
    if (!this.#held.has(url)) this.#held.set(url, new Picture(url, urgency));
    return this.#held.get(url);
  }

  keep(urls) {
    for (const [url, picture] of this.#held) {
      if (urls.has(url)) continue;
      picture.letGo();
      this.#held.delete(url);
    }
  }
}
