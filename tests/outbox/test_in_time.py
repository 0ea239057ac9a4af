"""Whether all can be sent before windows close: counted by the rates that are set, and by the clock."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.domain.delivery import DeliveryState, RetryPolicy
from alerts.outbox.in_time import Allowance, Demand, InTime, shortfalls
from alerts.outbox.options import Orders, SendReport, World
from tests.factories import MONTH

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ORDERS = Orders([MONTH], 1, RetryPolicy(), "host", "test")


def _said(found: list[Demand], allowance: Allowance) -> list[str]:
    return [short.words for short in shortfalls(found, allowance)]


def test_without_limits_nothing_is_short() -> None:
    assert _said([Demand(NOON, NOON + HOUR, "UTC", 10**9)], Allowance(ORDERS)) == []


@pytest.mark.parametrize(
    ("orders", "number", "fits", "takes"),
    [
        (replace(ORDERS, rate=1.0), 3601, None, ""),
        (replace(ORDERS, rate=1.0), 7200, 3601, "a rate of 120/m"),
        (replace(ORDERS, rate=0.01), 40, 37, "a rate of 40/h"),
        (replace(ORDERS, rate=20.0), 144_000, 72_001, "a rate of 40/s"),
        (replace(ORDERS, window=(500, HOUR / 4)), 2501, 2500, "501 in that time"),
        (replace(ORDERS, window=(500, HOUR / 4)), 2500, None, ""),
        (replace(ORDERS, warm_up=(200, 1000)), 201, 200, "while the address is new"),
        (replace(ORDERS, warm_up=(200, 1000), rate=0.01), 201, 37, "a rate of 201/h"),
    ],
)
def test_what_does_not_fit_is_told_with_what_it_takes(
    orders: Orders, number: int, fits: int | None, takes: str
) -> None:
    said = _said([Demand(NOON, NOON + HOUR, "UTC", number)], Allowance(orders))
    assert len(said) == (fits is not None)
    for words in said:
        assert words.startswith(
            f"{number:,} copies should go by Mon 2 Nov 13:00 in UTC (13:00 UTC)"
        )
        assert f"lets {fits:,} go" in words
        assert takes in words


def test_what_was_sent_already_counts_for_quotas() -> None:
    demand = [Demand(NOON, NOON + HOUR / 8, "UTC", 300)]
    quota = replace(ORDERS, window=(500, HOUR))
    assert _said(demand, Allowance(quota, in_window=200)) == []
    assert len(_said(demand, Allowance(quota, in_window=201))) == 1
    warm_up = replace(ORDERS, warm_up=(200, 400), zone=ZoneInfo("UTC"))
    assert _said(demand, Allowance(warm_up, earlier=1, today=100)) == []
    assert len(_said(demand, Allowance(warm_up, earlier=1, today=101))) == 1
    assert _said(demand, Allowance(warm_up, earlier=2)) == [], "the warm-up is over"


def test_each_closing_must_have_all_that_close_until_then() -> None:
    found = [
        Demand(NOON, NOON + 2 * HOUR, "America/Bogota", 4000),
        Demand(NOON, NOON + HOUR, "UTC", 3000),
        Demand(NOON, NOON + 3 * HOUR, "America/Lima", 3000),
    ]
    short = shortfalls(found, Allowance(replace(ORDERS, rate=0.95)))
    assert [(one.zone, one.number, one.fits) for one in short] == [("America/Bogota", 7000, 6841)]


def test_a_send_that_turns_out_too_slow_says_so_once() -> None:
    now = NOON
    world = World(
        lambda: pytest.fail("not asked"), lambda: now, lambda: 0.0, lambda: 0.5, threading.Event()
    )
    watch = InTime([Demand(NOON, NOON + HOUR, "UTC", 1000)], world)
    report = SendReport()
    report.outcomes[DeliveryState.SENT] = 10
    now = NOON + HOUR / 120
    assert watch.look(report) == "", "half a minute says nothing yet"
    now = NOON + HOUR / 30
    assert watch.look(report) == (
        "990 copies should still go by Mon 2 Nov 13:00 in UTC (13:00 UTC); at 300/h, as now, 290 will, and"
        " the rest waits for the next opening: it takes 18/m"
    )
    assert watch.look(report) == ""
    report.outcomes[DeliveryState.SENT] = 100
    assert InTime([Demand(NOON, NOON + HOUR, "UTC", 1000)], world).look(report) == ""
