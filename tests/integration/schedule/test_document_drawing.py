"""Documents as people have them: each is drawn, scaled, or said in words what is wrong with it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from meeting_server.drawing.drawer import Page, PageDrawer, Undrawn, picture_of
from meeting_server.drawing.pictures import MOST_PAGES
from meeting_server.store.schedule.documents import media_type_of
from tests.kit.attacks.odd_documents import (
    blank_pages,
    chinese_pdf,
    filled_form,
    many_pages,
    pdf_of,
    picture,
    sixteen_bit_gray,
    with_a_bad_page,
    with_owner_password,
    with_password,
)
from tests.kit.paths import ROOT


async def drawn(folder: Path, content: bytes) -> tuple[Page, ...]:
    (folder / "document").write_bytes(content)
    return await PageDrawer().draw("m1", folder / "document")


def page(folder: Path, number: int = 1) -> Image.Image:
    return Image.open(picture_of(folder / "document", number, "large")).convert("L")


def ink(picture: Image.Image) -> float:
    """Share of the page that is dark."""
    return sum(picture.histogram()[:128]) / (picture.width * picture.height)


@pytest.mark.parametrize("wrapped", [lambda content: content, with_owner_password], ids=["plain", "owner's password"])
async def test_chinese_text_without_a_font_of_its_own_is_drawn_with_ours(tmp_path: Path, wrapped: Callable[[bytes], bytes]) -> None:
    one = await drawn(tmp_path, wrapped(chinese_pdf(["召开支部党员大会"])))
    with_words = ink(page(tmp_path))
    assert [page.note for page in one] == [""]
    assert with_words > 0.003
    (tmp_path / "again").mkdir()
    await drawn(tmp_path / "again", wrapped(chinese_pdf(["一"])))
    assert ink(page(tmp_path / "again")) < with_words / 4, "each character has a shape of its own, not one box for all"


async def test_a_page_with_characters_that_no_font_has_is_named(tmp_path: Path) -> None:
    known, unknown = (f"BT /F1 40 Tf 40 700 Td <{text.encode('utf-16-be').hex()}> Tj ET" for text in ("党员大会", "\ue123\ue124"))
    assert [page.note for page in await drawn(tmp_path, pdf_of([known, unknown, known]))] == ["", "lacks_glyphs", ""]


async def test_a_filled_form_is_drawn_with_its_values(tmp_path: Path) -> None:
    await drawn(tmp_path, filled_form())
    assert ink(page(tmp_path)) > 0.01


async def test_one_bad_page_does_not_refuse_the_file(tmp_path: Path) -> None:
    assert [page.note for page in await drawn(tmp_path, with_a_bad_page())] == ["", "undrawn", ""]
    assert 0 < ink(page(tmp_path, 2)) < 0.2, "a sentence on white"


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\n\n  ", b"\0"], ids=["BOM", "line", "lines", "zero"])
async def test_what_mailers_put_before_a_pdf_does_not_matter(tmp_path: Path, before: bytes) -> None:
    content = before + chinese_pdf()
    assert media_type_of(content) == "application/pdf"
    assert len(await drawn(tmp_path, content)) == 1


async def test_sixteen_bits_of_gray_look_like_themselves(tmp_path: Path) -> None:
    await drawn(tmp_path, sixteen_bit_gray())
    shades = page(tmp_path)
    assert abs(shades.getpixel((0, 0)) - 0) < 12  # type: ignore[operator]  # one band
    assert abs(shades.getpixel((32, 20)) - 130) < 12  # type: ignore[operator]
    assert abs(shades.getpixel((63, 20)) - 255) < 12  # type: ignore[operator]


async def test_a_picture_as_phones_write_it_is_drawn(tmp_path: Path) -> None:
    content = (ROOT / "tests" / "data" / "half_red_half_blue.heic").read_bytes()
    assert media_type_of(content) == "image/heic"
    (one,) = await drawn(tmp_path, content)
    assert (one.width, one.height) == (320, 200)
    halves = Image.open(picture_of(tmp_path / "document", 1, "large")).convert("RGB")
    red, blue = (ImageStat.Stat(halves.crop(box)).mean for box in ((20, 20, 140, 180), (180, 20, 300, 180)))
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_picture_of_45_million_pixels_is_scaled(tmp_path: Path, kind: str) -> None:
    (one,) = await drawn(tmp_path, picture(7500, 6000, kind))
    assert (one.width, one.height) == (1440, 1152)
    (left, middle, right) = (page(tmp_path).getpixel((x, 500)) for x in (5, 720, 1435))
    assert left < 30 < 100 < middle < 160 < 225 < right  # type: ignore[operator]  # one band


async def test_a_picture_of_too_many_pixels_is_said_to_be_one(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    with pytest.raises(Undrawn, match="too_many_pixels"):
        await drawn(tmp_path, bomb.getvalue())


async def test_the_longest_document_is_drawn_to_its_last_page_by_one_process_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    start = asyncio.create_subprocess_exec

    async def counted(*words: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(words[words.index("--from") + 1])
        return await start(*words, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
    drawer = PageDrawer("from meeting_server.drawing import process; process.STEADY_SECONDS = 0.1; process.main()")
    told: list[tuple[int, int]] = []

    async def count(done: int, of: int) -> None:
        told.append((done, of))

    (tmp_path / "document").write_bytes(many_pages(MOST_PAGES, (1440, 60)))
    pages = await drawer.draw("m1", tmp_path / "document", count)
    assert [page.page for page in pages] == list(range(1, MOST_PAGES + 1))
    assert {page.note for page in pages} == {""}
    assert told[0] == (0, MOST_PAGES)
    assert told[-1] == (MOST_PAGES, MOST_PAGES)
    assert len(started) > 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (with_password(chinese_pdf()), "locked"),
        (blank_pages(MOST_PAGES + 1), "too_long"),
        (b"%PDF-1.7\n%%EOF\n", "damaged"),
        (picture(60, 40, "PNG")[:60], "damaged"),
    ],
    ids=["password", "201 pages", "no pages", "cut off"],
)
async def test_what_can_not_be_drawn_is_told_apart(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(Undrawn, match=why):
        await drawn(tmp_path, content)
