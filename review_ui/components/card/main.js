// What Streamlit calls: shows the running desk inside the element it gives, and lets go of it again.

import { groupDesk } from "./group_desk.js";
import { COMMANDS } from "./commands.js";
import { loadSheets, placeOf } from "./place.js";

const sheets = await loadSheets([
  "frame.css", "desk.css", "gauge.css", "stage.css", "strip.css", "added.css", "bar.css", "dialogs.css", "words.css",
]);

export default function mount({ parentElement, data }) {
  const { desk, reviewer, key, item } = data;
  const place = placeOf([key, desk, reviewer].join("/"), () => groupDesk(desk, reviewer), COMMANDS, sheets);
  return place.mount(parentElement, item);
}
