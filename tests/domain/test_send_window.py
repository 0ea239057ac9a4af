"""Send windows: hours of a working day, by the clock of a place, whatever is done to that clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.send_window import SendWindow

FIRST, LAST = datetime(2009, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - as Hypothesis wants them
EVERY_DAY, WORKING = frozenset(range(7)), frozenset(range(5))
ZONES = (
    "UTC", "Europe/Madrid", "America/Bogota", "America/New_York", "Australia/Lord_Howe",
    "Asia/Kolkata", "Asia/Gaza", "America/Sao_Paulo", "Pacific/Apia", "Antarctica/Troll",
)  # fmt: skip


def window(
    zone: str, opens: str, closes: str, days: frozenset[int] = EVERY_DAY, *holidays: str
) -> SendWindow:
    def minutes(hour: str) -> int:
        return int(hour[:2]) * 60 + int(hour[3:])

    return SendWindow(ZoneInfo(zone), minutes(opens), minutes(closes), days, frozenset(holidays))


def opening(found: SendWindow, now: str) -> str:
    """When that window opens that is open then, or opens next."""
    span = found.span(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert span is not None
    return f"{span.opens:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-02 12:59", "2026-11-02 13:00"),  # a Monday, 07:59 there
        ("2026-11-02 13:00", "2026-11-02 13:00"),
        ("2026-11-02 22:59", "2026-11-02 13:00"),
        ("2026-11-02 23:00", "2026-11-03 13:00"),
        ("2026-11-06 23:00", "2026-11-09 13:00"),  # Friday evening: after the weekend
        ("2026-11-11 03:00", "2026-11-11 13:00"),  # still the day before there
        ("2026-12-24 23:00", "2026-12-29 13:00"),  # Christmas, a weekend, a day of this year
    ],
)
def test_it_opens_on_the_next_working_day_there(now: str, opens: str) -> None:
    bogota = window("America/Bogota", "08:00", "18:00", WORKING, "12-25", "2026-12-28")
    assert opening(bogota, now) == opens


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    late = window("UTC", "20:00", "02:00", WORKING, "2026-11-04")
    assert opening(late, "2026-11-07 01:00") == "2026-11-06 20:00"  # Saturday, of Friday's window
    assert opening(late, "2026-11-07 02:00") == "2026-11-09 20:00"
    assert opening(late, "2026-11-04 01:00") == "2026-11-03 20:00"  # the holiday has not opened one
    assert opening(late, "2026-11-04 21:00") == "2026-11-05 20:00"


def test_a_whole_day_is_written_to_24_00() -> None:
    whole = window("Europe/Madrid", "00:00", "24:00", WORKING)
    assert opening(whole, "2026-10-23 21:59") == "2026-10-22 22:00"
    assert opening(whole, "2026-10-23 22:00") == "2026-10-25 23:00"  # after the clock was set back


def test_an_hour_that_the_clock_leaves_out_opens_after_it_and_one_that_it_shows_twice_the_second_time() -> (
    None
):
    gap = window("America/New_York", "02:30", "06:00")
    assert opening(gap, "2026-03-08 05:00") == "2026-03-08 07:30"  # 02:30 is left out: 03:30
    fold = window("America/New_York", "01:30", "06:00")
    assert opening(fold, "2026-11-01 05:45") == "2026-11-01 06:30"
    twice = window("America/New_York", "00:00", "01:30")
    span = twice.span(datetime(2026, 11, 1, 5, 0, tzinfo=UTC))
    assert span is not None
    assert span.closes == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_window_that_the_clock_jumps_over_opens_the_day_after() -> None:
    assert opening(window("America/New_York", "02:10", "02:40"), "2026-03-08 06:00") == (
        "2026-03-09 06:10"
    )


def test_a_day_that_a_country_left_out_opens_nothing() -> None:
    apia = window("Pacific/Apia", "08:00", "18:00")  # 2011-12-30 did not happen
    days = []
    for span in apia.spans(datetime(2011, 12, 29, 12, tzinfo=UTC)):
        days.append(span.opens.astimezone(apia.zone).date())
        if len(days) == 3:
            break
    assert days == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_no_working_day_is_no_span() -> None:
    assert (
        window("UTC", "08:00", "18:00", frozenset()).span(datetime(2026, 1, 1, tzinfo=UTC)) is None
    )


@given(
    zone=st.sampled_from(ZONES),
    opens=st.integers(0, 1439),
    closes=st.integers(1, 1440),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    now=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    share=st.floats(0, 1, exclude_max=True),
)
def test_at_each_moment_of_a_span_the_clock_there_shows_the_window(
    zone: str, opens: int, closes: int, days: frozenset[int], now: datetime, share: float
) -> None:
    found = SendWindow(ZoneInfo(zone), opens, closes, days)
    span = found.span(now)
    assert span is not None
    assert now < span.closes
    moment = span.opens + (span.closes - span.opens) * share
    assert found.span(moment) == span, "the span of a moment within is the same"
    local = moment.astimezone(found.zone)
    minutes = local.hour * 60 + local.minute
    overnight = closes <= opens
    assert opens <= minutes < closes if not overnight else not closes <= minutes < opens
    begun = local.date() - timedelta(days=overnight and minutes < closes)
    assert begun.weekday() in days
