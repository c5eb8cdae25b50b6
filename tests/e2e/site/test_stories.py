"""Every state of the member's room, drawn from fixtures through the real store: accessible, never covering the vote, usable by keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.kit.browsers.look import Look, Round, dead_buttons, look_around, show, story_names
from tests.kit.browsers.stories import (
    AT_DOUBLE_ZOOM,
    DARK_PHONE,
    DARK_SMALL_BIG,
    DESKTOP,
    HOUSE,
    PHONE,
    SIDEWAYS,
    SMALL_BIG,
    WIDE,
    ZOOMED,
    stories_served,
    story_browser,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.night]

PRESSED = (
    "console-agenda",
    "console-votes",
    "console-votes-ready",
    "console-floor",
    "console-people",
    "console-more",
    "console-person",
    "room-video",
    "room-own-floor",
    "more",
    "vote-batch",
    "vote-batch-next",
    "poll-choose",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stories_served(tmp_path_factory.mktemp("stories")) as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with story_browser() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def asked(page: Page) -> list[dict[str, object]]:
    commands: list[dict[str, object]] = page.evaluate("() => window.stories.asked")
    return commands


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on ``selector``; a round of twelve must be enough."""
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"Tab never came to {selector}")


@pytest.fixture(scope="module")
def in_chinese(browser: Browser, address: str) -> dict[str, list[str]]:
    """Findings of every state on a phone, and of what is voted on where there is little room."""
    names = story_names(browser, address)
    return look_around(
        browser,
        address,
        [
            Round(PHONE, beginning(names, "", least=60), "both themes"),
            Round(SIDEWAYS, beginning(names, "vote-", "poll-", "roll-", "result-", least=50), "measured"),
            Round(ZOOMED, [name for name in names if name in AT_DOUBLE_ZOOM], "layout"),
            Round(SMALL_BIG, beginning(names, "vote-", "poll-", "roll-", "recording"), "layout"),
        ],
    )


@pytest.fixture(scope="module")
def in_english(browser: Browser, address: str) -> dict[str, list[str]]:
    """Findings of every second state on a phone (``tests/long`` has all); of the console and the hall's screen when they are wide."""
    names = story_names(browser, address)
    every_second = [name for name in names if not name.startswith(HOUSE)][::2]
    assert len(every_second) > 60
    return look_around(
        browser,
        address,
        [
            Round(DARK_PHONE, every_second, "layout"),
            Round(WIDE, beginning(names, "console-votes", "console-agenda", "console-people", "stage-"), "whole"),
            Round(DESKTOP, beginning(names, "room-", "people", "vote-c", "result-c", "more", "waiting"), "whole"),
            Round(DARK_SMALL_BIG, beginning(names, "vote-", "poll-", "roll-", "recording"), "measured"),
        ],
    )


def beginning(names: list[str], *with_: str, least: int = 20) -> list[str]:
    """More than ``least`` of them, lest nothing is looked at and all is well."""
    found = [name for name in names if name.startswith(with_)]
    assert len(found) > least
    return found


def seen_as(look: Look, findings: dict[str, list[str]]) -> dict[str, list[str]]:
    return {where: lines for where, lines in findings.items() if where.endswith(f" @ {look.name}")}


def test_every_state_is_accessible_on_a_phone(in_chinese: dict[str, list[str]]) -> None:
    """In both themes."""
    assert seen_as(PHONE, in_chinese) == {}


def test_states_are_legible_on_a_phone_in_english_and_in_the_dark(in_english: dict[str, list[str]]) -> None:
    assert seen_as(DARK_PHONE, in_english) == {}


def test_the_console_and_the_halls_screen_are_accessible_when_wide(in_english: dict[str, list[str]]) -> None:
    assert seen_as(WIDE, in_english) == {}


def test_a_vote_can_be_cast_on_a_phone_held_sideways(in_chinese: dict[str, list[str]]) -> None:
    """The button that confirms is on the screen and the choices scroll above it."""
    assert seen_as(SIDEWAYS, in_chinese) == {}


