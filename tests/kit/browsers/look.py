"""Looks at every story of the member's room: screenshots, axe, sideways scrolling, small targets, and content-policy reports.

``python -m tests.kit.browsers.look [--only vote- room-] [--sizes 360x740 …] [--quick] [--out DIRECTORY]`` after
``npm run stories`` in ``web_client``. Prints each finding; exits 1 when there is one.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import itertools
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from tests.kit.browsers.axe import SETTLE
from tests.kit.browsers.chromium import CHROMIUM
from tests.kit.paths import DATA, ROOT

BUILT = ROOT / "web_client" / "dist-stories"
AXE = ROOT / "web_client" / "node_modules" / "axe-core" / "axe.min.js"
SLIDE = DATA / "slide.svg"
SIZES = ("360x740", "1280x800", "320x568")

# Targets are measured below: axe takes a row that is half scrolled under a pinned foot for a small one.
RUN_AXE = """async () => {
  const result = await axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "target-size": { enabled: false } } });
  return result.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " | " + (n.any[0]?.message ?? "")) }));
}"""
MEASURE = """() => {
  const out = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 1) out.push(`the page scrolls sideways by ${wide}px`);
  const seen = (el) => el.checkVisibility() && el.getClientRects().length > 0 && el.closest("[inert]") === null;
  for (const el of document.querySelectorAll("button, a.btn, a.row, summary, .choice, .seg, .switch")) {
    if (!seen(el) || el.classList.contains("switch")) continue;
    const box = el.getBoundingClientRect();
    if (box.height < 47.5 || box.width < 44) out.push(`small target ${Math.round(box.width)}x${Math.round(box.height)}: ${el.textContent.slice(0, 20) || el.getAttribute("aria-label")}`);
    if (box.right > innerWidth + 1 || box.left < -1) out.push(`off the side: ${el.textContent.slice(0, 20)}`);
  }
  const sheet = document.querySelector(".sheet");
  if (sheet) {
    const foot = sheet.querySelector(".sheet__foot");
    const box = (foot ?? sheet).getBoundingClientRect();
    const pinned = innerHeight > 440 || innerWidth >= 480; // not at 200 % zoom on a phone: there the whole sheet scrolls
    if (pinned && (box.bottom > innerHeight + 1 || box.top < 0)) out.push("the foot of the sheet is not on the screen");
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (pinned && !sheet.contains(at)) out.push(`the sheet is covered by ${at?.className}`);
    const body = sheet.querySelector(".sheet__body");
    if (pinned && body.clientHeight < Math.min(100, body.scrollHeight)) out.push(`only ${body.clientHeight}px of the sheet's body are left`);
  }
  for (const el of innerWidth < 720 ? [] : document.querySelectorAll(".hall__main, .hall__running, .hall__batch")) {
    if (el.scrollHeight > el.clientHeight + 1) out.push(`${el.className} is cut off by ${el.scrollHeight - el.clientHeight}px`);
  }
  for (const el of document.querySelectorAll(".dock__btn span:last-child, .btn, .chip, .seg > span")) {
    if (seen(el) && !el.classList.contains("sr") && el.scrollWidth > el.clientWidth + 2 && getComputedStyle(el).display !== "inline") out.push(`words cut or spilling: ${el.textContent.slice(0, 24)}`);
  }
  for (const chip of document.querySelectorAll(".motion-kind > .chip")) {
    if (seen(chip) && chip.getBoundingClientRect().right > chip.parentElement.getBoundingClientRect().right + 1) out.push(`beyond its place: ${chip.textContent.slice(0, 24)}`);
  }
  return out;
}"""

LOAD_AXE = """() => new Promise((loaded, failed) => {
  const script = document.createElement("script");
  script.onload = () => loaded(); script.onerror = failed; script.src = "/axe.min.js";
  document.head.append(script);
})"""
CONTRAST = """async (theme) => {
  document.documentElement.dataset.theme = theme;
  (SETTLE)();
  const result = await axe.run(document, { resultTypes: ["violations"], runOnly: { type: "rule", values: ["color-contrast"] } });
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " | " + (n.any[0]?.message ?? "")));
}""".replace("SETTLE", SETTLE)
LAYOUT = """async () => {
  const result = await axe.run(document, { resultTypes: ["violations"], runOnly: { type: "rule", values: ["color-contrast", "scrollable-region-focusable"] } });
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `axe ${v.id}: ` + n.html.slice(0, 160) + " | " + (n.any[0]?.message ?? "")));
}"""
"""What axe has to say of sizes and colours; all else it says of the document, which is the same at every size."""
TURN = """async ([theme, big]) => {
  const root = document.documentElement, frame = () => new Promise((done) => requestAnimationFrame(done));
  root.dataset.theme = theme;
  root.classList.toggle("big-type", big);
  await frame(); await frame();
  (SETTLE)();
  await frame();
}""".replace("SETTLE", SETTLE)
PRESSABLE = """() => [...document.querySelectorAll("button, summary")].filter((el) =>
  el.checkVisibility() && el.getClientRects().length > 0 && el.closest("[inert]") === null && el.getAttribute("aria-disabled") !== "true" && !el.disabled
  && !el.hasAttribute("aria-current") && el.getAttribute("aria-selected") !== "true")"""  # not where one is already
NAMES = f"""() => ({PRESSABLE})().map((el) => (el.getAttribute("aria-label") ?? el.textContent).trim().replace(/[\\d:]+/g, "#"))"""
PRESS = f"""async (index) => {{
  let acted = false;
  const watch = new MutationObserver(() => {{ acted = true; }});
  const asked = window.stories.asked.length;
  const {{ href }} = location;
  const focus = document.activeElement;
  watch.observe(document.documentElement, {{ subtree: true, childList: true, attributes: true, characterData: true }});
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (acted) return "restless";
  ({PRESSABLE})()[index].click();
  for (let n = 0; n < 30 && !acted; n += 1) {{
    await new Promise((done) => setTimeout(done, 20));
    acted ||= window.stories.asked.length > asked || location.href !== href || document.activeElement !== focus;
  }}
  watch.disconnect();
  return acted ? "acts" : "dead";
}}"""

SHOWN = """async (moved) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const until = async (true_) => {
    const deadline = performance.now() + 20_000;
    while (!true_()) {
      if (performance.now() > deadline) throw new Error(`${location.search} does not settle`);
      await frame();
    }
  };
  await until(() => document.documentElement?.dataset.ready === "yes");
  await frame(); await frame();
  if (moved) { window.stories.next(); await frame(); await frame(); }
  await until(() => { const sheet = document.querySelector(".sheet"); return !sheet || sheet.contains(document.activeElement); });
}"""


@dataclass(frozen=True)
class Look:
    """One way to look at a story."""

    size: str
    language: str
    theme: str
    big: bool

    @property
    def name(self) -> str:
        return f"{self.size}-{self.language}-{self.theme}{'-big' if self.big else ''}"

    @property
    def viewport(self) -> ViewportSize:
        width, height = (int(n) for n in self.size.split("x"))
        return {"width": width, "height": height}

    @property
    def query(self) -> str:
        return f"lang={self.language}&theme={self.theme}&big={int(self.big)}"


Depth = Literal["measured", "layout", "whole", "both themes"]
"""How closely a page is looked at: sizes alone; sizes, and colours by axe; all that axe knows; and the
colours of the other theme."""


@dataclass(frozen=True)
class Round:
    """Some stories, looked at in one way."""

    look: Look
    names: Collection[str]
    depth: Depth


class _Stories(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        """axe comes from here too: by an address the browser keeps what it has compiled. Every page of a document is one slide."""
        if path.startswith("/documents/"):
            return str(SLIDE)
        return str(AXE) if path == f"/{AXE.name}" else super().translate_path(path)

    def log_message(self, format: str, *args: Any) -> None:
        """The console is for findings."""


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """A file server on a free port of the loopback; yields its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Stories, directory=str(directory)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looks(sizes: Sequence[str], quick: bool) -> list[Look]:
    """Every combination; ``quick``: each language and theme once."""
    if quick:
        return [Look(size, language, theme, False) for size in sizes for language, theme in (("zh", "light"), ("en", "dark"))]
    return [
        Look(size, language, theme, big)
        for size, language, theme, big in itertools.product(sizes, ("zh", "en"), ("light", "dark"), (False, True))
    ]


