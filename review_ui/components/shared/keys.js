// Keys of a desk. It owns them on the window, before Streamlit and the page see them, while it is mounted.

const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable=false])";
const OPEN_MENU = "[role=menu], [role=listbox], [role=dialog], dialog";
const PRESSABLE = "button, a[href], summary, [role=button], [role=tab], [role=option]";
const PRESSING = new Set(["Enter", " "]);

// The key that was meant, also on keyboards whose letters or digits are others (Cyrillic, AZERTY).
export function meant({ key, code }) {
  if (/^[a-z1-9 ]$/i.test(key)) return key.toLowerCase();
  if (key.length > 1) return key;
  return /^(Key[A-Z]|Digit[1-9])$/.test(code) ? code.at(-1).toLowerCase() : key;
}

// `host` is the desk's root and `press(command, at, number)` acts on a key: on the command that `commands` has for
// it, or on "number". `typed(event, inside)` comes first and says whether it took the key: a dialog with a text
// field reads its keys itself.
export function listen(host, commands, press, typed) {
  const pressed = (event) => {
    // A desk that was left stays mounted, hidden, until Streamlit's script has run to its end.
    if (!host.checkVisibility()) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const target = event.composedPath()[0];
    const inside = event.composedPath().includes(host);
    if (typed(event, inside)) return event.stopImmediatePropagation();
    if (isBusy(target, inside, event.key)) return inside && event.stopImmediatePropagation();
    const key = meant(event);
    const number = /^[1-9]$/.test(key) ? Number(key) : 0;
    if (!number && !Object.hasOwn(commands, key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) press(number ? "number" : commands[key], event.timeStamp, number);
  };
  addEventListener("keydown", pressed, { capture: true });
  return () => removeEventListener("keydown", pressed, { capture: true });
}

export function isTyping(target) {
  return target instanceof Element && target.closest(TYPING) !== null;
}

// Text is being typed, another part of the page has a menu open, or a button reached by Tab is pressed.
function isBusy(target, inside, key) {
  if (isTyping(target)) return true;
  if (!(target instanceof Element)) return false;
  if (!inside && target.closest(OPEN_MENU)) return true;
  return PRESSING.has(key) && target.closest(PRESSABLE) !== null && target.closest("[data-member]") === null;
}
