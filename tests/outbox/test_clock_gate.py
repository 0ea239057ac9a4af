"""The clock before what cannot be undone: two witnesses, and times that a wrong clock has written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import ClockDoubted, DeliveryState, Ending, Month, Project
from alerts.library.standing import Stand
from alerts.outbox.clock_gate import ClockFault, doubt
from alerts.store.clock import TimeTold
from tests.conftest import Alerts
from tests.http_server import Site, dated, site

NOVEMBER_29 = datetime(2026, 11, 29, 10, tzinfo=UTC)
MONTH_AHEAD = datetime(2026, 12, 29, 10, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Moment:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now


@pytest.fixture
def clock() -> Moment:
    return Moment(NOVEMBER_29)


@pytest.fixture
def opened(project: Path, clock: Moment) -> Iterator[Project]:
    """A project with an article of November in a folder and a reader, on 29 November."""
    (project / "news").mkdir()
    (project / "news" / "a.md").write_text(
        "---\ntitle: Forty cities\nurl: https://news.waters.org/a\ndate: 2026-11-10\n---\nText.\n"
    )
    environ = {
        "ALERTS_SOURCES__ALLOW_PRIVATE": "true",
        "ALERTS_SOURCES__RETRIES": "0",
        "ALERTS_ALERT__LANGUAGES": "en",
    }
    with Project(project, clock=clock, environ=environ) as one:
        one.sources.add("news", kind="folder", language="en")
        one.subscribers.add("ana@example.net")
        one.collect(NOVEMBER)
        yield one


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        yield here


def _dated(web: Site, path: str, told: datetime, age: int = 0) -> str:
    """A feed whose server says that it is `told`; returns its address."""
    feed = (
        b"<rss version='2.0'><channel><title>F</title><item><title>Tides</title>"
        b"<link>https://news.waters.org/t</link><pubDate>12 Nov 2026 10:00:00 GMT</pubDate></item>"
        b"</channel></rss>"
    )
    web.plan[path] = dated(told, feed, age=age)
    return web.url(path)


def _told(*off: timedelta, now: datetime = NOVEMBER_29) -> list[TimeTold]:
    return [TimeTold(now - one, now) for one in off]


def test_database_and_sources_must_agree_within_a_day() -> None:
    now, nothing = NOVEMBER_29, timedelta()
    found = {
        (latest, off): doubt(now, now + latest, _told(off) if off is not None else [])
        for latest in (-30 * DAY, -27 * HOUR, -26 * HOUR, nothing, DAY, 25 * HOUR)
        for off in (None, nothing, DAY, -DAY, 25 * HOUR, -30 * DAY)
    }
    for (latest, off), said in found.items():
        expected = None
        if off is not None and abs(off) > DAY:
            expected = ClockFault.SOURCES
        elif latest > DAY:
            expected = ClockFault.AHEAD
        elif off is None and latest < -26 * HOUR:
            expected = ClockFault.UNUSED
        assert (said.fault if said else None) is expected, (latest, off)
    assert doubt(now, None, []) is None


def test_one_server_with_a_wrong_clock_of_three_is_no_witness() -> None:
    assert doubt(NOVEMBER_29, NOVEMBER_29, _told(HOUR, -400 * DAY, -HOUR)) is None
    most = doubt(NOVEMBER_29, NOVEMBER_29, _told(HOUR, 400 * DAY, 401 * DAY))
    assert most is not None
    assert most.fault is ClockFault.SOURCES


def test_a_clock_one_month_ahead_does_not_send_the_month_that_has_not_ended(
    opened: Project, clock: Moment
) -> None:
    """No source has a Date here, so the database is the only witness; the second call is no exception."""
    clock.now = MONTH_AHEAD
    for _ in range(2):
        with pytest.raises(ClockDoubted, match="2026-11: refused, because the clock may be wrong"):
            opened.run()
        for act in (opened.queue, opened.retention):
            with pytest.raises(ClockDoubted, match="--anyway clock"):
                act()
    assert opened.report(NOVEMBER).recipients == 0
    clock.now = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    opened.collect()
    assert opened.run().sent.outcomes == {DeliveryState.SENT: 1}


def test_sources_contradict_a_clock_that_the_database_believes(
    opened: Project, clock: Moment, web: Site
) -> None:
    opened.sources.add(_dated(web, "/f.xml", NOVEMBER_29), kind="feed")
    clock.now = MONTH_AHEAD
    opened.collect()
    with pytest.raises(
        ClockDoubted, match="1 source told 2026-11-29 10:00 UTC when it was 2026-12-29"
    ):
        opened.run()
    assert opened.report(NOVEMBER).recipients == 0
    assert opened.mend_clock().doubt is not None


def test_a_machine_that_was_off_for_days_goes_on_by_itself_where_sources_tell_the_time(
    opened: Project, clock: Moment, web: Site
) -> None:
    back = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
    opened.sources.add(_dated(web, "/f.xml", back), kind="feed")
    clock.now = back
    assert opened.queue(NOVEMBER).deliveries == 1
    clock.now = back + 3 * DAY
    _dated(web, "/f.xml", clock.now)
    assert opened.send().outcomes == {DeliveryState.SENT: 1}


def test_a_cache_repeats_an_old_date_and_tells_its_age(
    opened: Project, clock: Moment, web: Site
) -> None:
    opened.sources.add(_dated(web, "/f.xml", NOVEMBER_29 - 9 * DAY, age=9 * 86400), kind="feed")
    opened.collect(NOVEMBER)
    read = opened.clock()
    assert (read.told, read.off, read.doubt) == (1, timedelta(), None)


def test_on_purpose_it_goes_by_its_name(opened: Project, clock: Moment) -> None:
    clock.now = MONTH_AHEAD
    assert opened.queue(anyway=["clock"]).deliveries == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=2), 3 * DAY, 400 * DAY])
def test_what_a_wrong_clock_has_queued_goes_once_the_clock_is_right(
    opened: Project, clock: Moment, ahead: timedelta
) -> None:
    right = datetime(2026, 12, 1, 10, tzinfo=UTC)
    clock.now = right + ahead
    opened.queue(NOVEMBER, anyway=["clock"])
    clock.now = right
    if ahead > DAY:
        with pytest.raises(ClockDoubted, match="`alerts clock --mend`"):
            opened.send()
        assert opened.mend_clock().doubt is None
    sent = opened.send()
    assert (sent.ending, sent.outcomes) == (Ending.DONE, {DeliveryState.SENT: 1})


def test_what_a_wrong_clock_has_postponed_and_leased_goes_too(
    opened: Project, clock: Moment
) -> None:
    clock.now = right = datetime(2026, 12, 1, 10, tzinfo=UTC)
    opened.collect()
    opened.queue(NOVEMBER)
    opened.db.conn.execute(
        "INSERT INTO leases (id, holder, host, expires_at) VALUES (7, 'p', 'elsewhere', ?)",
        ("2027-03-01T01:00:00Z",),
    )
    opened.db.conn.execute(
        """UPDATE deliveries SET state = 'sending', attempts = 2, lease_id = 7,
                  due_at = '2027-03-01T00:00:00Z'"""
    )
    clock.now = right + HOUR
    assert opened.send().outcomes == {DeliveryState.SENT: 1}


def test_a_limit_that_was_learned_by_a_wrong_clock_holds_up_nothing(
    opened: Project, clock: Moment
) -> None:
    clock.now = datetime(2026, 12, 1, 10, tzinfo=UTC)
    opened.collect()
    opened.queue(NOVEMBER)
    opened.db.conn.execute(
        """INSERT INTO relay_limits (relay, accepted, seconds, reply, heard_at, until) VALUES
           (?, 1, 86400, '550 5.4.5 quota', '2027-01-01T10:00:00Z', '2027-01-02T10:00:00Z')""",
        (opened.settings.delivery.relay,),
    )
    assert opened.send().outcomes == {DeliveryState.SENT: 1}


def test_a_project_that_was_begun_by_a_wrong_clock_owes_its_months_once_it_is_mended(
    opened: Project, clock: Moment
) -> None:
    opened.db.conn.execute("UPDATE secrets SET created_at = '2027-06-01T00:00:00Z'")
    clock.now = NOVEMBER_29 + DAY
    opened.mend_clock()
    clock.now = NOVEMBER_29 + 2 * DAY
    assert opened.check().months[-1].stand is Stand.DUE


def test_the_command_shows_the_witnesses_and_mends(
    opened: Project, clock: Moment, alerts: Alerts
) -> None:
    clock.now = datetime(2050, 1, 1, tzinfo=UTC)
    opened.subscribers.add("ben@example.net")
    opened.close()
    shown = alerts("clock", "--json")
    assert (shown.code, shown.json["latest"]) == (1, "2050-01-01T00:00:00+00:00")
    refused = alerts("retention")
    assert refused.code == 2
    assert "`alerts clock --mend`" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert alerts("clock", "--mend").code == 0
    assert alerts("retention").code == 0
    assert alerts("issue", "lint", "--accept", "clock").code == 2
