"""Moments as a person reads them, in the alert's time zone; and long lists in groups of a few."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.text.human_time import date_and_time, distance, human
from alerts.text.plural import listed

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 10, 31, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=-59), "now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=-59, seconds=-59), "59 minutes ago"),
        (timedelta(hours=-3, minutes=-20), "3 hours ago"),
        (timedelta(hours=23, minutes=59), "in 23 hours"),
        (timedelta(hours=24), "in 1 day"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=-60), "60 days ago"),
        (timedelta(days=-92), "3 months ago"),
    ],
)
def test_how_far_away_a_moment_is(away: timedelta, words: str) -> None:
    assert distance(NOW + away, NOW, MADRID) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 2, 8, tzinfo=UTC), "in 2 days, Mon 2 Nov 09:00"),
        (datetime(2026, 10, 30, 23, 30, tzinfo=UTC), "8 hours ago, Sat 31 Oct 00:30"),
        # the night in which the clocks go back: the same hour twice
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "6 days ago, Sun 25 Oct 02:30"),
    ],
)
def test_a_moment_is_told_in_the_time_zone_of_the_alert(moment: datetime, words: str) -> None:
    assert human(moment, NOW, MADRID) == words


def test_a_moment_of_another_year_has_its_year() -> None:
    assert date_and_time(datetime(2024, 2, 29, 12, tzinfo=UTC), NOW, MADRID) == (
        "Thu 29 Feb 2024 13:00"
    )
    assert date_and_time(datetime(2027, 1, 1, 8, tzinfo=UTC), NOW, MADRID) == "Fri 1 Jan 09:00"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ""),
        (1, "1"),
        (3, "1, 2, 3"),
        (4, "1, 2, 3, 4"),
        (5, "1, 2, 3 and 2 more"),
        (1_234, "1, 2, 3 and 1,231 more"),
    ],
)
def test_ids_stand_in_groups_of_a_few_with_a_count(number: int, words: str) -> None:
    assert listed([str(one) for one in range(1, number + 1)]) == words
