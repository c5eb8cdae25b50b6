"""Clocks of recorded tracks over hours: simulated phones whose clocks drift, on networks that delay and lose."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from meeting_server.media.timing import GRADUALLY, QUICKLY, Offset, TrackClock

IN_STEP_S = 0.045  # what ITU-R BT.1359 lets sound be ahead of its picture
BEGAN = 1_800_000_000.0
HOURS = 4.0


@dataclass
class Phone:
    """``off``: its NTP clock less ours when the meeting begins; ``ppm`` how much faster it runs than ours."""

    off: float
    ppm: float

    def ntp(self, true: float) -> float:
        return BEGAN + self.off + true * (1 + self.ppm / 1e6)


@dataclass
class Track:
    """A track whose clock runs ``ppm`` faster than ours; one frame every ``every`` s, a report every ``reports`` s."""

    rate: int
    ppm: float
    every: float
    first: int  # RTP time of its first sample
    reports: float = 5.0
    delay: float = 0.02
    jitter: float = 0.03

    def rtp(self, true: float) -> int:
        return self.first + round(true * (1 + self.ppm / 1e6) * self.rate) & 0xFFFFFFFF


def run(
    phone: Phone,
    track: Track,
    sender: Offset,
    seed: int,
    hours: float = HOURS,
    *,
    absurd: bool = False,
    silent: tuple[float, float] = (0, 0),
) -> Iterator[tuple[float, float]]:
    """(true time of a frame, where the recording puts it), both in seconds since the beginning."""
    chance = random.Random(seed)
    clock = TrackClock(track.rate, sender)
    next_report, number, arrived = chance.uniform(0, track.reports), 0, 0.0
    while (true := number * track.every) < hours * 3600:
        number += 1
        if true >= next_report:
            next_report += chance.uniform(0.5, 1.5) * track.reports
            if chance.random() > 0.3:  # three of ten are lost
                said = phone.ntp(true) + chance.gauss(0, 0.002)
                if absurd and chance.random() < 0.05:
                    said = chance.choice((0.0, 1e-9, -BEGAN, 4e9, said + 3600, said - 0.4))
                clock.report(track.rtp(true), said, BEGAN + true + track.delay + chance.expovariate(1 / track.jitter))
        if silent[0] <= true < silent[1]:
            continue  # DTX, or a switched-off microphone: nothing comes, and its clock goes on
        arrived = max(arrived, true + track.delay + chance.expovariate(1 / track.jitter))
        yield true, clock.unix(track.rtp(true), BEGAN + arrived) - BEGAN


def errors(frames: Iterator[tuple[float, float]], delay: float, after: float = 60.0) -> tuple[float, float]:
    """How far the recording was off, at the least and the most, once it has settled; it never jumps on the way."""
    least, most, last = 1.0, -1.0, (0.0, 0.0)
    for true, put in frames:
        moved = abs((put - last[1]) - (true - last[0]))
        if last[0] > 0:
            pace = QUICKLY if true < 6 else GRADUALLY
            assert moved <= pace * max(true - last[0], 0.3) + 0.002, f"a jump of {moved:.3f} s at {true:.1f} s"
        last = (true, put)
        if true > after:
            least, most = min(least, put - true - delay), max(most, put - true - delay)
    return least, most


def test_the_tracks_of_all_stay_in_step_for_four_hours() -> None:
    """Two people, each with sound and picture: every clock is off by as much as clocks are, in the worst direction."""
    spread: list[float] = []
    for number, (phone, sound, picture) in enumerate(
        (
            (Phone(7200.0, 100), Track(48_000, 100, 0.12, 0xFFFF0000), Track(90_000, -100, 0.4, 0xFFFFFF00, reports=1.0, delay=0.03)),
            (Phone(-86_400.0, -100), Track(48_000, -100, 0.12, 17), Track(90_000, 100, 0.4, 0, reports=1.0, delay=0.03)),
        )
    ):
        sender = Offset()
        frames = [run(phone, sound, sender, number), run(phone, picture, sender, 10 + number)]
        for frame in _side_by_side(frames):
            spread += errors(iter(frame), delay=0.0)
    assert max(spread) - min(spread) <= IN_STEP_S, spread


def _side_by_side(tracks: list[Iterator[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """Run the tracks of one phone at once, each moment of all before the next."""
    kept: list[list[tuple[float, float]]] = [[] for _ in tracks]
    current = [next(t, None) for t in tracks]
    while any(frame is not None for frame in current):
        earliest = min((i for i, frame in enumerate(current) if frame is not None), key=lambda i: current[i] or (0.0, 0.0))
        frame = current[earliest]
        assert frame is not None
        kept[earliest].append(frame)
        current[earliest] = next(tracks[earliest], None)
    return kept


@pytest.mark.parametrize("ppm", [100, -100])
def test_a_track_without_any_report_stays_in_step_by_its_arrivals(ppm: float) -> None:
    track = Track(48_000, ppm, 0.12, 1, reports=1e9)
    least, most = errors(run(Phone(0, 0), track, Offset(), 1), track.delay)
    assert -0.01 < least <= most < IN_STEP_S / 2


def test_absurd_reports_move_nothing() -> None:
    track = Track(48_000, 100, 0.12, 0xFFFFFF00, reports=2.0)
    least, most = errors(run(Phone(-1e9, -100), track, Offset(), 2, absurd=True), track.delay)
    assert -0.01 < least <= most < IN_STEP_S / 2


def test_a_long_silence_is_a_gap_of_its_true_length() -> None:
    track = Track(48_000, 100, 0.06, 0xFFFFFF00)
    frames = list(run(Phone(3.0, 100), track, Offset(), 3, 0.5, silent=(300, 900)))
    behind = [put - true for true, put in frames if 900 <= true < 901]
    assert max(behind) < IN_STEP_S + track.delay + 0.2  # of one slow packet at most
    assert all(-0.01 < put - true - track.delay < IN_STEP_S / 2 for true, put in frames if true > 920)


def test_a_clock_that_slept_is_put_right_at_its_next_packet() -> None:
    clock = TrackClock(48_000, Offset())
    for n in range(500):
        clock.unix(n * 960, BEGAN + n * 0.02)
    assert clock.unix(500 * 960, BEGAN + 10 + 30) == pytest.approx(BEGAN + 40)


def test_packets_that_a_full_path_delays_by_seconds_do_not_move_a_clock_that_reports_confirm() -> None:
    clock, put = TrackClock(48_000, Offset()), 0.0
    for n in range(3000):
        true = n * 0.02
        late = max(0.0, min(1.5, (true - 20) * 0.3, (42 - true) * 0.75))  # a queue builds up, stays for 15 s, and drains
        if n % 100 == 0:
            clock.report(n * 960, 1000 + true, BEGAN + true + late)
        put = clock.unix(n * 960, BEGAN + true + late) - BEGAN
        assert abs(put - true) < 0.15, true
    assert abs(put - 59.98) < 0.02


def test_a_path_that_held_packets_back_moves_nothing() -> None:
    clock = TrackClock(48_000, Offset())
    for n in range(1000):
        true = n * 0.02
        arrival = 12.0 + (true - 10) / 10 if 10 <= true < 12 else true  # nothing for two seconds, then all of it within 0.2 s
        assert abs(clock.unix(n * 960, BEGAN + max(true, arrival)) - BEGAN - true) < 0.02, true


def test_a_new_clock_while_packets_come_is_followed_once_it_is_sure() -> None:
    clock, put = TrackClock(48_000, Offset()), 0.0
    for n in range(1500):
        skipped = 0 if n < 500 else -5 * 48_000  # its clock stood still for five seconds, and nothing says so
        put = clock.unix(n * 960 + skipped & 0xFFFFFFFF, BEGAN + n * 0.02) - BEGAN
    assert put == pytest.approx(1499 * 0.02, abs=0.01)


def test_a_recorder_that_is_started_again_goes_on_in_step() -> None:
    """Its clocks know nothing of before; the next file begins within a slow packet of its true time, and is in step soon after."""
    phone, track, chance = Phone(40.0, 100), Track(48_000, -100, 0.06, 0), random.Random(5)
    off: dict[bool, list[float]] = {False: [], True: []}
    clock, again = TrackClock(track.rate, Offset()), TrackClock(track.rate, Offset())
    arrived = 0.0
    for number in range(20_000):
        true = number * track.every
        arrived = max(arrived, true + track.delay + chance.expovariate(1 / track.jitter))
        restarted = true >= 600
        current = again if restarted else clock
        if number % 80 == 0:
            current.report(track.rtp(true), phone.ntp(true), BEGAN + arrived)
        put = current.unix(track.rtp(true), BEGAN + arrived) - BEGAN
        if true % 600 > 20:
            off[restarted].append(put - true)
    assert max(off[False] + off[True]) - min(off[False] + off[True]) <= IN_STEP_S / 2
