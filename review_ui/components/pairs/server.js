// The routes of pairs. Each waits until the server is back, so that a lost network costs time and nothing else.

import { insist, post } from "./api.js";

const QUICK = 15_000; // ms
const LONG = 180_000; // ms; a large RAW pair, behind those of others
const FINAL = [500, 507]; // what measures a pair must not be started again and again; a full disk stays full

let waiting = () => {};

// `told(true)` is called when the server does not answer, `told(false)` when it does again.
export function whenAway(told) {
  waiting = told;
}

const ask = (name, body, patience = QUICK) =>
  insist(() => post(`/app/pairs/${name}`, body, { patience, final: FINAL }), (away) => waiting(away));

export const shoots = () => ask("shoots", {});
export const newShoot = (fields) => ask("new-shoot", fields);
export const shootRights = (fields) => ask("shoot-rights", fields);
export const known = (sha256) => ask("known", { sha256s: [sha256] });
export const storeFrame = (upload) => ask("frames", { upload }, LONG);
export const pairUp = (sha256s, longScenes) => ask("pair-up", { sha256s, long_scenes: longScenes }, LONG);
export const readScene = (sha256s) => ask("scene", { sha256s }, LONG);
export const handIn = (fields) => ask("hand-in", fields);
export const list = () => ask("list", {});
export const show = (pair) => ask("show", { pair });
export const check = (pair) => ask("check", { pair }, LONG);
export const correctMask = (pair, png) => ask("mask", { pair, png }, LONG);
export const swap = (pair) => ask("swap", { pair });
export const decide = (fields) => ask("decide", fields);
export const undo = (pair, decision) => ask("undo", { pair, decision });
export const picture = (pair, name) => `/app/pairs/pictures/${pair}/${name}`;
export const thumbnail = (upload) => `/app/pairs/thumbnails/${upload}.webp`;
