// Gives the card the height that is left below it in the window, so that the page does not scroll.

const BELOW = 12; // px between the card and the window's lower edge

export function fitHeight(root) {
  const fit = () => {
    const above = root.getBoundingClientRect().top + (scroller(root)?.scrollTop ?? 0);
    root.style.setProperty("--room", `${Math.round(innerHeight - above - BELOW)}px`);
  };
  // What stands above the card may grow or go, and the window may change its size.
  const watch = new ResizeObserver(fit);
  watch.observe(document.documentElement);
  watch.observe(scroller(root)?.firstElementChild ?? document.body);
  addEventListener("resize", fit);
  fit();
  return () => {
    watch.disconnect();
    removeEventListener("resize", fit);
  };
}

function scroller(element) {
  for (let node = element; node; node = node.parentElement ?? node.getRootNode().host) {
    if (node instanceof Element && /auto|scroll/.test(getComputedStyle(node).overflowY)) return node;
  }
  return null;
}
