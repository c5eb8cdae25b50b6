"""What axe-core finds on a page, in one line each."""

from __future__ import annotations

from functools import cache

from playwright.async_api import Page, ViewportSize

from tests.kit.paths import AXE

SOURCE = AXE
SETTLE = """
() => {
  // finished by hand: of an element that is not drawn a transition never ends by itself, and what fades in has no contrast yet
  for (const one of document.getAnimations()) if (one.effect?.getComputedTiming().endTime < Infinity) one.finish();
}
"""
"""Brings what moves to where it comes to rest; what moves for ever goes on."""
RUN = f"""
async () => {{
  ({SETTLE})();
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await axe.run(document, {{ runOnly: tags, resultTypes: ["violations"] }});
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `${{v.id}}: ${{n.html.slice(0, 140)}} ${{n.any[0]?.message ?? ""}}`));
}}
"""


@cache
def _source() -> str:
    return SOURCE.read_text("utf-8")


async def violations(page: Page) -> list[str]:
    """Empty when axe has nothing to say."""
    await page.evaluate(_source())
    found: list[str] = await page.evaluate(RUN)
    return _uncovered(found)


def _uncovered(found: list[str]) -> list[str]:
    """What the fixed bar at the bottom covers now can be scrolled out from under it."""
    return [line for line in found if not (line.startswith("target-size") and "obscured" in line)]


OTHER_THEME = f"""
async () => {{
  const root = document.documentElement, settle = {SETTLE};
  const dark = root.dataset.theme === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : root.dataset.theme === "dark";
  const before = root.dataset.theme;
  root.dataset.theme = dark ? "light" : "dark";
  settle();
  const result = await axe.run(document, {{ runOnly: {{ type: "rule", values: ["color-contrast"] }}, resultTypes: ["violations"] }});
  if (before === undefined) delete root.dataset.theme; else root.dataset.theme = before;
  settle();
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `other theme, ${{v.id}}: ${{n.html.slice(0, 140)}} ${{n.any[0]?.message ?? ""}}`));
}}
"""


async def violations_in_both_themes(page: Page) -> list[str]:
    """As ``violations``; contrast, which is all that a theme changes, is measured in the other theme too."""
    found = await violations(page)
    other: list[str] = await page.evaluate(OTHER_THEME)
    return found + other


LAYOUT = f"""
async () => {{
  ({SETTLE})();
  const values = ["color-contrast", "target-size", "scrollable-region-focusable"];
  const result = await axe.run(document, {{ runOnly: {{ type: "rule", values }}, resultTypes: ["violations"] }});
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `${{v.id}}: ${{n.html.slice(0, 140)}} ${{n.any[0]?.message ?? ""}}`));
}}
"""


async def violations_at(page: Page, size: ViewportSize) -> list[str]:
    """What changes with the size of a page that was looked at before: contrast, and the size of what is pressed."""
    before = page.viewport_size
    assert before is not None
    await page.set_viewport_size(size)
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: list[str] = await page.evaluate(LAYOUT)
    await page.set_viewport_size(before)
    return _uncovered(found)