def test_states_are_accessible_on_a_desktop(in_english: dict[str, list[str]]) -> None:
    assert seen_as(DESKTOP, in_english) == {}


def test_votes_and_roll_calls_hold_on_the_smallest_phone_in_big_type(in_chinese: dict[str, list[str]]) -> None:
    assert seen_as(SMALL_BIG, in_chinese) == {}


def test_votes_hold_on_the_smallest_phone_in_big_english_type(in_english: dict[str, list[str]]) -> None:
    assert seen_as(DARK_SMALL_BIG, in_english) == {}


def test_nothing_is_lost_at_double_zoom(in_chinese: dict[str, list[str]]) -> None:
    assert seen_as(ZOOMED, in_chinese) == {}


def test_every_button_of_console_and_room_acts(page: Page, address: str) -> None:
    """``python -m tests.kit.browsers.look --press`` presses those of every story."""
    seen: set[str] = set()
    dead = [line for story in PRESSED for line in dead_buttons(page, address, story, PHONE, seen)]
    assert dead == []
    assert len(seen) > 60


def test_a_result_is_shown_as_bars_and_as_a_table(page: Page, address: str) -> None:
    show(page, address, "result-carried", PHONE)
    assert page.locator(".result__plot svg").count() == 3
    table = page.locator(".table--counts")
    assert table.locator("thead th").all_inner_texts() == ["选项", "票数", "占应到 28"]
    assert [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()] == [
        ["赞成", "22", "79%"],
        ["不赞成", "2", "7%"],
        ["弃权", "2", "7%"],
    ]


def test_a_scrutineer_sees_figures_and_never_a_choice(page: Page, address: str) -> None:
    show(page, address, "officer-collecting", PHONE)
    sheet = page.locator(".sheet")
    assert sheet.locator(".stat3 dd").all_inner_texts() == ["2", "26", "19"]
    words = sheet.inner_text()
    assert not any(choice in words for choice in ("赞成", "弃权"))


def test_all_five_dock_buttons_are_reachable_at_double_zoom(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 180, "height": 370}, reduced_motion="reduce")
    page = context.new_page()
    show(page, address, "room-video", ZOOMED)
    boxes = [button.bounding_box() for button in page.locator(".dock__btn").all()]
    assert len(boxes) == 5
    assert all(
        box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 180 and box["width"] >= 48 and box["height"] >= 48 for box in boxes
    )
    context.close()


def test_no_choice_is_made_beforehand_and_all_look_equal(page: Page, address: str) -> None:
    show(page, address, "vote-choose", PHONE)
    choices = page.locator(".choice input")
    assert choices.count() == 3
    assert not any(choice.is_checked() for choice in choices.all())
    sizes = {
        (box["width"], box["height"]) for box in (body.bounding_box() for body in page.locator(".choice__body").all()) if box is not None
    }
    assert len(sizes) == 1


def test_a_vote_is_cast_with_the_keyboard_alone(page: Page, address: str) -> None:
    show(page, address, "vote-choose", PHONE)
    assert page.evaluate("() => document.activeElement.classList.contains('sheet__title')")
    tab_to(page, ".choice input")
    page.keyboard.press("ArrowDown")
    tab_to(page, ".sheet__foot .btn--primary")
    page.keyboard.press("Enter")
    page.locator(".chosen").wait_for()
    assert asked(page) == []
    tab_to(page, ".btn--force")
    page.keyboard.press("Enter")
    page.locator(".slip--counted").wait_for()
    assert [command["kind"] for command in asked(page)] == ["CastBallot"]
    tab_to(page, ".sheet__foot .btn--primary")
    page.keyboard.press("Enter")
    page.locator(".sheet").wait_for(state="detached")
    page.locator(".ground:not([inert])").wait_for()  # from the next frame on


