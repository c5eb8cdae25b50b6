"""What leaves a phone and when: nothing while one waits or has not agreed to the recording, one voice of two pages, nothing of a muted device."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from meeting_server.web.site.catalogue import text
from tests.kit.browsers.phones import Phone, phones
from tests.kit.browsers.under_way import Hall, opened_microphone, within
from tests.kit.houses.client_house import client_house

pytestmark = [pytest.mark.browser]

KEEP_TRACKS = """
window.__tracks = [];
const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await capture(wish);
  window.__tracks.push(...stream.getTracks());
  return stream;
};
window.__mute = (muted) => {
  const track = window.__tracks.at(-1);
  Object.defineProperty(track, "muted", { value: muted, configurable: true });
  track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
};
"""
"""The system takes a microphone away and gives it back: the track says so by these events and this property."""


def zh(key: str, **holes: object) -> str:
    return text("zh-CN", key, **holes)


@pytest.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Hall]:
    """A meeting that was convened and is not open yet."""
    async with client_house(tmp_path) as house, phones(tmp_path) as browsers, AsyncExitStack() as stack:
        hall = Hall(house, browsers, stack)
        hall.chair = await hall.bot("p2")
        yield hall
        assert browsers.faults == []
        for phone in browsers.all:
            assert await phone.violations() == []


@pytest.fixture
async def hall(waiting: Hall) -> Hall:
    assert (await waiting.chair.command("OpenMeeting"))["type"] == "ack"
    return waiting


def switch(phone: Phone, key: str) -> Locator:
    return phone.page.get_by_role("switch", name=zh(key))


def microphone(phone: Phone) -> Locator:
    return phone.page.locator(".dock__btn--mic")


async def ask(hall: Hall, kind: str, **fields: object) -> None:
    assert (await hall.chair.command(kind, **fields))["type"] == "ack"


async def test_nothing_leaves_a_phone_before_the_meeting_opens_and_then_what_was_chosen_does(waiting: Hall) -> None:
    speaker, listener = await waiting.enter("p3", as_="video"), await waiting.enter("p4")
    for key in ("states.wait_mic", "room.camera"):
        await expect(switch(speaker, key)).to_have_attribute("aria-checked", "true")
        await expect(switch(listener, key)).to_have_attribute("aria-checked", "false")
    own = speaker.page.locator(".check__picture video")
    await within(20, "one sees oneself", lambda: own.evaluate("video => video.videoWidth > 0 && !video.paused"))
    for phone in (speaker, listener):
        await within(20, "connected to the media plane", lambda phone=phone: _connected(phone))  # type: ignore[misc]  # bound at once
    for _ in range(10):  # two seconds of a meter that moves and a picture that plays
        await speaker.page.wait_for_timeout(200)
    sent = await speaker.measured()
    assert (sent.sentAudio, sent.sentVideo) == (0, 0)
    heard = await listener.measured()
    assert (heard.samples, heard.frames) == (0, 0)
    assert await waiting.state_of("p3") == ()
    await ask(waiting, "OpenMeeting")
    await listener.has_heard_and_seen()
    assert sorted(await waiting.state_of("p3")) == ["audio", "video"]
    await expect(microphone(speaker)).to_have_attribute("aria-pressed", "true")


async def _connected(phone: Phone) -> bool:
    return (await phone.measured()).connected > 0


async def test_what_was_switched_off_while_waiting_stays_off(waiting: Hall) -> None:
    phone = await waiting.enter("p3", as_="audio")
    await expect(switch(phone, "states.wait_mic")).to_have_attribute("aria-checked", "true")
    await switch(phone, "states.wait_mic").click()
    await expect(switch(phone, "states.wait_mic")).to_have_attribute("aria-checked", "false")
    await ask(waiting, "OpenMeeting")
    await expect(microphone(phone)).to_have_attribute("aria-pressed", "false")
    assert await waiting.state_of("p3") == ()


async def test_a_recording_waits_for_each_ones_answer(hall: Hall) -> None:
    agrees, only_listens = await hall.enter("p3", as_="audio"), await hall.enter("p4", as_="audio")
    await agrees.hears()
    await ask(hall, "StartRecording")
    for phone in (agrees, only_listens):
        await expect(phone.page.get_by_role("dialog")).to_contain_text(zh("room.recording_held"))
    assert [await hall.state_of(who) for who in ("p3", "p4")] == [(), ()]
    stopped = [(await phone.measured()).sentAudio for phone in (agrees, only_listens)]
    await agrees.page.get_by_role("button", name=zh("room.recording_stay")).click()
    await only_listens.page.get_by_role("button", name=zh("room.recording_listen")).click()
    await only_listens.hears()  # who agreed is heard again without another tap
    assert (await agrees.measured()).sentAudio > stopped[0]
    assert await hall.state_of("p4") == ()
    sent = (await only_listens.measured()).sentAudio
    await microphone(only_listens).click()
    await expect(only_listens.page.get_by_role("dialog")).to_contain_text(zh("states.fail_consent_needed_title"))
    assert (await only_listens.measured()).sentAudio == sent
    await only_listens.page.get_by_role("button", name=zh("states.agree_and_speak")).click()
    await agrees.hears()


async def test_of_two_pages_of_one_member_one_is_heard_and_the_other_says_so(hall: Hall) -> None:
    listener = await hall.enter("p4")
    first = await hall.enter("p3")
    second = await hall.enter("p3")
    await opened_microphone(first)
    await listener.hears()
    await expect(second.page.get_by_text(zh("states.voice_elsewhere"))).to_be_visible()
    await opened_microphone(second)
    await expect(microphone(first)).to_have_attribute("aria-pressed", "false")
    await expect(first.page.get_by_text(zh("states.voice_elsewhere"))).to_be_visible()
    await expect(second.page.get_by_text(zh("states.voice_elsewhere"))).to_have_count(0)
    await listener.hears()
    silent = (await first.measured()).sentAudio
    await first.page.get_by_role("button", name=zh("states.voice_here")).click()
    await expect(microphone(second)).to_have_attribute("aria-pressed", "false")
    assert (await first.measured()).sentAudio >= silent
    await listener.hears()


async def test_a_microphone_that_the_system_took_is_not_called_on_and_a_fresh_one_is_taken(hall: Hall) -> None:
    phone, listener = await hall.enter("p3", scripts=(KEEP_TRACKS,)), await hall.enter("p4")
    await opened_microphone(phone)
    await listener.hears()
    await phone.page.evaluate("__mute(true)")
    await expect(microphone(phone)).to_have_attribute("aria-pressed", "false")
    await expect(phone.page.get_by_text(zh("states.interrupted"), exact=True)).to_be_visible()
    await within(20, "others are told", lambda: _says_nothing(hall, "p3"))
    await phone.page.evaluate("__mute(false)")  # a short call: it goes on by itself
    await expect(microphone(phone)).to_have_attribute("aria-pressed", "true")
    await listener.hears()
    await phone.page.evaluate("__mute(true)")
    await phone.page.get_by_role("button", name=zh("states.open_again")).click()
    await expect(microphone(phone)).to_have_attribute("aria-pressed", "true")
    assert await phone.page.evaluate("__tracks.map((track) => track.readyState)") == ["ended", "live"]
    await listener.hears()


async def _says_nothing(hall: Hall, who: str) -> bool:
    return await hall.state_of(who) == ()


async def test_sound_that_the_system_paused_plays_again_or_asks_for_one_tap(hall: Hall) -> None:
    speaker, listener = await hall.enter("p3"), await hall.enter("p4")
    await opened_microphone(speaker)
    await listener.hears()
    paused = "() => [...document.querySelectorAll('audio')].map((sound) => sound.paused)"
    await listener.page.evaluate("document.querySelectorAll('audio').forEach((sound) => sound.pause())")
    await within(20, "it plays again", lambda: _none(listener, paused))
    await listener.page.evaluate(
        """() => {
          const play = HTMLMediaElement.prototype.play;
          window.__allow = () => { HTMLMediaElement.prototype.play = play; };
          HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("no tap", "NotAllowedError"));
          document.querySelectorAll("audio").forEach((sound) => sound.pause());
        }"""
    )
    await expect(listener.page.get_by_text(zh("states.sound_blocked"))).to_be_visible()
    await listener.page.evaluate("__allow()")
    await listener.page.get_by_role("button", name=zh("states.allow_sound")).click()
    await expect(listener.page.get_by_text(zh("states.sound_blocked"))).to_have_count(0)
    await within(20, "it plays again", lambda: _none(listener, paused))


async def _none(phone: Phone, expression: str) -> bool:
    found: list[bool] = await phone.page.evaluate(expression)
    return len(found) > 0 and not any(found)
