"""Send windows as an admin meets them: `run` by cron, and what is told of the moments to come."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import DeliveryState, Month, Project, Sending
from alerts.domain.errors import SettingsError
from alerts.library import steps
from alerts.library.send import Ending
from alerts.library.standing import Needs, Stand
from alerts.schedule.ticks import Ticker
from tests.conftest import Alerts
from tests.schedule.test_crontab import alerts_began

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OCTOBER = Month(2026, 10)
DUE = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
ENVIRON = {
    "ALERTS_ALERT__LANGUAGES": "en,es",
    "ALERTS_SCHEDULE__RUN": "0 9 2 * *",
    "ALERTS_WINDOWS__OPEN": "08:00-18:00",
    "ALERTS_WINDOWS__ZONES": '{ es = "America/Bogota" }',
}


class Alert:
    """A project with three readers in three places, and a clock that is set by hand."""

    def __init__(self, root: Path) -> None:
        self.root, self.now = root, DUE - 20 * HOUR
        alerts_began(root, DUE - 100 * DAY)
        (root / "news").mkdir()
        (root / "news" / "one.md").write_text(
            "---\ntitle: N\nurl: https://n.waters.org/1\ndate: 2026-10-14\n---\nA text.\n"
        )
        self.project = self.opened()
        people = self.project.subscribers
        people.add("ana@example.net", language="es")
        people.add("ben@example.net")
        people.add("chie@example.net", timezone="Asia/Tokyo")
        self.project.sources.add(str(root / "news"))

    def opened(self, **environ: str) -> Project:
        """The project with these settings."""
        return Project(self.root, clock=lambda: self.now, environ=ENVIRON | environ)

    def run(self, now: datetime) -> list[steps.Step]:
        """What a run tells then."""
        self.now, told = now, list[steps.Step]()
        self.ran = self.project.run(how=Sending(progress=told.append))
        return told


@pytest.fixture
def alert(project: Path) -> Iterator[Alert]:
    made = Alert(project)
    yield made
    made.project.close()


def test_what_waits_for_its_window_is_planned_and_not_owed(alert: Alert) -> None:
    alert.run(DUE)
    sent = alert.ran.sent
    assert (sent.outcomes, sent.ending) == ({DeliveryState.SENT: 1}, Ending.WINDOWS)
    assert [one.words for one in sent.waiting] == [
        "1 waits for Mon 2 Nov 08:00 in America/Bogota (13:00 UTC)",
        "1 waits for Tue 3 Nov 08:00 in Asia/Tokyo (Mon 2 Nov 23:00 UTC)",
    ]
    check = alert.project.check()
    assert (check.months[-1].stand, check.needs) == (Stand.WINDOW, Needs.NOBODY)
    event = alert.project.next()
    assert (event.month, event.what, event.at) == (OCTOBER, "goes on", DUE + 4 * HOUR)
    told = [
        (one.at, one.what)
        for one in alert.project.upcoming(checked=check)
        if one.kind == "window" and one.month == OCTOBER
    ]
    assert told == [
        (
            DUE + 4 * HOUR,
            "1 copy of 2026-10 can go: Mon 2 Nov 08:00 in America/Bogota (13:00 UTC)",
        ),
        (
            DUE + 14 * HOUR,
            "1 copy of 2026-10 can go: Tue 3 Nov 08:00 in Asia/Tokyo (Mon 2 Nov 23:00 UTC)",
        ),
    ]
    why = alert.project.why("ana@example.net").text
    assert "waits for their send window, which opens Mon 2 Nov 08:00 in America/Bogota" in why
    assert len(alert.project.status(OCTOBER).waiting) == 2


def test_each_call_mails_those_whose_window_is_open_and_nobody_twice(alert: Alert) -> None:
    alert.run(DUE)
    alert.run(DUE + HOUR)
    assert not alert.ran.sent.outcomes
    alert.run(DUE + 4 * HOUR)
    assert alert.ran.sent.outcomes == {DeliveryState.SENT: 1}
    assert alert.project.check().months[-1].stand is Stand.WINDOW
    alert.run(DUE + 15 * HOUR)
    assert (alert.ran.sent.outcomes, alert.ran.sent.ending) == (
        {DeliveryState.SENT: 1},
        Ending.DONE,
    )
    assert alert.project.check().months[-1].stand is Stand.SENT


def test_once_a_window_is_open_it_is_owed(alert: Alert) -> None:
    alert.run(DUE)
    alert.now = DUE + 5 * HOUR
    check = alert.project.check()
    assert (check.months[-1].stand, check.needs) == (Stand.SENDING, Needs.TIME)


def test_the_next_issue_names_the_windows_that_are_shut_at_its_moment(alert: Alert) -> None:
    told = [one.what for one in alert.project.upcoming() if one.kind == "window"]
    assert told == [
        "the issue of 2026-10 can go to 1 reader: Mon 2 Nov 08:00 in America/Bogota (13:00 UTC)",
        "the issue of 2026-10 can go to 1 reader: Tue 3 Nov 08:00 in Asia/Tokyo (Mon 2 Nov 23:00 UTC)",
    ]


def test_without_windows_what_waited_goes_at_the_next_call(alert: Alert) -> None:
    alert.run(DUE)
    with alert.opened(ALERTS_WINDOWS__OPEN="") as plain:
        assert plain.send().outcomes == {DeliveryState.SENT: 2}


def test_a_queued_issue_waits_before_it_is_sent(alert: Alert) -> None:
    alert.now = DUE
    alert.project.collect(OCTOBER)
    assert alert.project.queue(OCTOBER).deliveries == 3
    assert [one.number for one in alert.project.status(OCTOBER).waiting] == [1, 1]
    assert alert.project.send(how=Sending(limit=1)).ending is Ending.WINDOWS


def test_the_scheduler_wakes_when_the_first_window_opens(
    alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits() -> bool:
        ticker = Ticker(alert.root, pytest.fail, lambda line: None)
        return ticker.next_moment() is not None

    now = datetime.now(UTC)
    soon = (now + timedelta(minutes=30)).strftime("%H:%M")
    later = (now + timedelta(minutes=90)).strftime("%H:%M")
    settings = {"ALERTS_WINDOWS__OPEN": f"{soon}-{later}", "ALERTS_WINDOWS__DAYS": "mon-sun"}
    for key, value in (ENVIRON | settings).items():
        monkeypatch.setenv(key, value)
    assert not waits()
    alert.now = now
    with alert.opened(**settings) as project:
        project.collect(OCTOBER)
        project.queue(OCTOBER)
    assert waits()


def test_the_command_line_tells_the_moments_and_exits_with_0(
    alert: Alert, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    soon, later = (f"{now + n * HOUR:%H}:00" for n in (2, 3))
    monkeypatch.setenv("ALERTS_WINDOWS__OPEN", f"{soon}-{later}")
    monkeypatch.setenv("ALERTS_WINDOWS__DAYS", "mon-sun")
    assert alerts("subscriber", "edit", "chie@example.net", "--timezone", "").code == 0
    assert alerts("collect", "--month", "2026-10").code == 0
    month = ("--month", "2026-10", "--anyway", "clock")
    assert alerts("queue", *month).code == 0
    sent = alerts("send", *month)
    assert (sent.code, f"3 wait for {now + 2 * HOUR:%a}" in sent.stderr) == (0, True)
    assert f"{soon} in UTC" in sent.stderr
    assert f"3 wait for {now + 2 * HOUR:%a}" in alerts("status", "--month", "2026-10").stdout
    (waiting,) = alerts("status", "--month", "2026-10", "--json").json["waiting"]
    assert (waiting["zone"], waiting["number"]) == ("UTC", 3)
    moments = alerts("schedule", "next", "--json").json["moments"]
    assert [one["kind"] for one in moments if one["month"] == "2026-10"] == ["window"]


def test_what_cannot_be_sent_in_time_is_told_with_what_it_takes(alert: Alert) -> None:
    for number in range(40):
        alert.project.subscribers.add(f"reader{number}@example.net")
    told: list[steps.Step] = []
    alert.now = DUE
    alert.project.collect(OCTOBER)
    alert.project.queue(OCTOBER)
    alert.now = DUE + 8.99 * HOUR
    alert.project.send(how=Sending(progress=told.append, rate=0.5, limit=1))
    (slow,) = [one for one in told if isinstance(one, steps.TooSlow)]
    assert slow.words == (
        "41 copies should go by Mon 2 Nov 18:00 in UTC (18:00 UTC), and a rate of 30/m lets 19 go;"
        " the rest waits for the next opening: it takes a rate of 69/m"
    )


def test_the_next_step_is_to_look_at_the_moments(alert: Alert) -> None:
    alert.run(DUE)
    step = alert.project.next_step(OCTOBER)
    assert step.command == "alerts schedule next"
    assert "1 waits for Mon 2 Nov 08:00 in America/Bogota" in step.why


def test_a_file_of_holidays_that_is_missing_stops_who_sends_and_not_who_tells(alert: Alert) -> None:
    alert.now = DUE
    alert.project.collect(OCTOBER)
    alert.project.queue(OCTOBER)
    with alert.opened(ALERTS_WINDOWS__HOLIDAYS="none.txt") as project:
        with pytest.raises(SettingsError, match="No such file"):
            project.send(OCTOBER)
        with pytest.raises(SettingsError, match="No such file"):
            project.configuration.check()
        check = project.check()
        assert (check.needs, "none.txt" in check.holidays) == (Needs.PERSON, True)
        assert [one.number for one in project.status(OCTOBER).waiting] == [1, 1]
        assert {one.kind for one in project.upcoming()} >= {"window", "run"}
        assert project.next().at is not None
        assert "waits for their send window" in project.why("chie@example.net", OCTOBER).text
    assert alert.project.send(OCTOBER).outcomes == {DeliveryState.SENT: 1}, "mended"


def test_a_window_that_never_opens_is_told_by_the_settings_and_stops_nothing_else(
    alert: Alert,
) -> None:
    (alert.root / "all.txt").write_text(
        "".join(
            f"{month:02}-{day:02}\n"
            for month in range(1, 13)
            for day in range(1, 32)
            if (month, day) < (2, 30) or month not in (2, 4, 6, 9, 11) or day < 31
            if not (month == 2 and day > 29)
        )
    )
    with alert.opened(ALERTS_WINDOWS__HOLIDAYS="all.txt") as project:
        with pytest.raises(SettingsError, match="no day of the next 370 is a working day"):
            project.configuration.check()
        assert {one.kind for one in project.upcoming()} >= {"run"}
        assert project.check().holidays == ""
