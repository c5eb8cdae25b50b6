"""What a look at a page waits for before it measures."""

from __future__ import annotations

import pytest

from tests.kit.browsers.axe import violations
from tests.kit.browsers.phones import PHONE, phones

pytestmark = pytest.mark.browser

FADING = """<!doctype html><html lang="en"><head><title>fading</title><style>
  body { background: #fff; } p { color: #000; animation: appear 10s; }
  @keyframes appear { from { opacity: 0.2; } }
</style></head><body><main><h1>A sheet</h1><p>comes in.</p></main></body></html>"""


async def test_contrast_is_measured_where_what_fades_in_comes_to_rest() -> None:
    async with phones() as all_phones:
        phone = await all_phones.phone("nobody", **PHONE)
        await phone.page.set_content(FADING)
        assert await violations(phone.page) == []
