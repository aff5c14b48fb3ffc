// Small builders. Text from data goes through textContent only.

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// Sets an attribute; true is "", null and false take it away.
export function set(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

// A button that prints its key. It never takes the focus from a click, so that Space stays "skip" afterwards.
export function keyButton(key, label, press, properties = {}) {
  return make(
    "button",
    {
      type: "button",
      class: "key-button",
      onclick: (event) => press(event.timeStamp),
      onmousedown: (event) => event.preventDefault(),
      ...properties,
    },
    make("kbd", { text: key }),
    make("span", { class: "label", text: label }),
  );
}

// Gives the focus back to the child of `parent` that is called the same, after `draw` made the children anew.
// `name` is the attribute that calls them.
export function keepingFocus(parent, name, draw) {
  const focused = parent.getRootNode().activeElement;
  const called = parent.contains(focused) ? focused.getAttribute(name) : null;
  draw();
  if (called !== null) parent.querySelector(`[${name}="${CSS.escape(called)}"]`)?.focus({ preventScroll: true });
}

export const number = (count) => count.toLocaleString("en");

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
