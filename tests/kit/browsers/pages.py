"""What people do in the browser, by the words they see: page objects over a phone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, expect

from meeting_server.web.site.catalogue import Language, text
from tests.kit.browsers.phones import Phone


class Words:
    """The catalogue in one language: tests look for what the catalogue says, whatever that is."""

    def __init__(self, language: Language = "zh-CN") -> None:
        self.language: Language = language

    def __call__(self, key: str, **holes: object) -> str:
        return text(self.language, key, **holes)


w = Words()


def loosely(words: str) -> re.Pattern[str]:
    """The words with any kind of space, or none, where there is one."""
    return re.compile(r"\s*".join(re.escape(word) for word in words.split()))


class Site:
    """The server-rendered pages as one person uses them."""

    def __init__(self, phone: Phone, base: str) -> None:
        self.phone, self.page, self.base = phone, phone.page, base

    async def go(self, path: str) -> None:
        response = await self.page.goto(self.base + path)
        assert response is not None
        assert response.status < 400, f"{path}: {response.status}"

    async def press(self, words: str, *, exact: bool = True) -> None:
        await self.page.get_by_role("button", name=words, exact=exact).first.click()

    async def fill(self, label: str, value: str) -> None:
        await self.page.get_by_label(label, exact=False).first.fill(value)

    async def fetch(self, path: str) -> bytes:
        """What a download link gives this person."""
        response = await self.phone.context.request.get(self.base + path)
        assert response.status == 200, f"{path}: {response.status}"
        return await response.body()

    async def add_document(self, meeting_id: str, name: str, content: bytes) -> None:
        await self.go(f"/meetings/{meeting_id}")
        await self.page.locator("#file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
        await self.press(w("schedule.documents.upload"))
        await expect(self.page.get_by_text(w("schedule.done.document_added"))).to_be_visible(timeout=20_000)

    # --- signing in

    async def sign_in(self, link: str) -> None:
        """One tap on the page behind the link."""
        await self.page.goto(self.base + "/sign-in/" + link.rsplit("/", 1)[1])
        await self.page.locator("main form button.btn--primary").click()
        await expect(self.page).to_have_url(re.compile(r"/(branches.*|\?hello=1)?$"))

    # --- branches and people (administrator)

    async def branch_id(self, name: str) -> str:
        await self.go("/branches")
        if "/branches/" not in self.page.url:  # somebody with one branch is led straight to it
            await self.page.get_by_role("link", name=re.compile(f"^{name}")).first.click()
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)
        return self.page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]

    async def create_branch(self, parent_id: str, name: str, kind: str) -> None:
        await self.go(f"/branches/{parent_id}/settings")
        form = self.page.locator("form[action$='/create']")
        await form.locator("input[name=name]").fill(name)
        await form.get_by_role("radio", name=w(f"common.branch_kind.{kind}"), exact=True).check()
        await form.get_by_role("button").click()

    async def add_person(self, branch_id: str, name: str, number: str) -> None:
        await self.go(f"/branches/{branch_id}/people/new")
        await self.page.locator("#name").fill(name)
        await self.page.locator("#number").fill(number)
        await self.page.locator("form .btn-stack button.btn--primary").click()

    async def appoint(self, branch_id: str, name: str, role: str) -> None:
        await self.go(f"/branches/{branch_id}/roles")
        await self.page.locator(f"input[name=role][value={role}]").check()
        await self.page.locator("#who").fill(name)
        await self.press(w("branches.appoint"))
        await expect(self.page.get_by_text(name).first).to_be_visible()

    async def issue_link(self, branch_id: str, name: str) -> str:
        await self.go(f"/branches/{branch_id}/people")
        await self.page.get_by_role("link", name=re.compile(name)).first.click()
        await self.page.locator("form[action$='/link'] button").click()
        message = await self.page.locator("#message").input_value()
        found = re.search(r"https?://\S+/sign-in/[\w-]+", message)
        assert found is not None, message
        return found[0]

    # --- roster (secretary)

    async def upload_roster(self, branch_id: str, file: Path) -> None:
        await self.go(f"/branches/{branch_id}/people/import")
        await self.page.locator("input[type=file]").set_input_files(file)
        await self.page.locator("form:has(input[type=file]) button.btn--primary").click()

    async def confirm_roster(self) -> None:
        await self.page.locator("form[action$='/import/confirm'] button").click()

    # --- the schedule (secretary)

    async def schedule(self, branch_id: str, kind: str, fields: dict[str, str], *, record: bool) -> str:
        """A meeting from a template; its id. ``fields``: words of the form's labels to values."""
        await self.go(f"/branches/{branch_id}/meetings/new?kind={kind}")
        for label, value in fields.items():
            box: Locator = self.page.get_by_label(label, exact=True).first
            if await box.evaluate("e => e.tagName") == "SELECT":
                option = box.locator("option", has_text=value)
                await box.select_option(await option.first.get_attribute("value"))
            else:
                await box.fill(value)
        if record:
            await self.page.get_by_label(w("schedule.form.record_check")).first.check()
        await self.press(w("schedule.form.create"))
        await expect(self.page).to_have_url(re.compile(r"/meetings/m[0-9a-f]+"))
        found = re.search(r"/meetings/(m[0-9a-f]+)", self.page.url)
        assert found is not None
        return found[1]

    async def invitations(self, meeting_id: str) -> dict[str, str]:
        """Make a personal link for everyone on the list; name to address."""
        await self.go(f"/meetings/{meeting_id}/invitations")
        await self.page.locator("button[name=make][value=all]").click()
        links: dict[str, str] = {}
        for item in await self.page.locator("li.person-link").all():
            name = (await item.locator(".row__title").first.inner_text()).strip()
            links[name] = await item.locator("input[readonly]").input_value()
        return links


