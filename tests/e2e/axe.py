"""What axe-core finds on a page, in one line each."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "web_client" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `${v.id}: ${n.html.slice(0, 140)} ${n.any[0]?.message ?? ""}`));
}
"""


@cache
def _source() -> str:
    return SOURCE.read_text("utf-8")


async def violations(page: Page) -> list[str]:
    """Empty when axe has nothing to say."""
    await page.evaluate(_source())
    found: list[str] = await page.evaluate(RUN)
    # what the fixed bar at the bottom covers now can be scrolled out from under it
    return [line for line in found if not (line.startswith("target-size") and "obscured" in line)]
