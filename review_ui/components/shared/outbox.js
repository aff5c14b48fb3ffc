// What the reviewer has done and the server has not confirmed: kept in sessionStorage, so that a reload sends
// it again, and sent strictly in order, one at a time, under the same event id until there is an answer.

import { insist } from "./api.js";

const MOST_UNSAVED = 2;

export class Outbox {
  #place;
  #entries;
  #desk;
  #sending = false;
  waiting = false;
  ended = false;

  // `desk.send(entry)` is called when its turn comes, and returns what sends it, or null: there is nothing to send
  // any more; `desk` is told `answered(entry, answer)`, `refused(entry, error)` and `changed()`.
  constructor(place, desk) {
    this.#place = place;
    this.#entries = JSON.parse(sessionStorage.getItem(place) ?? "[]");
    this.#desk = desk;
  }

  get entries() {
    return this.#entries;
  }

  get unsaved() {
    return this.#entries.filter((entry) => entry.path !== "undo").length;
  }

  get undoing() {
    return this.#entries.some((entry) => entry.path === "undo");
  }

  get full() {
    return this.unsaved >= MOST_UNSAVED;
  }

  get items() {
    return this.#entries.map((entry) => entry.item).filter(Boolean);
  }

  add(entry) {
    this.#entries.push(entry);
    this.#keep();
    this.send();
  }

  async send() {
    if (this.#sending || this.ended) return;
    this.#sending = true;
    try {
      while (this.#entries.length && !this.ended) await this.#sendFirst();
    } finally {
      this.#sending = false;
    }
  }

  async #sendFirst() {
    const [entry] = this.#entries;
    const attempt = () => {
      const post = this.#desk.send(entry);
      this.#keep(); // what an undo takes back is known only now, and must not change when it is sent again
      return post?.();
    };
    let answer;
    try {
      answer = await insist(attempt, (waiting) => this.#wait(waiting));
    } catch (error) {
      if (error.status === 401) this.ended = true;
      else this.#drop((later) => later.after !== entry.event); // an undo of it would take back another one
      this.#desk.refused(entry, error);
      return this.#desk.changed();
    }
    this.#drop();
    if (answer) this.#desk.answered(entry, answer);
    return this.#desk.changed();
  }

  #wait(waiting) {
    this.waiting = waiting;
    this.#desk.changed();
  }

  #drop(stays = () => true) {
    this.#entries = this.#entries.slice(1).filter(stays);
    this.#keep();
  }

  #keep() {
    sessionStorage.setItem(this.#place, JSON.stringify(this.#entries));
  }
}