def story_names(browser: Browser, address: str) -> list[str]:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    names: list[str] = page.evaluate("() => window.stories.names")
    page.close()
    return names


def show(page: Page, address: str, story: str, look: Look, *, moved: bool = True, still: bool = False) -> None:
    """``moved``: what happens next in the story has happened. ``still``: no clock ticks."""
    page.goto(f"{address}/?story={story}&{look.query}&still={int(still)}")
    page.evaluate(SHOWN, moved)


def findings(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    page.evaluate(LOAD_AXE)
    measured: list[str] = page.evaluate(MEASURE)
    found = [f"axe {v['id']}: {v['help']} {v['nodes']}" for v in page.evaluate(RUN_AXE)]
    return found + measured


def dead_buttons(page: Page, address: str, story: str, look: Look, seen: set[str]) -> list[str]:
    """Buttons of a story that do nothing when pressed; those named in ``seen`` were pressed before and are left out."""
    show(page, address, story, look, still=True)
    out = []
    fresh = True
    for index, name in enumerate(page.evaluate(NAMES)):
        if name in seen:
            continue
        seen.add(name)
        if not fresh:
            show(page, address, story, look, still=True)
        fresh = False
        try:
            told = page.evaluate(PRESS, index)
        except Error as left:
            if "navigation" not in left.message:
                raise
            told = "acts"  # it leads to another page
            page.wait_for_load_state()
        if told != "acts":
            out.append(f"{story}: {name!r} is {told}")
    return out


def _note_error(reports: list[str], message: ConsoleMessage) -> None:
    if message.type == "error":
        reports.append(message.text)


def _note_throw(reports: list[str], error: Error) -> None:
    reports.append(str(error))


def inspect(
    browser: Browser,
    address: str,
    names: Sequence[str],
    wanted: Sequence[Look],
    pictures: Path | None,
    *,
    other_theme: bool = False,
    without_axe: bool = False,
) -> dict[str, list[str]]:
    """Findings by ``story @ look``; screenshots go to ``pictures``. ``other_theme``: contrast is measured in the other theme too."""
    out: dict[str, list[str]] = {}
    for look in wanted:
        width, height = (int(n) for n in look.size.split("x"))
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        page = context.new_page()
        reports: list[str] = []
        page.on("console", functools.partial(_note_error, reports))
        page.on("pageerror", functools.partial(_note_throw, reports))
        for name in names:
            if name == "chat-keyboard" and width >= 1000:
                continue  # a phone's keyboard
            reports.clear()
            show(page, address, name, look)
            if pictures is not None:
                page.screenshot(path=pictures / f"{name}@{look.name}.png")
            found = (page.evaluate(MEASURE) if without_axe else findings(page)) + reports
            if other_theme:
                theme = "light" if look.theme == "dark" else "dark"
                found += [f"axe in {theme}: {line}" for line in page.evaluate(CONTRAST, theme)]
            if found:
                out[f"{name} @ {look.name}"] = list(found)
        context.close()
    return out


def look_around(browser: Browser, address: str, rounds: Sequence[Round]) -> dict[str, list[str]]:
    """Findings by ``story @ look``. Every story is opened once, in the first of the ways in which it is looked at, and then turned to
    the others; they are of one language."""
    out: dict[str, list[str]] = {}
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    reports: list[str] = []
    page.on("console", functools.partial(_note_error, reports))
    page.on("pageerror", functools.partial(_note_throw, reports))
    for name in dict.fromkeys(name for each in rounds for name in each.names):
        opened = False
        for each in rounds:
            if name not in each.names or (name == "chat-keyboard" and each.look.viewport["width"] >= 1000):
                continue  # a phone's keyboard
            page.set_viewport_size(each.look.viewport)
            if opened:
                page.evaluate(TURN, [each.look.theme, each.look.big])
            else:
                show(page, address, name, each.look)
                page.evaluate(LOAD_AXE)
                opened = True
            found = _looked_at(page, each) + reports
            reports.clear()
            if found:
                out[f"{name} @ {each.look.name}"] = found
    context.close()
    return out


def _looked_at(page: Page, each: Round) -> list[str]:
    found: list[str] = page.evaluate(MEASURE)
    if each.depth == "layout":
        found += page.evaluate(LAYOUT)
    if each.depth in ("whole", "both themes"):
        found += [f"axe {v['id']}: {v['help']} {v['nodes']}" for v in page.evaluate(RUN_AXE)]
    if each.depth == "both themes":
        other = "light" if each.look.theme == "dark" else "dark"
        found += [f"axe in {other}: {line}" for line in page.evaluate(CONTRAST, other)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="beginnings of story names")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--quick", action="store_true", help="each language and theme once, no big type")
    parser.add_argument("--big", action="store_true", help="big type only, in light")
    parser.add_argument("--press", action="store_true", help="press every button instead, and say which do nothing")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "look")
    chosen = parser.parse_args()
    if not (BUILT / "index.html").exists():
        print("run `npm run stories` in web_client first")
        return 2
    chosen.out.mkdir(parents=True, exist_ok=True)
    with served(BUILT) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        names = [n for n in story_names(browser, address) if not chosen.only or n.startswith(tuple(chosen.only))]
        wanted = looks(chosen.sizes, chosen.quick)
        if chosen.big:
            wanted = [Look(size, language, "light", True) for size in chosen.sizes for language in ("zh", "en")]
        if chosen.press:
            page = browser.new_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
            seen: set[str] = set()
            plain = Look("360x740", "zh", "light", False)
            found = {
                name: dead_buttons(page, address, name, plain, seen) for name in names if not name.startswith("ended-")
            }  # these lead away
            found = {name: lines for name, lines in found.items() if lines}
            print(f"{len(seen)} buttons pressed")
        else:
            found = inspect(browser, address, names, wanted, chosen.out)
        browser.close()
    for where, lines in found.items():
        for line in lines:
            print(f"{where}: {line}")
    print(f"{len(names)} stories, {sum(map(len, found.values()))} findings, pictures in {chosen.out}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
