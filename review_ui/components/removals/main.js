// What Streamlit calls: shows the running desk inside the element it gives, and lets go of it again.

import { caseDesk } from "./case_desk.js";
import { COMMANDS } from "./commands.js";
import { loadSheets, placeOf } from "./place.js";

const sheets = await loadSheets([
  "frame.css", "desk.css", "stage.css", "panel.css", "bar.css", "dialogs.css", "legend.css",
]);

export default function mount({ parentElement, data }) {
  const { desk, reviewer, key, item } = data;
  const place = placeOf([key, desk, reviewer].join("/"), () => caseDesk(data), COMMANDS, sheets);
  return place.mount(parentElement, item);
}
