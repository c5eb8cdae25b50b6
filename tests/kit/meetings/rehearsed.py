"""The outcome of a rehearsal that never took place, for tests of its report."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.rehearsal.estimate import Capacity, Level, judge
from meeting_server.rehearsal.runner import Order, Outcome, Second
from meeting_server.wire.rehearsal_messages import Began, EndCode, Machine

QUIET = Level(
    phones=0,
    seconds=30.0,
    web=0.0,
    media=0.0,
    others=0.0,
    memory=0.0,
    files=0.0,
    out_mbit_s=0.0,
    message_p95=20.0,
    answer_p95=20.0,
    server_late_p95=5.0,
    lost=0.0,
    sound_gap_p99=60.0,
    sound_gap_most=60.0,
    sound_delay_p95=10.0,
    refused=0,
    phones_late_p95=5.0,
    phones_busy=0.2,
)
MACHINE = Capacity(cores=4, memory=4e9, files=65_536.0, network_mbit_s=None)


def rehearsed(*levels: Level, ended: EndCode = "finished", detail: str = "", refused: dict[str, int] | None = None) -> Outcome:
    """Without ``levels``: 40 phones with 4 cameras, measured at three numbers of them; the media process would be full first."""
    grown = levels or tuple(replace(QUIET, phones=n, media=0.006 * n, web=0.002 * n, out_mbit_s=1.2 * n) for n in (0, 13, 26, 40))
    seconds = tuple(
        Second(
            at=float(at),
            phones=min(40, at),
            web=0.05 + at / 1000,
            media=0.1 + at / 500,
            others=0.1,
            phones_busy=0.2,
            phones_late=4.0,
            server_late=3.0 + at % 7,
            message_p50=None if at % 5 else 12.0,
            message_p95=None if at % 5 else 30.0 + at % 11,
            lost=0.0,
            sound_gap=40.0 + at % 13,
            out_mbit_s=at / 2,
        )
        for at in range(120)
    )
    return Outcome(
        order=Order(server="http://127.0.0.1:8000", token="", members=40, cameras=4, minutes=3.0, local=True),
        began=Began("key", "m1", (), "/rehearsal/key", Machine(4, 8 << 30, None, True)),
        ended=ended,
        ended_detail=detail,
        capacity=MACHINE,
        verdict=judge(grown, MACHINE),
        levels=grown,
        seconds=seconds,
        came_in=max(level.phones for level in grown),
        cameras=4,
        wall_seconds=190.0,
        rounds=9,
        votes=(("open", 40, 40), ("secret", 40, 40)),
        refused=refused or {},
        packets_received=100_000,
        packets_lost=0,
        packets_sent=9_000,
        server=None,
    )
