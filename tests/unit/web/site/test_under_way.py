"""What a site has begun ends before the site's database is closed."""

from __future__ import annotations

import asyncio

from meeting_server.web.site.under_way import UnderWay
from meeting_server.web.site.workshop import Workshop


class Work:
    """It takes for ever, and a while to let go."""

    def __init__(self) -> None:
        self.began, self.let_go = asyncio.Event(), False

    async def __call__(self) -> None:
        try:
            self.began.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(3):
                await asyncio.sleep(0)
            self.let_go = True


async def test_what_is_under_way_has_let_go_when_the_site_has_ended() -> None:
    under_way, work = UnderWay(), Work()
    under_way.begin(work(), "work")
    await work.began.wait()
    await under_way.stop()
    assert work.let_go


async def test_a_fold_that_nobody_waits_for_any_more_has_let_go_when_the_workshop_is_closed() -> None:
    workshop, work = Workshop(apart=False), Work()
    asking = asyncio.create_task(workshop.folded("meeting", work))
    await work.began.wait()
    asking.cancel()
    await asyncio.wait({asking})
    assert not work.let_go
    await workshop.close()
    assert work.let_go
