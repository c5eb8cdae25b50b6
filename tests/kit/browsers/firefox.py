"""Firefox, driven by WebDriver BiDi: pages that are told what to run and where to press."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PROGRAM = "/usr/bin/firefox-esr"
PREFERENCES: dict[str, bool | int | str] = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.autoplay.block-webaudio": False,
    "media.autoplay.blocking_policy": 0,
    "media.autoplay.default": 0,
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.peerconnection.ice.loopback": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "intl.accept_languages": "zh-CN, zh",
    "ui.prefersReducedMotion": 1,
}
# a name by which an element is found: what it says aloud, its label, or its text
_FIND = r"""
(css, name) => {
  const said = e => (e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].textContent) || e.textContent || '').replace(/\s+/g, ' ').trim();
  return [...document.querySelectorAll(css)].filter(e => e.getClientRects().length && (!name || said(e).includes(name)));
}
"""


class Refused(Exception):
    """The browser answered a command with an error."""


class FirefoxPage:
    """One tab."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self._browser, self._context = browser, context

    async def goto(self, address: str) -> None:
        await self._browser.command("browsingContext.navigate", context=self._context, url=address, wait="complete")

    async def evaluate(self, function: str, argument: Any = None) -> Any:
        """What ``function`` (JavaScript, may be async) returns for the argument; both as JSON. Raises Refused."""
        answer = await self._browser.command(
            "script.callFunction",
            functionDeclaration=f"async argument => JSON.stringify(await ({function})(...JSON.parse(argument)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps([argument])}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise Refused(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    async def shows(self, css: str, name: str = "") -> bool:
        """Whether something that fits is to be seen."""
        return bool(await self.evaluate(f"([css, name]) => ({_FIND})(css, name).length > 0", [css, name]))

    async def until(self, css: str, name: str = "", *, within: float = 20.0) -> None:
        """Return once something that fits is to be seen. Raises AssertionError with the page's words."""
        await self.when(lambda: self.shows(css, name), f"{css} {name}", within)

    async def when(self, true: Callable[[], Any], what: str, within: float = 20.0) -> None:
        end = asyncio.get_running_loop().time() + within
        while not await true():
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"not within {within} s: {what}; the page says: " + await self.words())
            await asyncio.sleep(0.05)

    async def words(self) -> str:
        return str(await self.evaluate("() => document.body.innerText"))

    async def press(self, css: str, name: str = "") -> None:
        """Press the first that fits with a pointer, once it is there and stands still."""
        await self.until(css, name)
        before: list[float] = []
        place = await self._place(css, name)
        while place != before:
            before = place
            await asyncio.sleep(0.05)
            place = await self._place(css, name)
        move = {"type": "pointerMove", "x": round(place[0]), "y": round(place[1])}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        finger = {"type": "pointer", "id": "finger", "parameters": {"pointerType": "mouse"}, "actions": actions}
        await self._browser.command("input.performActions", context=self._context, actions=[finger])

    async def _place(self, css: str, name: str) -> list[float]:
        middle = "const e = found[0]; e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]"
        place: list[float] = await self.evaluate(
            f"([css, name]) => {{ const found = ({_FIND})(css, name); if (!found.length) return []; {middle}; }}", [css, name]
        )
        if not place:
            raise AssertionError(f"{css} {name} is gone")
        return place

    async def picture(self) -> str:
        """The tab as a PNG, base64."""
        return str((await self._browser.command("browsingContext.captureScreenshot", context=self._context))["data"])


class Firefox:
    """One running browser; every person has a user context (cookies, storage) of their own."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())
        self.version = ""
        self.faults: list[str] = []

    async def begin(self) -> None:
        self.version = (await self.command("session.new", capabilities={}))["capabilities"]["browserVersion"]
        await self.command("session.subscribe", events=["log.entryAdded"])

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Raises Refused with the browser's message."""
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(60):
            answer = await waiting
        if answer["type"] == "error":
            raise Refused(f"{method}: {answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def page(self, *, width: int = 360, height: int = 740, script: str = "") -> FirefoxPage:
        """A tab of a new person; ``script`` runs before the page's own."""
        person = (await self.command("browser.createUserContext"))["userContext"]
        if script:
            await self.command("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}", userContexts=[person])
        context = (await self.command("browsingContext.create", type="tab", userContext=person, background=False))["context"]
        await self.command("browsingContext.setViewport", context=context, viewport={"width": width, "height": height})
        return FirefoxPage(self, context)

    async def end(self) -> None:
        await self._socket.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        async for frame in self._socket:
            message = json.loads(frame)
            if message["type"] == "event":
                entry = message["params"]
                # a page's own errors and what the content policy refused; not what is logged about the browser itself
                if entry.get("level") == "error" and (
                    entry.get("type") == "javascript" or "Content-Security-Policy" in (entry.get("text") or "")
                ):
                    self.faults.append(str(entry.get("text")))
            elif (waiting := self._waiting.pop(message["id"] or 0, None)) is not None and not waiting.done():
                waiting.set_result(message)


@asynccontextmanager
async def firefox(**preferences: bool | int | str) -> AsyncIterator[Firefox]:
    """A headless Firefox with a fake microphone and camera, for the block."""
    profile = Path(tempfile.mkdtemp(prefix="firefox-"))
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in {**PREFERENCES, **preferences}.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile), "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    draining: asyncio.Task[bytes] | None = None
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(rb"WebDriver BiDi listening on (ws://\S+)", await process.stderr.readline())):
                assert process.returncode is None, "Firefox ended at once"
        draining = asyncio.create_task(process.stderr.read())
        async with connect(found[1].decode() + "/session", max_size=None, proxy=None) as socket:
            browser = Firefox(socket)
            await browser.begin()
            try:
                yield browser
            finally:
                await browser.end()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        if draining is not None:
            await draining
        shutil.rmtree(profile, ignore_errors=True)