def test_tab_never_leaves_a_vote_for_the_room_behind(page: Page, address: str) -> None:
    show(page, address, "vote-choose", PHONE)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('.sheet') !== null")
    page.keyboard.press("Escape")
    assert page.locator(".sheet").count() == 1


def test_a_vote_put_aside_stays_one_tap_away(page: Page, address: str) -> None:
    show(page, address, "vote-choose", PHONE)
    page.get_by_role("button", name="先看会场").click()
    page.locator(".sheet").wait_for(state="detached")
    page.locator(".banners").get_by_role("button", name="打开").click()
    page.locator(".sheet .choices").wait_for()


def test_not_yet_counted_stays_until_the_server_has_acknowledged(page: Page, address: str) -> None:
    show(page, address, "vote-pending-offline", PHONE)
    assert page.locator(".slip--pending").inner_text().startswith("未计入")
    assert page.locator(".slip--counted").count() == 0


def test_a_refused_ballot_can_be_cast_again_while_the_vote_is_open(page: Page, address: str) -> None:
    show(page, address, "vote-refused", PHONE)
    assert page.locator(".slip").inner_text().startswith("没有计入")
    page.get_by_role("button", name="重新投票").click()
    page.locator(".choice").first.click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="投出").click()
    page.locator(".slip--counted").wait_for()


@pytest.mark.parametrize(("story", "told"), [("vote-withdrawn", "这次表决撤回了"), ("roll-call-missed", "点名结束了，您没有应答")])
def test_a_sheet_that_leaves_by_itself_says_why(page: Page, address: str, story: str, told: str) -> None:
    show(page, address, story, PHONE, moved=False)
    page.wait_for_function("() => document.querySelector('#announce-now').textContent.trim() !== ''")  # it was noticed to begin
    assert page.locator(".sheet").count() == 1
    page.evaluate("() => window.stories.next()")
    page.locator(".banner", has_text=told).wait_for()
    assert page.locator(".sheet").count() == 0


def test_a_roll_call_is_answered_with_one_tap(page: Page, address: str) -> None:
    show(page, address, "roll-call", PHONE)
    page.get_by_role("button", name="我在").click()
    page.locator(".slip--counted").wait_for()
    assert [command["kind"] for command in asked(page)] == ["AnswerRollCall"]


def test_the_phones_back_button_closes_what_was_opened(page: Page, address: str) -> None:
    show(page, address, "room-video", PHONE)
    page.get_by_role("button", name="更多").click()
    page.get_by_role("button", name="议程").click()
    page.locator(".agenda").wait_for()
    page.go_back()
    page.locator(".sheet").wait_for(state="detached")
    page.get_by_role("button", name="聊天").click()
    page.locator(".composer").wait_for()
    page.go_back()
    page.locator(".room__tiles").wait_for()


def test_lowering_the_hand_can_be_undone(page: Page, address: str) -> None:
    show(page, address, "room-hand-up", PHONE)
    page.get_by_role("button", name="已举手").click()
    page.locator(".toast").get_by_role("button", name="撤销").click()
    page.locator(".dock__btn[aria-pressed='true']").wait_for()
    assert [command["kind"] for command in asked(page)] == ["LowerHand", "RaiseHand"]


def test_a_message_is_written_and_then_removed_by_its_author(page: Page, address: str) -> None:
    show(page, address, "chat", PHONE)
    page.get_by_label("写一句话").fill("赞成这个方案。")
    page.keyboard.press("Enter")
    own = page.locator(".msg", has_text="赞成这个方案。")
    own.get_by_role("button").click()
    page.locator(".sheet").get_by_role("button", name="删除").click()
    page.locator(".msg__text--gone", has_text="这条消息已由本人删除").wait_for()


def test_everything_spoken_goes_through_one_live_region(page: Page, address: str) -> None:
    show(page, address, "vote-choose", PHONE)
    page.wait_for_function("() => document.querySelector('#announce-now').textContent.startsWith('开始表决')")
    assert page.locator("[aria-live]").count() == 2  # the polite and the urgent half of it
