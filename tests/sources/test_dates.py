"""Dates as sources write them: what names a moment is read, what names none or two is no date."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sources.dates import parsed

_DAY = date(2026, 10, 5)
_TEN = datetime(2026, 10, 5, 10, tzinfo=UTC)
_LOCAL = datetime.fromisoformat("2026-10-05T10:00")
_FIRST, _LAST = map(datetime.fromisoformat, ("1970-01-01", "2199-01-01"))
_READ: dict[str, date | datetime] = {
    "Mon, 05 Oct 2026 10:00:00 GMT": _TEN,
    "lun, 05 Oct 2026 12:00:00 +0200": _TEN,
    "lun., 05 oct. 2026 12:00:00 +0200": _TEN,
    "Mon, 05 Oct 2026 12:00:00 +02:00": _TEN,
    "Mon, 5 Oct 26 05:00 EST": _TEN,
    "Пн, 05 окт 2026 13:00:00 +0300": _TEN,
    "2026-10-05T10:00:00Z": _TEN,
    "2026-10-05T10:00:00.123Z": _TEN,
    "2026-10-05T12:00:00+0200": _TEN,
    "2026-10-05T05:00:00-05": _TEN,
    "2026-10-05 10:00:00 UTC": _TEN,
    "20261005T100000Z": _TEN,
    "1791194400": _TEN,
    "1791194400000": _TEN,
    "2026-10-05 10:00": _LOCAL,
    "05.10.2026 10:00": _LOCAL,
    "October 5th, 2026 10:00 am": _LOCAL,
    "Mon, 05 Oct 2026 24:00:00 GMT": datetime(2026, 10, 6, tzinfo=UTC),
    "2026-10-05T24:00:00Z": datetime(2026, 10, 6, tzinfo=UTC),
    "2026-10-05": _DAY,
    "2026/10/5": _DAY,
    "20261005": _DAY,
    "05.10.2026": _DAY,
    "Oct 5, 2026": _DAY,
    "5 de octubre de 2026": _DAY,
    "5 octobre 2026": _DAY,
    "5. Oktober 2026": _DAY,
    "2026年10月5日": _DAY,
    "5 أكتوبر 2026": _DAY,
    "25/10/2026": date(2026, 10, 25),
    "10/25/2026": date(2026, 10, 25),
    "10/10/2026": date(2026, 10, 10),
}
_NONE = (
    "", "soon", "yesterday", "2", "may", "0000-00-00", "2026-13-45", "2026-02-30", "20261350",
    "Mon, 31 Sep 2026 10:00:00 GMT", "05/10/2026", "31/02/2026", "99999999999999", "2026-10-05T25:00:00Z",
    "Mon, 05 Oct 2026 10:99:00 GMT", "x" * 1000, "9" * 50, "2026",
)  # fmt: skip


def test_the_dates_that_sources_write_are_read() -> None:
    got = {text: parsed(text) for text in _READ}
    assert {text: found for text, found in got.items() if found != _READ[text]} == {}


@pytest.mark.parametrize("text", _NONE)
def test_what_names_no_moment_or_two_is_no_date(text: str) -> None:
    assert parsed(text) is None


@given(st.text(max_size=60))
def test_no_text_is_a_fault(text: str) -> None:
    assert parsed(text) is None or isinstance(parsed(text), date)


@given(st.datetimes(_FIRST, _LAST), st.integers(-12, 14))
def test_every_moment_survives_its_own_spellings(moment: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    aware = moment.replace(microsecond=0, tzinfo=zone)
    assert parsed(aware.isoformat()) == aware
    assert parsed(aware.strftime("%a, %d %b %Y %H:%M:%S %z")) == aware
