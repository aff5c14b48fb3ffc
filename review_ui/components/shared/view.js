// A desk on the screen: what is the same whatever is judged. Knows nothing of the server.

import { make, set } from "./dom.js";

export class DeskView {
  dialog = null;
  notice = make("p", { class: "notice", role: "status", "aria-live": "polite" });
  cover = make("div", { class: "cover" });

  // `rows` stand below one another; `dialogs` by name.
  build({ what, label, rows, dialogs }) {
    this.dialogs = dialogs;
    this.body = make("div", { class: "body" }, ...rows);
    const over = Object.values(dialogs).map((dialog) => dialog.element);
    const properties = { class: `desk ${what}`, tabindex: -1, "aria-label": label, "data-recurate": what };
    this.root = make("section", properties, this.body, this.cover, ...over);
  }

  data(name, value) {
    set(this.root, `data-${name}`, String(value));
  }

  ready(item) {
    this.data("item", item);
    this.data("state", "ready");
    this.cover.replaceChildren();
  }

  // Nothing to judge is on the screen: `state` is loading, empty or error.
  blank(state, { title, text = "", command = null, button = null }) {
    this.data("item", "");
    this.data("state", state);
    this.cover.replaceChildren(
      make(
        "div",
        { class: "message", role: state === "error" ? "alert" : "status" },
        make("h3", { text: title }),
        text ? make("p", { text }) : null,
        command ? make("code", { text: command }) : null,
        button ? plainButton(button) : null,
      ),
    );
  }

  tell(text, tone = "info") {
    this.notice.textContent = text;
    set(this.notice, "data-tone", text ? tone : null);
  }

  // The open dialog if it reads its keys itself.
  get asking() {
    const open = this.dialogs[this.dialog];
    return open?.take ? open : null;
  }

  open(name) {
    this.close();
    this.dialog = name;
    this.dialogs[name].element.hidden = false;
    this.body.inert = true;
    this.dialogs[name].element.focus({ preventScroll: true });
  }

  close() {
    if (!this.dialog) return;
    this.dialogs[this.dialog].element.hidden = true;
    this.dialog = null;
    this.body.inert = false;
    this.root.focus({ preventScroll: true });
  }
}

function plainButton({ label, press }) {
  return make("button", { type: "button", class: "key-button primary", text: label, onclick: press });
}
