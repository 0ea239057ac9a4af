"""What is owed: waiting for a source, months that are caught up, one that goes on; every hour of zones."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import DeliveryState, Month, Project, Sending
from alerts.domain.errors import Unfinished
from alerts.library import steps
from alerts.library.standing import Needs, Stand
from alerts.outbox.queued import Queued
from alerts.schedule.owed import waits_until
from benchmarks.clocks import LINES, live, moments, settings_of
from tests.conftest import Alerts
from tests.http_server import Site, dated, site
from tests.schedule.test_crontab import alerts_began

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OCTOBER = Month(2026, 10)
DUE = datetime(2026, 11, 1, 9, tzinfo=UTC)
ENVIRON = {
    "ALERTS_SOURCES__ALLOW_PRIVATE": "true",
    "ALERTS_SOURCES__RETRIES": "0",
    "ALERTS_ALERT__LANGUAGES": "en",
}


class Alert:
    """A project with a clock that is set by hand."""

    def __init__(self, root: Path, **environ: str) -> None:
        self.root, self.now = root, DUE - 20 * HOUR
        alerts_began(root, DUE - 100 * DAY)
        self.project = Project(root, clock=lambda: self.now, environ=ENVIRON | environ)
        self.project.subscribers.add("ana@example.net")

    def run(self, now: datetime) -> list[steps.Step]:
        """What a run tells then."""
        self.now, told = now, list[steps.Step]()
        self.ran = self.project.run(how=Sending(progress=told.append))
        return told

    def article(self, month: Month) -> None:
        """One more article of that month."""
        folder = self.root / "news"
        folder.mkdir(exist_ok=True)
        (folder / f"{month}.md").write_text(
            f"---\ntitle: N\nurl: https://n.waters.org/{month}\ndate: {month}-14\n---\nA text.\n"
        )


@pytest.fixture
def alert(project: Path) -> Iterator[Alert]:
    made = Alert(project)
    yield made
    made.project.close()


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        yield here


def _feed(web: Site, name: str) -> str:
    feed = (
        b"<rss version='2.0'><channel><title>F</title><item><title>Tides of %s</title>"
        b"<link>https://n.waters.org/%s</link><pubDate>12 Oct 2026 10:00:00 GMT</pubDate></item>"
        b"</channel></rss>" % (name.encode(), name.encode())
    )
    web.plan[f"/{name}"] = dated(DUE, feed)
    return web.url(f"/{name}")


def _feeds(alert: Alert, web: Site) -> str:
    """Two feeds that gave an article each, of which the second is down now."""
    for name in ("a", "b"):
        alert.project.sources.add(_feed(web, name), kind="feed")
    assert alert.project.collect().new == 2
    web.plan["/b"] = dated(DUE, b"away", status=503)
    return web.url("/b")


def test_an_issue_waits_for_a_source_that_usually_gives_articles_then_goes_and_says_so(
    alert: Alert, web: Site
) -> None:
    down = _feeds(alert, web)
    for hour in (0, 1, 8):
        told = alert.run(DUE + hour * HOUR)
        until = DUE + 9 * HOUR
        assert told[-1] == alert.ran.waiting == steps.Waiting(OCTOBER, (down,), until)
        assert not alert.ran.sent.outcomes
    check = alert.project.check()
    assert (check.months[-1].stand, check.needs) == (Stand.WAITING, Needs.TIME)
    event = alert.project.next()
    assert (event.month, event.at) == (OCTOBER, until)
    told = alert.run(until)
    assert steps.WentWithout(OCTOBER, (down,)) in told
    assert alert.ran.sent.outcomes == {DeliveryState.SENT: 1}


def test_it_waits_no_longer_than_the_source_is_down(alert: Alert, web: Site) -> None:
    _feeds(alert, web)
    alert.run(DUE)
    _feed(web, "b")
    alert.run(DUE + HOUR)
    assert alert.ran.sent.outcomes == {DeliveryState.SENT: 1}


def test_named_by_hand_it_waits_for_nobody(alert: Alert, web: Site) -> None:
    _feeds(alert, web)
    alert.now = DUE
    assert alert.project.run(OCTOBER).sent.outcomes == {DeliveryState.SENT: 1}


def test_a_source_that_never_gave_anything_holds_up_nothing(alert: Alert, web: Site) -> None:
    alert.article(OCTOBER)
    alert.project.sources.add("news", kind="folder", language="en")
    alert.project.sources.add(web.serve("/never", b"", status=503), kind="feed")
    alert.project.collect()
    alert.run(DUE)
    assert alert.ran.sent.outcomes == {DeliveryState.SENT: 1}


@pytest.mark.parametrize(
    ("line", "until", "waits"),
    [("0 9 1 * *", "18:00", 9), ("0 9 1 * *", "", 0), ("0 20 1 * *", "18:00", 0)],
)
def test_it_waits_until_an_hour_of_the_same_day(line: str, until: str, waits: int) -> None:
    from dataclasses import replace

    settings = settings_of("America/Bogota", line)
    settings = replace(settings, schedule=replace(settings.schedule, wait_until=until))
    planned = datetime(2026, 11, 1, int(line.split()[1]), tzinfo=settings.zone)
    assert waits_until(settings, planned) - planned == waits * HOUR


def test_an_hour_to_wait_until_is_checked(project: Path, alerts: Alerts) -> None:
    (project / "alerts.toml").write_text('[schedule]\nwait_until = "25:00"\n')
    refused = alerts("run")
    assert refused.code == 2
    assert "wait_until: “25:00” is not an hour such as 18:00" in refused.stderr


def test_months_that_were_missed_are_caught_up_oldest_first(project: Path) -> None:
    """The machine was off from 30 October to 3 December: both are due, and neither too late for 40 days."""
    alert = Alert(project, ALERTS_ALERT__MAX_LATE="40d")
    for month in (OCTOBER, OCTOBER.plus(1)):
        alert.article(month)
    alert.project.sources.add("news", kind="folder", language="en")
    alert.now = datetime(2026, 12, 3, 9, tzinfo=UTC)
    alert.project.collect()
    told = alert.run(alert.now + HOUR)
    queued = [step.month for step in told if isinstance(step, Queued)]
    assert queued == [OCTOBER, OCTOBER.plus(1)]
    assert [one.month for one in alert.ran.earlier] == [OCTOBER]
    assert alert.ran.sent.outcomes == {DeliveryState.SENT: 2}
    assert alert.run(alert.now + HOUR) == []
    alert.project.close()


def test_what_is_overdue_wants_a_person_and_what_is_early_nobody(alert: Alert) -> None:
    alert.article(OCTOBER)
    alert.project.sources.add("news", kind="folder", language="en")
    alert.now = DUE - HOUR
    alert.project.collect()
    assert [type(step).__name__ for step in alert.run(DUE - HOUR)] == ["Early"]
    assert alert.project.check().needs is Needs.NOBODY
    alert.now = DUE + 21 * DAY
    alert.project.subscribers.add("ben@example.net")
    check = alert.project.check()
    assert (check.months[-1].stand, check.needs) == (Stand.OVERDUE, Needs.PERSON)
    assert check.months[-1].missing == 2
    assert alert.run(alert.now) == [steps.Overdue(OCTOBER, timedelta(days=20))]


def test_a_month_that_was_missed_long_ago_is_named_until_a_person_settles_it(
    alert: Alert,
) -> None:
    """It was named for two months, and then by nobody, with exit code 0."""
    alert.article(OCTOBER)
    alert.project.sources.add("news", kind="folder", language="en")
    alert.project.collect()  # then the machine is off
    for month in (1, 3, 6):
        alert.now = DUE + month * 30 * DAY
        found = {one.month: one for one in alert.project.check().months}
        assert (found[OCTOBER].stand, found[OCTOBER].needs) == (Stand.OVERDUE, Needs.PERSON), month
    alert.project.issues.drop(OCTOBER, why="too late")
    assert alert.project.check().needs is Needs.NOBODY


def test_no_articles_is_no_answer_while_a_source_cannot_be_read(alert: Alert) -> None:
    """`check`, `status` and `send` took the month for empty, with exit code 0."""
    alert.article(OCTOBER)
    alert.project.sources.add("news", kind="folder", language="en")
    away = (alert.root / "news").rename(alert.root / "away")
    alert.run(DUE)
    last = alert.project.check().months[-1]
    assert (last.stand, last.needs, last.missing) == (Stand.WAITING, Needs.TIME, 1)
    assert last.why == "no articles yet: waits for news"
    away.rename(alert.root / "news")
    alert.run(DUE + HOUR)
    assert alert.project.check().months[-1].stand is Stand.SENT


def test_deliveries_that_wait_are_a_matter_of_time(alert: Alert) -> None:
    alert.article(OCTOBER)
    alert.project.sources.add("news", kind="folder", language="en")
    alert.project.collect()
    alert.now = DUE
    alert.project.queue()
    check = alert.project.check()
    assert (check.months[-1].stand, check.needs) == (Stand.SENDING, Needs.TIME)
    assert (check.months[-1].owed, check.months[-1].missing) == (1, 1)
    assert alert.project.send().outcomes == {DeliveryState.SENT: 1}
    assert alert.project.check().needs is Needs.NOBODY


def test_a_month_that_has_not_ended_is_sent_only_on_purpose(alert: Alert, alerts: Alerts) -> None:
    alert.article(OCTOBER)
    alert.project.sources.add("news", kind="folder", language="en")
    with pytest.raises(Unfinished, match=r"2026-10 ends in 11 h in UTC.*--anyway unfinished"):
        alert.project.run(OCTOBER)
    how = Sending(anyway=frozenset({"unfinished"}))
    assert alert.project.run(OCTOBER, how).sent.outcomes == {DeliveryState.SENT: 1}
    assert alert.project.run(OCTOBER).sent.outcomes == {}  # it is frozen: there is nothing to ask
    refused = alerts("run", "--month", "2099-01")
    assert refused.code == 2
    assert "--anyway unfinished" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_at_a_terminal_it_asks(project: Path) -> None:
    for answer, code, words in (("n", 2, "--anyway unfinished"), ("y", 0, "no articles")):
        here, there = pty.openpty()
        os.write(here, f"{answer}\n".encode())
        command = [sys.executable, "-m", "alerts", "run", "--month", "2099-01"]
        done = subprocess.run(command, stdin=there, stderr=there, timeout=60, check=False)
        said = os.read(here, 10_000).decode()
        os.close(here)
        os.close(there)
        assert "Send it all the same?" in said
        assert (done.returncode, words in said) == (code, True), said


EDGES = (
    *("America/Bogota", "Pacific/Kiritimati", "Pacific/Apia", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Europe/Madrid", "America/St_Johns"),
)


@pytest.mark.parametrize("zone", EDGES)
def test_each_issue_once_and_none_missed_whenever_cron_calls(zone: str) -> None:
    """The short form of `benchmarks.clocks`: a year, called every hour, or once a day by a server's clock."""
    for number, line in enumerate(LINES):
        settings = settings_of(zone, line)
        hour = (None, 2, 23, 12)[number]
        tally = live(settings, moments("Europe/London", hour, 7, 1.0), zone, None)
        assert (tally.missed, tally.twice, tally.early) == ([], [], [])
        assert tally.issues in (11, 12)
        assert tally.longest <= (HOUR if hour is None else 25 * HOUR)
