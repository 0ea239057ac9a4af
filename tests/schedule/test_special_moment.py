"""A special alert with a moment: it goes then by itself, once, never before; late ones are told."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts import Month, Project, Sending, UsageError
from alerts.domain.errors import AwaitingApproval, RecipientsDoubted
from alerts.library import steps
from alerts.library.standing import Needs, Stand
from alerts.schedule.ticks import Ticker
from alerts.subscribers import self_service
from alerts.subscribers.self_service import Choice
from alerts.text.wall_clock import moment_at, twice
from tests.conftest import Alerts
from tests.factories import opened_project, sqlite_connection
from tests.schedule.test_crontab import alerts_began

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGUN = datetime(2026, 11, 27, 12, tzinfo=UTC)
WHEN = "2026-12-10 09:00"
AT = datetime(2026, 12, 10, 14, tzinfo=UTC)  # 09:00 in Bogotá
ENVIRON = {
    "ALERTS_ALERT__LANGUAGES": "en",
    "ALERTS_ALERT__TIMEZONE": "America/Bogota",
    "ALERTS_SCHEDULE__RUN": "0 9 1 * *",
}


class Alert:
    """A project with a special alert, two readers, and a clock that is set by hand."""

    def __init__(self, root: Path) -> None:
        self.root, self.now = root, BEGUN
        alerts_began(root, BEGUN - 100 * DAY)
        self.project = self.opened()
        for name in ("ana", "ben"):
            self.project.subscribers.add(f"{name}@example.net")
        self.key = self.project.issues.begin_special("Call to action").month
        self.project.issues.write_introduction("en", "Sign on **Thursday**.", self.key)

    def opened(self, **environ: str) -> Project:
        """The project with these settings."""
        return opened_project(self.root, clock=lambda: self.now, environ=ENVIRON | environ)

    def run(self, now: datetime, month: Month | None = None) -> list[steps.Step]:
        """What a run tells then."""
        self.now, told = now, list[steps.Step]()
        self.project.mend_clock()  # days pass in a moment here
        self.ran = self.project.run(month, Sending(progress=told.append))
        return told

    @property
    def mailed(self) -> int:
        """How many have got something."""
        folder = self.root / "outbox" / "new"
        return len(list(folder.iterdir())) if folder.exists() else 0

    def stand(self) -> tuple[Stand, Needs]:
        """How the special alert stands."""
        found = {one.month: one for one in self.project.check().months}
        return found[self.key].stand, found[self.key].needs


@pytest.fixture
def alert(project: Path) -> Alert:
    return Alert(project)


def test_it_goes_at_its_moment_and_once(alert: Alert) -> None:
    done = alert.project.issues.schedule(WHEN, alert.key, by="Ana")
    assert (done.at, done.before) == (AT, None)
    assert alert.stand() == (Stand.EARLY, Needs.NOBODY)
    alert.run(AT - timedelta(minutes=1))
    assert alert.mailed == 0
    alert.now = AT
    assert alert.stand() == (Stand.DUE, Needs.TIME)
    told = alert.run(AT + 20 * timedelta(minutes=1))
    assert alert.mailed == 2
    assert not [one for one in told if isinstance(one, steps.LateSpecial)], (
        "within the hour of a crontab"
    )
    assert alert.project.check().needs is Needs.NOBODY
    alert.run(AT + HOUR)
    alert.run(AT + 30 * DAY)
    assert alert.mailed == 2
    (event,) = [e for e in alert.project.issues.log(alert.key) if e["kind"] == "issue.scheduled"]
    assert event["detail"]["by"] == "Ana"


def test_nothing_sends_it_before_also_if_it_is_named(alert: Alert) -> None:
    alert.project.issues.schedule(WHEN, alert.key)
    (told,) = alert.run(AT - DAY, alert.key)
    assert told == steps.Early(alert.key, AT)
    with pytest.raises(
        UsageError, match=r"goes by itself, 2026-12-10 09:00 America/Bogota; .*--off"
    ):
        alert.project.queue(alert.key)
    assert alert.mailed == 0
    assert alert.project.issues.unschedule(alert.key).before == AT
    assert alert.project.issues.scheduled(alert.key) is None
    alert.run(AT - HOUR)
    assert alert.mailed == 0, "without a moment, only by name"
    alert.run(AT - HOUR, alert.key)
    assert alert.mailed == 2


def test_a_late_one_is_told_and_one_that_is_too_late_waits_for_a_person(alert: Alert) -> None:
    alert.project.issues.schedule(WHEN, alert.key)
    alert.now = AT + 21 * DAY
    alert.project.mend_clock()
    assert alert.stand() == (Stand.OVERDUE, Needs.PERSON)
    told = alert.run(AT + 21 * DAY)
    assert [one.month for one in told if isinstance(one, steps.Overdue)] == [alert.key]
    assert alert.mailed == 0
    alert.now = AT + 2 * DAY  # within alert.max_late
    told = alert.run(alert.now)
    assert steps.LateSpecial(alert.key, AT) in told
    assert alert.mailed == 2


def test_it_waits_for_its_approval_and_its_editors_are_asked_before(alert: Alert) -> None:
    with alert.opened(
        ALERTS_ALERT__REVIEW="required", ALERTS_ALERT__EDITORS='["ed@example.net"]'
    ) as project:
        alert.project = project
        project.issues.schedule(WHEN, alert.key)
        assert "once it is approved" in _why(alert)
        alert.run(AT - 3 * DAY, alert.key)
        assert isinstance(alert.ran.held_back and alert.ran.held_back.fault, AwaitingApproval)
        previews = alert.mailed
        assert previews == 1
        alert.run(AT + HOUR)
        assert (alert.stand(), alert.mailed) == ((Stand.UNAPPROVED, Needs.PERSON), previews)
        project.approve(alert.key, by="Ed")
        alert.run(AT + 2 * HOUR)
        assert alert.mailed == previews + 2


def _why(alert: Alert) -> str:
    return next(one.why for one in alert.project.check().months if one.month == alert.key)


def _choose(alert: Alert, *people: int, specials: bool) -> None:
    for person in people:
        self_service.choose(
            alert.project.db, person, Choice("", "en", specials=specials), alert.now
        )


def test_an_empty_one_and_surprising_readers_want_a_person(alert: Alert) -> None:
    issues = alert.project.issues
    _choose(alert, 1, 2, specials=False)
    with pytest.raises(RecipientsDoubted, match="nobody who may be mailed wants special alerts"):
        issues.schedule(WHEN, alert.key)
    _choose(alert, 1, specials=True)
    issues.schedule(WHEN, alert.key)
    _choose(alert, 1, specials=False)
    alert.now = AT
    alert.project.mend_clock()
    assert alert.stand() == (Stand.DOUBTED, Needs.PERSON)
    with pytest.raises(RecipientsDoubted):
        alert.run(AT)
    _choose(alert, 1, specials=True)
    issues.write_introduction("en", "", alert.key)
    assert alert.stand() == (Stand.INCOMPLETE, Needs.PERSON)
    alert.run(AT)
    assert alert.mailed == 0


def test_readers_who_were_agreed_to_are_not_asked_about_again(alert: Alert) -> None:
    alert.project.issues.schedule(WHEN, alert.key, anyway=["recipients"])
    _choose(alert, 1, 2, specials=False)
    alert.run(AT)
    assert alert.project.status(alert.key).frozen


def test_only_an_open_special_alert_gets_a_moment_to_come(alert: Alert) -> None:
    issues = alert.project.issues
    with pytest.raises(UsageError, match=r"goes at schedule\.run"):
        issues.schedule(WHEN, "2026-11")
    with pytest.raises(UsageError, match="has passed; `alerts run --issue"):
        issues.schedule("2026-11-27 06:59", alert.key)
    issues.drop(alert.key, "no")
    with pytest.raises(UsageError, match="is dropped"):
        issues.schedule(WHEN, alert.key)
    issues.undo_drop(alert.key)
    issues.schedule(WHEN, alert.key)
    issues.drop(alert.key, "no")
    alert.run(AT)
    assert alert.mailed == 0, "dropped"
    issues.undo_drop(alert.key)
    alert.run(AT)
    with pytest.raises(UsageError, match="is sent, so it has no moment any more"):
        issues.schedule("2026-12-11 09:00", alert.key)
    db = sqlite_connection(alert.root / "subscribers.db")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO issues (month, content, frame, created_at, send_at)"
                   " VALUES ('2026-11', '{}', '{}', '', '2026')")  # fmt: skip


def test_what_is_to_come_and_why_name_its_moment(alert: Alert) -> None:
    alert.project.issues.schedule(WHEN, alert.key)
    event = alert.project.next()
    assert (str(event.month), event.at) == ("2026-11", datetime(2026, 12, 1, 14, tzinfo=UTC))
    coming = [(one.at, one.kind) for one in alert.project.upcoming() if one.month == alert.key]
    assert coming == [(AT, "issue")]
    told = alert.project.why("ana@example.net", alert.key).text
    assert "is not queued yet. It goes by itself from 2026-12-10T14:00:00Z on." in told
    with alert.opened(ALERTS_WINDOWS__OPEN="11:00-18:00") as windows:
        openings = [
            one for one in windows.upcoming() if (one.kind, one.month) == ("window", alert.key)
        ]
    assert [one.at for one in openings] == [AT + 2 * HOUR]


def test_the_daemon_wakes_at_its_moment_also_if_it_was_chosen_since(
    alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticker = Ticker(alert.root, pytest.fail, lambda line: None)
    assert ticker.next_moment() is None
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    with Project(alert.root, environ=ENVIRON) as project:
        project.issues.schedule(soon, alert.key)
    assert ticker.next_moment() == soon
    for key, value in ENVIRON.items():
        monkeypatch.setenv(key, value)
    alert.now = soon - DAY
    alert.project.issues.schedule(soon - HOUR, alert.key)
    calls: list[str] = []

    def command(*words: str) -> int:
        calls.append(words[0])
        return 0

    monkeypatch.setattr(ticker, "_command", command)
    ticker.tick("send")
    assert calls == ["run", "send"], "its moment has passed"


def test_the_command_says_it_by_the_clock_of_the_alert(
    alert: Alert, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (ENVIRON | {"ALERTS_ALERT__TIMEZONE": "Europe/Madrid"}).items():
        monkeypatch.setenv(name, value)
    key = ("--issue", str(alert.key))
    made = alerts("issue", "schedule", *key, "2199-06-10 09:00")
    assert (made.code, made.stdout) == (
        0,
        f"{alert.key}: goes Mon 2199-06-10 09:00 Europe/Madrid, 2199-06-10 07:00 UTC\n",
    )
    assert "goes by itself Mon 2199-06-10 09:00 Europe/Madrid" in alerts("status", *key).stdout
    assert alerts("issue", "schedule", *key, "--json").json["at"] == "2199-06-10T07:00:00+00:00"
    assert "goes 2199-06-10 09:00 Europe/Madrid" in alerts("check").stdout
    assert f"the issue of {alert.key} is due" in alerts("schedule", "next").stdout
    assert alerts("issue", "schedule", *key, "--off").stdout == (
        f"{alert.key}: goes only by name: `alerts run --issue {alert.key}`\n"
    )
    assert alerts("issue", "schedule", *key, "tomorrow").code == 2


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("Europe/Madrid", "2026-12-10 09:00", "2026-12-10T08:00"),
        ("Europe/Madrid", "2026-12-10T9:00", "2026-12-10T08:00"),
        ("Europe/Madrid", "2026-10-25 02:30", "2026-10-25T00:30"),  # the first of two
        ("Europe/Madrid", "2026-10-25 02:30+01:00", "2026-10-25T01:30"),
        ("Europe/Madrid", "2026-10-25 00:30Z", "2026-10-25T00:30"),
        ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03T14:45"),  # set back by half an hour
        ("Pacific/Apia", "2026-12-10 09:00", "2026-12-09T20:00"),
    ],
)
def test_a_moment_on_the_wall(zone: str, text: str, utc: str) -> None:
    found = moment_at(text, ZoneInfo(zone))
    assert found == datetime.fromisoformat(f"{utc}+00:00")
    assert twice(found, ZoneInfo(zone)) == (text[:10] in ("2026-10-25", "2027-04-04"))


@pytest.mark.parametrize(
    ("zone", "text", "told"),
    [
        ("Europe/Madrid", "2027-03-28 02:30", "does not exist.*write for example 2027-03-28 03:30"),
        ("Pacific/Apia", "2011-12-30 12:00", "does not exist"),
        ("UTC", "2026-12-10", "no moment"),
        ("UTC", "2026-13-10 09:00", "no moment"),
        ("UTC", "10/12/2026 09:00", "no moment"),
        ("UTC", "2026-12-10 24:30", "no moment"),
    ],
)
def test_what_is_no_moment_is_refused(zone: str, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        moment_at(text, ZoneInfo(zone))
