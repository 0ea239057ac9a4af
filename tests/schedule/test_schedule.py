"""The clock: due-ness from rows (T11, trap D), cron lines, catching up, and stopping."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.config import load as projects
from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError
from alerts.domain.month import Month
from alerts.schedule.cron import check, planned
from alerts.schedule.due_issues import Due, candidates, issue_due
from alerts.store import create
from tests.conftest import Alerts
from tests.factories import add_subscribers, database, queue_issue

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MAX_LATE = timedelta(days=20)
STEP = timedelta(minutes=30)
ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC")


def _settings(run: str = "0 9 1 * *", zone: str = "UTC", **lines: str) -> Settings:
    environ = {
        "ALERTS_SCHEDULE__RUN": run,
        "ALERTS_ALERT__TIMEZONE": zone,
        **{f"ALERTS_SCHEDULE__{key.upper()}": value for key, value in lines.items()},
    }
    return projects.SettingsReader(
        Path("here"), Path("here/alerts.toml"), "", {}, environ
    ).settings()


def _local(settings: Settings, month: str) -> str:
    moment = planned(settings, Month.parse(month))
    return f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M}" if moment else ""


@pytest.mark.parametrize(
    ("run", "month", "moment"),
    [
        ("0 9 1 * *", "2026-10", "2026-11-01 09:00"),
        ("0 9 1 * *", "2026-12", "2027-01-01 09:00"),  # year end
        ("0 9 29 * *", "2028-01", "2028-02-29 09:00"),  # leap day
        ("0 9 29 * *", "2027-01", "2027-02-28 09:00"),  # … and a year without one
        ("0 9 31 * *", "2026-10", "2026-11-30 09:00"),  # the 31st of a month of 30 days
        ("0 9 31 * *", "2026-11", "2026-12-31 09:00"),
        ("0 9 last * *", "2026-10", "2026-11-30 09:00"),
        ("30 14 * * 1", "2026-10", "2026-11-02 14:30"),  # the first Monday …
        ("30 14 * * mon", "2026-10", "2026-11-02 14:30"),
        ("30 14 * * 0", "2026-09", "2026-10-04 14:30"),  # … and Sunday, by both its numbers
        ("30 14 * * 7", "2026-09", "2026-10-04 14:30"),
        ("30 14 * * 5-7", "2026-10", "2026-11-01 14:30"),
        ("30 14 * * 2-6/2", "2026-10", "2026-11-03 14:30"),
        ("30 14 * * */3", "2026-10", "2026-11-01 14:30"),
        ("0 9 8-14 * tue", "2026-10", "2026-11-10 09:00"),  # the second Tuesday
        ("0 9 1 JAN *", "2026-12", "2027-01-01 09:00"),
        ("0 9 1 jan *", "2026-10", ""),  # no moment in November
        ("", "2026-10", ""),
    ],
)
def test_the_moment_of_an_issue(run: str, month: str, moment: str) -> None:
    assert _local(_settings(run), month) == moment


def test_d_every_month_has_its_moment_whatever_the_day() -> None:
    tried = 0
    for day in range(1, 32):
        settings = _settings(f"30 2 {day} * *", "Europe/Madrid")
        month = Month(2026, 1)
        for _ in range(36):
            moment = planned(settings, month)
            assert moment is not None
            assert Month.of(moment, settings.zone) == month.plus(1)
            month, tried = month.plus(1), tried + 1
    assert tried == 31 * 36


@pytest.mark.parametrize("zone", ZONES)
def test_t11_once_a_month_through_every_change_of_the_clocks(zone: str) -> None:
    """A tick every half hour for two years, every one of them able to send: each issue goes once,
    at its moment, though some hours come twice and some never."""
    tried = 0
    for run in ("30 2 * * 0", "0 0 1 * *", "59 23 31 * *"):
        settings = _settings(run, zone)
        now = start = datetime(2026, 1, 15, tzinfo=UTC)
        end = datetime(2028, 1, 15, tzinfo=UTC)
        began, plans = now - timedelta(days=20), dict[Month, datetime | None]()
        sent: dict[Month, datetime] = {}
        while now < end:
            for month in candidates(Month.last_ended(now, settings.zone), MAX_LATE):
                if month not in plans:
                    plans[month] = planned(settings, month)
                due = issue_due(
                    now, plans[month], began=began, frozen=month in sent, max_late=MAX_LATE
                )
                if due is Due.OWED:
                    sent[month] = now
            now, tried = now + STEP, tried + 1
        months = sorted(sent)
        assert months == [months[0].plus(n) for n in range(len(months))]
        on_time = [m for m in months if plans[m] >= start]  # type: ignore[operator]
        assert len(on_time) in (23, 24)
        for month in on_time:
            assert timedelta(0) <= sent[month] - plans[month] < STEP  # type: ignore[operator]
    assert tried > 100_000


@pytest.mark.parametrize("zone", ZONES)
def test_t11_a_moment_in_the_hour_that_is_skipped_or_comes_twice(zone: str) -> None:
    """Each day of a year at 02:30 local: the moment exists, on that day, and rings in order."""
    place = ZoneInfo(zone)
    for day in range(1, 29):
        for number in range(1, 13):
            settings = _settings(f"30 2 {day} * *", zone)
            moment = planned(settings, Month(2026, number).plus(-1))
            assert moment is not None
            local = moment.astimezone(UTC).astimezone(place)
            assert (local.month, local.day) == (number, day)
            assert local.hour in (2, 3)


MOMENT = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "frozen", "due"),
    [
        (MOMENT - timedelta(seconds=1), False, Due.EARLY),
        (MOMENT, False, Due.OWED),
        (MOMENT, True, Due.DONE),  # a double tick
        (MOMENT + timedelta(hours=7), False, Due.OWED),  # the machine was off
        (MOMENT + timedelta(days=20), False, Due.OWED),
        (MOMENT + timedelta(days=20, seconds=1), False, Due.OVERDUE),
        (MOMENT + timedelta(days=29), True, Due.DONE),
        (MOMENT - timedelta(hours=1), True, Due.DONE),  # sent, then the clock was set back
    ],
)
def test_t11_what_a_tick_finds(now: datetime, frozen: bool, due: Due) -> None:
    found = issue_due(now, MOMENT, began=LONG_AGO, frozen=frozen, max_late=MAX_LATE)
    assert found is due


def test_a_moment_before_the_project_began_is_not_owed() -> None:
    began = MOMENT + timedelta(days=3)
    now = began + timedelta(minutes=1)
    assert issue_due(now, MOMENT, began=began, frozen=False, max_late=MAX_LATE) is Due.OLDER
    assert issue_due(now, None, began=began, frozen=False, max_late=MAX_LATE) is Due.UNPLANNED


def test_t11_a_clock_set_back_over_the_month_sends_nothing_again() -> None:
    settings, sent = _settings(zone="Europe/Madrid"), set()
    clock = [MOMENT, MOMENT + timedelta(hours=1), MOMENT - timedelta(hours=12)]
    clock += [MOMENT - timedelta(days=1), MOMENT - timedelta(days=40), MOMENT + timedelta(days=1)]
    began = MOMENT - timedelta(days=3)
    times = 0
    for now in clock:
        month = Month.last_ended(now, settings.zone)
        plan = planned(settings, month)
        if issue_due(now, plan, began=began, frozen=month in sent, max_late=MAX_LATE) is Due.OWED:
            sent.add(month)
            times += 1
    assert (sent, times) == ({Month(2026, 10)}, 1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 9 1 *", "five fields"),
        ("0 9 1 * * *", "five fields"),
        ("hourly", "five fields"),
        ("61 9 1 * *", "61"),
        ("0 25 1 * *", "25"),
        ("0 9 32 * *", "32"),
        ("0 9 0 * *", "0"),
        ("0 9 1 13 *", "13"),
        ("0 9 1 * 8", "0-7"),
        ("0 9 1 * 5-3", "0-7"),
        ("0 9 1 * */0", "has no step"),
        ("0 9 1 * funday", "funday"),
        ("a b c d e", "a"),
        ("*/0 * * * *", "*/0"),
    ],
)
@pytest.mark.parametrize("act", ["collect", "run", "send"])
def test_a_wrong_cron_line_is_named(act: str, line: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check(_settings(**{act: line}))
    message = str(caught.value)
    assert f"schedule.{act}" in message
    assert "alerts.toml" in message
    assert words in message
    assert "\n" not in message


def test_a_schedule_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(SettingsError, match="nothing to do"):
        check(_settings(run="", collect="", send="", retention="", bounces=""))


def test_the_command_refuses_a_wrong_line(project: Path, alerts: Alerts) -> None:
    toml = project / "alerts.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('run = "0 9 1 * *"', 'run = "9 o’clock"'), encoding="utf-8")
    result = alerts("schedule")
    assert result.code == 2
    assert "schedule.run" in result.stderr
    assert result.stderr.count("\n") == 1


def _run_until_the_outbox(project: Path, number: signal.Signals) -> list[str]:
    """What `alerts schedule` says when it is stopped at the end of its first tick."""
    command = [sys.executable, "-m", "alerts", "-v", "--project", str(project), "schedule"]
    heard = []
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=project.parent
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            heard.append(line.strip().partition(" | ")[2])
            if heard[-1].startswith("$ alerts send"):
                process.send_signal(number)
    assert process.returncode == 0, heard
    assert "stopped" in heard
    return heard


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_ticks_and_stops_on_a_signal(project: Path, number: signal.Signals) -> None:
    """The project is new, so no issue is owed: the tick on starting only works the outbox."""
    heard = _run_until_the_outbox(project, number)
    assert heard[:6] == [
        "collect: 0 5 * * *",
        "run: 0 9 1 * *",
        "send: */15 * * * *",
        "bounces: 20 * * * *",
        "retention: 30 3 * * *",
        "times are in UTC; stop with Ctrl-C",
    ]
    assert not [line for line in heard if line.startswith("$ alerts run")]


def test_t11_a_moment_missed_is_made_good_on_starting_and_only_once(project: Path) -> None:
    """An old project whose moment is the first of the month, at most 31 days ago."""
    toml = project / "alerts.toml"
    text = toml.read_text(encoding="utf-8").replace('"0 9 1 * *"', '"0 0 1 * *"')
    toml.write_text(text.replace('max_late = "20d"', 'max_late = "32d"'), encoding="utf-8")
    db = create(project / "subscribers.db")
    db.conn.execute("UPDATE secrets SET created_at = '2020-01-01T00:00:00Z'")
    last = Month.last_ended(datetime.now(UTC), ZoneInfo("UTC"))
    command = "$ alerts run"
    assert command in _run_until_the_outbox(project, signal.SIGTERM)
    db.conn.executemany(
        """INSERT INTO issues (month, state, content, frame, secret_id, created_at, queued_at)
           VALUES (?, 'queued', '{}', '{}', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')
           ON CONFLICT (month) DO UPDATE SET state = 'queued', content = '{}', frame = '{}',
                  secret_id = 1, queued_at = '2026-01-01T00:00:00Z'""",
        [(str(last),), (str(last.plus(-1)),)],  # on the first of a month that one is owed too
    )
    db.close()
    assert command not in _run_until_the_outbox(project, signal.SIGTERM)


def test_p4_a_run_by_cron_asks_first_where_the_issue_is_overdue(
    project: Path, alerts: Alerts
) -> None:
    """The machine was off when the issue was due: by hand, and named, it goes out all the same."""
    month = str(Month.last_ended(datetime.now(UTC), ZoneInfo("UTC")))
    alerts("subscriber", "add", "a@example.org")
    alerts("article", "add", "--url", "https://n.example/1", "--title", "T", "--month", month)
    _began(project, "2020-01-01T00:00:00Z")
    settings = (
        '[alert]\nmax_late = "0s"\n[schedule]\nrun = "0 0 1 * *"\n'  # it has rung, on any day
    )
    (project / "alerts.toml").write_text(settings)
    for asked in (alerts("run"), alerts("run", "-v")):
        assert asked.code == 1
        assert f"the issue of {month} is overdue" in asked.stderr
        assert f"`alerts run --month {month}` sends it" in asked.stderr
        assert (alerts("run").code, alerts("run").stderr) == (1, "")  # cron mails it once
        assert alerts("status", "--json").json["state"] == "draft"
    assert alerts("run", "--month", month).code == 0
    assert alerts("status", "--json").json["deliveries"]["sent"] == 1
    assert alerts("run").code == 0


def test_an_overdue_month_without_articles_is_no_failure(project: Path, alerts: Alerts) -> None:
    _began(project, "2020-01-01T00:00:00Z")
    (project / "alerts.toml").write_text('[alert]\nmax_late = "0s"\n')
    assert alerts("run").code == 0


def test_a_project_that_began_after_the_moment_is_not_overdue(
    project: Path, alerts: Alerts
) -> None:
    (project / "alerts.toml").write_text('[alert]\nmax_late = "1h"\n')
    alerts("subscriber", "add", "a@example.org")
    month = str(Month.last_ended(datetime.now(UTC), ZoneInfo("UTC")))
    alerts("article", "add", "--url", "https://n.example/1", "--title", "T", "--month", month)
    assert alerts("run").code == 0


def test_p4_what_was_queued_long_ago_is_sent_only_when_it_is_named(
    project: Path, alerts: Alerts
) -> None:
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db, Month(2020, 1), datetime(2020, 2, 1, tzinfo=UTC))
    db.close()
    for command in ("send", "run"):
        asked = alerts(command)
        assert "2020-01 still has deliveries open" in asked.stderr
    assert not (project / "outbox").exists()
    assert alerts("send", "--month", "2020-01").code == 0
    assert alerts("status", "--month", "2020-01", "--json").json["deliveries"]["sent"] == 2
    assert "2020-01" not in alerts("send").stderr


def _began(project: Path, moment: str) -> None:
    db = database(project)
    db.conn.execute("UPDATE secrets SET created_at = ?", (moment,))
    db.close()
