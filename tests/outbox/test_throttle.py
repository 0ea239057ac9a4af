"""Limits on the rate: never more than was asked for, and never later than need be (rule S17)."""

from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.outbox.throttle import Brake, Pace, Throttle, WarmUp, Window

DAY = 86_400.0
STEPS = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=120)


def first_ends(at: float) -> Callable[[int], float]:
    """When each day ends, the first of them at that moment."""
    return lambda day: at + day * DAY


def places(throttle: Throttle, steps: list[float]) -> list[float]:
    """What is booked by someone who asks, waits for the place, does something for a while, and asks."""
    now, found = 0.0, []
    for step in steps:
        place = throttle.place(now)
        assert place >= now
        found.append(place)
        now = place + step
    return found


@given(STEPS, st.integers(1, 5), st.floats(0.5, 10))
def test_no_window_holds_more_than_its_limit(
    steps: list[float], limit: int, seconds: float
) -> None:
    found = places(Throttle([Window(limit, seconds)]), steps)
    for index, place in enumerate(found):
        assert index - bisect_right(found, place - seconds + 1e-9) + 1 <= limit


@given(STEPS, st.floats(0.2, 50))
def test_a_pace_is_kept(steps: list[float], rate: float) -> None:
    found = places(Throttle([Pace(rate)]), steps)
    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in pairwise(found))


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=120),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.integers(0, 9),
)
def test_a_warm_up_is_kept_day_by_day(hours: list[int], limits: list[int], sent: int) -> None:
    throttle = Throttle([WarmUp(limits, 0, sent, first_ends(DAY / 2))])
    found = places(throttle, [hour * 3600.0 for hour in hours])
    counts: dict[int, int] = {0: sent}
    for place in found:
        day = int((place + DAY / 2) // DAY)
        counts[day] = counts.get(day, 0) + 1
    days = [counts[day] for day in sorted(counts)]
    assert all(n <= max(limit, sent) for n, limit in zip(days, limits, strict=False))


def test_several_gates_are_all_kept() -> None:
    found = places(
        Throttle([Pace(2), Window(3, 10), WarmUp([8], 0, 0, first_ends(100.0))]), [0.0] * 10
    )
    assert found[:3] == [0, 0.5, 1.0]
    assert found[3] >= 10
    assert found[7] < 100 <= found[8], "the ninth waits for the next day"


@given(
    st.lists(st.floats(0, 5), min_size=5, max_size=150),
    st.integers(1, 4),
)
def test_several_who_ask_before_their_places_come_overfill_nothing(
    asked: list[float], limit: int
) -> None:
    """Two connections that share a window and a warm-up; one asks while the other still waits."""
    throttle = Throttle([Window(limit, 20.0), WarmUp([7, 9], 0, 0, first_ends(100.0))])
    now, found = 0.0, []
    for step in asked:
        now += step
        found.append(throttle.place(now))
    found.sort()
    for index, place in enumerate(found):
        assert index - bisect_right(found, place - 20.0 + 1e-9) + 1 <= limit
    assert sum(place < 100 for place in found) <= 7


def test_what_earlier_runs_sent_counts() -> None:
    assert Throttle([Window(10, 3600, [(-3000.0, 4), (-10.0, 6)])]).place(0.0) == 600.0
    assert Throttle([Window(10, 3600, [(-3000.0, 4), (-10.0, 5)])]).place(0.0) == 0.0
    assert Throttle([WarmUp([5, 100], 0, 5, first_ends(77.0))]).place(0.0) == 77.0
    assert Throttle([WarmUp([5, 100], 2, 5000, first_ends(77.0))]).place(0.0) == 0.0


def test_a_relay_that_asks_for_less_gets_less_until_it_is_content() -> None:
    brake = Brake()
    throttle = Throttle([], brake)
    assert throttle.free
    waits, now = [], 0.0
    for _ in range(9):
        brake.slow(now)
        brake.slow(now)  # others on their way hear the same, and it counts once
        place = throttle.place(now)
        waits.append(place - now)
        now = place
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    eased = 0
    while brake.on:
        brake.ease(now)
        eased += 1
    assert eased == 7
    assert throttle.free


@pytest.mark.parametrize(
    ("given", "rate"),
    [("5", 5), ("5/s", 5), ("2.5/s", 2.5), ("300/m", 5), ("1800/h", 0.5), ("0", 0)],
)
def test_a_rate_may_be_written_by_the_second_minute_or_hour(given: str, rate: float) -> None:
    from alerts.cli.send import Rate

    assert Rate().convert(given, None, None) == rate
