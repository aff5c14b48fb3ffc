// Files on their way: hashed one after the other, sent two at a time, paired once all of a drop are stored.

import { send } from "./sending.js";
import * as server from "./server.js";

const AT_ONCE = 2;

export class Arrivals {
  files = []; // { name, size, state, share, sentence, sha256, upload, pair, role }; state: waiting, hashing, sending, keeping,
  // stored, measuring, here or refused
  #changed;
  #complete;
  #hashing = Promise.resolve();
  #sending = 0;
  #queue = [];

  // `changed()` after anything changed; `complete()` when every file of a drop is stored or refused.
  constructor(changed, complete) {
    this.#changed = changed;
    this.#complete = complete;
  }

  get busy() {
    return this.files.some((file) => ["waiting", "hashing", "sending", "keeping", "measuring"].includes(file.state));
  }

  async add(files) {
    const batch = files.map((file) => ({ name: file.name, size: file.size, state: "waiting", share: 0 }));
    this.files.push(...batch);
    this.#changed();
    await Promise.all(batch.map((each, index) => this.#bring(each, files[index])));
    if (batch.some((each) => each.state === "stored")) await this.#complete();
  }

  // What was stored on an earlier visit and is in no pair yet.
  restore(unpaired) {
    const listed = new Set(this.files.map((file) => file.sha256));
    for (const { sha256, name, upload } of unpaired) {
      if (!listed.has(sha256)) this.files.push({ name, sha256, upload, state: "stored", share: 1 });
    }
    this.#changed();
  }

  get unpaired() {
    return [...new Set(this.files.filter((file) => file.state === "stored").map((file) => file.sha256))];
  }

  // While it is measured which of the frames of a scene are pairs; they are stored all the time.
  measure(frames, still) {
    const [from, to] = still ? ["stored", "measuring"] : ["measuring", "stored"];
    for (const file of this.files) if (file.state === from && frames.includes(file.sha256)) file.state = to;
    this.#changed();
  }

  // Why frames were not paired, in sentences.
  doubt(doubtful) {
    for (const { sentence, frames } of doubtful) {
      for (const file of this.files) if (frames.includes(file.sha256)) file.sentence = sentence;
    }
    this.#changed();
  }

  paired(sha256s) {
    this.files = this.files.filter((file) => !(file.state === "stored" && sha256s.includes(file.sha256)));
    this.#changed();
  }

  dismiss(file) {
    this.files = this.files.filter((each) => each !== file);
    this.#changed();
  }

  #become(each, state, fields = {}) {
    Object.assign(each, { state, ...fields });
    this.#changed();
  }

  async #bring(each, file) {
    try {
      each.sha256 = await this.#hashed(each, file);
      const { pairs, uploads } = await server.known(each.sha256);
      const found = pairs[each.sha256] ?? [];
      if (found.length) return this.#become(each, "here", { pair: found[0] });
      this.#become(each, "waiting");
      const upload = await this.#inTurn(() => this.#sent(each, file, uploads[each.sha256]));
      this.#become(each, "keeping");
      await server.storeFrame(upload);
      return this.#become(each, "stored", { upload });
    } catch (error) {
      return this.#become(each, "refused", { sentence: error.message });
    }
  }

  // One after the other: each is in memory as a whole while it is hashed.
  #hashed(each, file) {
    const hash = this.#hashing.then(async () => {
      this.#become(each, "hashing");
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    });
    this.#hashing = hash.catch(() => {});
    return hash;
  }

  #sent(each, file, begun) {
    this.#become(each, "sending");
    return send(file, each.sha256, begun, (share) => this.#become(each, "sending", { share }));
  }

  async #inTurn(work) {
    if (this.#sending >= AT_ONCE) await new Promise((resolve) => this.#queue.push(resolve));
    this.#sending += 1;
    try {
      return await work();
    } finally {
      this.#sending -= 1;
      this.#queue.shift()?.();
    }
  }
}
