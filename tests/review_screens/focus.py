"""The screens with the keyboard alone: where Tab leads to, and whether one sees where it is."""

from __future__ import annotations

from playwright.sync_api import Page

# What the focused element is called, and how it and what frames it look now, and how without the focus. The
# page's own scroller may be focused, too; Streamlit shows that by nothing.
_FOCUSED = """async () => {
    let focused = document.activeElement;
    while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    const label = focused.ariaLabel || focused.labels?.[0]?.textContent;
    const name = label || focused.textContent || focused.outerHTML;
    if (focused.matches("body, #stMain")) return ["", 1, 0];
    const frames = [];
    for (let n = 0, each = focused; n < 6 && each; n += 1, each = each.parentElement) frames.push(each);
    frames.push(...focused.children, ...(focused.parentElement?.children ?? []));
    const properties = ["outline", "boxShadow", "backgroundColor", "borderColor", "textDecoration"];
    const look = () => frames.map((each) => properties.map((name) => getComputedStyle(each)[name])).join();
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await drawn();
    const now = look();
    focused.blur();
    await drawn();
    const without = look();
    focused.focus({ preventScroll: true });
    return [name.slice(0, 80), now, without];
}"""
_AROUND = 70  # stops; more than there are on any screen


def assert_focus_is_seen(page: Page, stops: int) -> None:
    """At each of the next stops of Tab."""
    unseen = [name for name, seen in (_step(page, "Tab") for _ in range(stops)) if not seen]
    assert not unseen


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab, or Shift and Tab, until what is called ``name`` has the focus, and see it all the way."""
    passed = []
    for _ in range(_AROUND):
        called, seen = _step(page, "Shift+Tab" if back else "Tab")
        assert seen, called
        if name in called:
            return
        passed.append(called)
    raise AssertionError(f"Tab leads to {passed}, not to {name!r}.")


def _step(page: Page, key: str) -> tuple[str, bool]:
    page.add_style_tag(content="* { transition: none !important; }")
    page.keyboard.press(key)
    name, focused, blurred = page.evaluate(_FOCUSED)
    return name, focused != blurred