class Room:
    """The live room of one member."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self.page = phone, phone.page

    async def join(self, address: str, how: str) -> None:
        """Two taps: the link, and how to come in (a word of ``join``: listen, audio, video, text)."""
        await self.page.goto(address)
        await self.page.get_by_role("button", name=re.compile(re.escape(w(f"join.{how}")))).first.click()
        await expect(self.page).to_have_url(re.compile(r"/room"))
        await expect(self.page.locator(".conn-lost, #app main.empty")).to_have_count(0, timeout=30_000)

    async def enter(self, base: str, meeting_id: str, how: str) -> None:
        await self.page.goto(f"{base}/meetings/{meeting_id}/enter")
        await (
            self.page.get_by_role("button", name=re.compile(re.escape(w(f"join.{how}"))))
            .or_(self.page.get_by_role("link", name=re.compile(re.escape(w(f"join.{how}")))))
            .first.click()
        )
        await expect(self.page).to_have_url(re.compile(r"/room"))

    def button(self, key: str, **holes: object) -> Locator:
        return self.page.get_by_role("button", name=w(key, **holes), exact=True).first

    def dock(self, key: str) -> Locator:
        return self.page.locator("nav.dock button", has=self.page.get_by_text(w(key), exact=True)).first

    async def is_open(self) -> None:
        await expect(self.page.locator("nav.dock")).to_be_visible(timeout=30_000)

    async def open_microphone(self) -> None:
        """Whether it is closed, or opening by itself because of how the member came in."""
        dock = self.page.locator("nav.dock")
        on, off = dock.get_by_text(w("room.mic_on")), dock.get_by_text(w("room.mic_off")).or_(dock.get_by_text(w("room.mic_none")))
        await expect(on.or_(off).first).to_be_visible(timeout=30_000)
        if await on.count() == 0:
            await off.first.click()
        await expect(on).to_be_visible(timeout=30_000)

    async def close_microphone(self) -> None:
        await self.page.locator("nav.dock").get_by_text(w("room.mic_on")).click()
        await expect(self.page.locator("nav.dock").get_by_text(w("room.mic_off"))).to_be_visible()

    async def raise_hand(self) -> None:
        await self.dock("room.hand").click()
        await expect(self.page.locator("nav.dock").get_by_text(w("room.hand_is_up"))).to_be_visible()

    async def has_floor(self) -> None:
        await expect(self.page.get_by_text(w("room.your_floor"), exact=True).first).to_be_visible(timeout=30_000)

    async def give_floor_back(self) -> None:
        await self.button("room.give_back").click()
        await expect(self.page.get_by_text(w("room.your_floor"), exact=True)).to_have_count(0)

    async def say(self, words: str) -> None:
        await self.dock("room.chat").click()
        await self.page.get_by_label(w("chat.write")).or_(self.page.get_by_placeholder(w("chat.write"))).first.fill(words)
        await self.page.get_by_role("button", name=w("chat.send")).first.click()
        await expect(self.page.get_by_text(words).first).to_be_visible()

    async def answer_the_roll(self) -> None:
        await self.page.get_by_role("dialog").get_by_role("button", name=w("room.roll_here"), exact=True).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("vote.back_to_room")).click()

    async def agree_to_recording(self) -> None:
        await self.button("room.recording_stay").click()
        await expect(self.page.get_by_text(w("room.recording")).first).to_be_visible()

    async def vote(self, choice: str) -> None:
        """Choose, go on, cast; returns when the slip says it is counted."""
        sheet = self.page.get_by_role("dialog")
        await sheet.get_by_role("radio", name=w(f"vote.choice_{choice}"), exact=True).check(timeout=40_000)
        await sheet.get_by_role("button", name=w("vote.go_on")).click()
        await sheet.get_by_role("button", name=w("vote.cast")).click()
        await expect(sheet.get_by_text(w("vote.counted"), exact=True)).to_be_visible(timeout=40_000)
        await sheet.get_by_role("button", name=w("vote.back_to_room")).click()

    async def result(self, verdict: str) -> str:
        """The result sheet, closed again; what it said."""
        sheet = self.page.get_by_role("dialog")
        await expect(sheet.get_by_text(w(f"vote.{verdict}"), exact=True).first).to_be_visible(timeout=40_000)
        said = await sheet.inner_text()
        await sheet.get_by_role(
            "button", name=re.compile(f"{re.escape(w('vote.back_to_room'))}|{re.escape(w('room.close'))}")
        ).first.click()
        return said

    async def sees_page(self, title: str, number: int, of: int) -> None:
        """Its picture has come, not only its name."""
        picture = self.page.get_by_alt_text(w("room.page_of", title=title, n=number, of=of))
        await expect(picture).to_be_visible(timeout=20_000)
        await expect(picture).to_have_js_property("naturalWidth", 720, timeout=20_000)

    async def sees_no_page(self) -> None:
        await expect(self.page.locator(".page")).to_have_count(0, timeout=20_000)

    async def has_ended(self) -> None:
        await expect(self.page.get_by_text(w("states.adjourned")).first).to_be_visible(timeout=40_000)


class Console(Room):
    """The secretary's own room, with the console in it."""

    async def open_meeting(self) -> None:
        await self.button("states.open_meeting").click()
        await self.is_open()

    async def open_console(self) -> None:
        console = self.page.get_by_role("navigation", name=w("console.dock"))
        if await console.count() == 0:
            await self.dock("room.more").click()
            await self.page.get_by_role("dialog").get_by_text(w("room.to_console")).click()
        await expect(console).to_be_visible()

    async def tab(self, key: str) -> None:
        await self.dock(key).click()

    async def call_the_roll(self) -> None:
        """By the guide's one button: the item of the roll call begins, and everyone is asked."""
        await self.tab("console.agenda")
        await self.page.get_by_role("button", name=w("console.guide_next_roll_call", title="")).first.click()

    async def show_document(self) -> None:
        await self.tab("console.agenda")
        await self.page.get_by_role("button", name=w("console.show"), exact=True).first.click()

    async def turn_page(self) -> None:
        await self.page.get_by_role("button", name=w("room.page_next")).click()

    async def stop_showing(self) -> None:
        await self.page.get_by_role("button", name=w("console.stop_showing")).click()

    async def give_floor(self, name: str) -> None:
        await self.tab("console.floor")
        row = self.page.locator("main li, main .row", has_text=name).last
        await row.get_by_role("button", name=loosely(w("console.give_minutes", n=3))).click()

    async def start_recording(self) -> None:
        await self.button("console.more").click()
        await self.page.get_by_role("dialog").get_by_text(w("console.recording_off")).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.start_recording")).click()

    async def stop_recording(self) -> None:
        await self.button("console.more").click()
        await self.page.get_by_role("dialog").get_by_text(w("console.recording_on")).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.stop_recording")).click()

    async def open_vote(self, title: str, words: str) -> None:
        await self.tab("console.votes")
        await self.page.get_by_role("button", name=w("console.draft")).first.click()
        await self.page.locator("#motion-title").fill(title)
        if await self.page.locator("#motion-text").count():
            await self.page.locator("#motion-text").fill(words)
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.to_opening")).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.open_vote")).click()

    async def close_vote(self) -> None:
        await self.page.get_by_role("button", name=w("console.close_vote")).first.click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.close_now"), exact=True).click()

    async def publish(self) -> None:
        await self.page.get_by_role("button", name=w("console.look_and_publish")).first.click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.publish"), exact=True).click()

    async def adjourn(self) -> None:
        await self.button("console.more").click()
        await self.page.get_by_role("dialog").get_by_text(w("console.adjourn"), exact=True).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=w("console.adjourn"), exact=True).click()
