// What Streamlit calls: shows the running desk inside the element it gives. The desk outlives the element, so
// that files go on being sent while somebody looks at another screen.

import { fitHeight } from "./fit.js";
import { listenToKeys } from "./presses.js";
import { Desk } from "./desk.js";

const SHEETS = ["frame.css", "pairs.css", "arrivals.css", "viewer.css", "legend.css", "bar.css", "dialogs.css",
  "narrow.css"];

const sheets = await Promise.all(SHEETS.map(load));
const desks = (window.__recuratePairs ??= new Map());

async function load(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name} could not be loaded: the server answered ${answer.status}.`);
  return new CSSStyleSheet().replace(await answer.text());
}

export default function mount({ parentElement, data }) {
  if (!desks.has(data.person)) desks.set(data.person, new Desk(data.may, data.palette));
  const desk = desks.get(data.person);
  const { root } = desk;
  parentElement.adoptedStyleSheets = sheets;
  parentElement.querySelector("[data-recurate-pairs]").replaceChildren(root);
  const stops = [fitHeight(root), listenToKeys((command) => desk.press(command))];
  desk.open(data.pair);
  return () => {
    for (const stop of stops) stop();
    if (root.getRootNode() === parentElement) root.remove();
  };
}
