"""The crontab of the documents, run as it stands: a year of an alert in Bogotá on a server in UTC."""

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.cli.context import Session
from alerts.doctor.finding import Timetable
from alerts.doctor.timetables import Call, calls
from alerts.domain.month import Month
from alerts.schedule.cron import first_after
from tests.conftest import Alerts, Result

BOGOTA = ZoneInfo("America/Bogota")
OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = """[alert]
timezone = "America/Bogota"
languages = ["en"]
review = "{review}"
[sources]
robots = false
"""


def crontab() -> str:
    """The lines of the documents."""
    found = re.search(r"```crontab\n(.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def lines() -> list[tuple[Call, list[str], bool]]:
    """Each call, its words, and whether its results go to /dev/null."""
    table = Timetable("docs/operations.md", "crontab", crontab())
    written = [line for line in crontab().splitlines() if "alerts" in line and line[0] not in "PM"]
    found = []
    for call, line in zip(calls(table), written, strict=True):
        words = line.partition("&& alerts ")[2]
        found.append((call, words.replace(">/dev/null", "").split(), ">/dev/null" in words))
    return found


class Machine:
    """A server with a crontab: calls at their moments, and what cron mailed."""

    def __init__(self, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
        self.alerts, self.now, self.codes = alerts, now, Counter[tuple[str, int]]()
        self.mails: list[tuple[datetime, str, str]] = []
        monkeypatch.setattr(Session, "clock", staticmethod(lambda: self.now))

    def at(self, now: datetime, *words: str, quiet: bool = False) -> Result:
        """What somebody, or cron, calls then."""
        self.now = now
        done = self.alerts(*words)
        said = done.stderr if quiet else done.stdout + done.stderr
        command = next(word for word in words if not word.startswith("-"))
        self.codes[command, done.code] += 1
        if said:
            self.mails.append((now, command, said))
        return done


def _moments(call: Call, since: datetime, until: datetime) -> Iterator[datetime]:
    now = first_after(call.fields, ZoneInfo("UTC"), call.place, since)
    while now is not None and now < until:
        yield now.astimezone(UTC)
        now = first_after(call.fields, ZoneInfo("UTC"), call.place, now + timedelta(minutes=1))


@pytest.fixture
def alert(project: Path, alerts: Alerts) -> Path:
    """An alert in Bogotá with a folder of articles and two readers."""
    (project / "alerts.toml").write_text(SETTINGS.format(review="none"))
    (project / "news").mkdir()
    return project


def _write(root: Path, month: Month) -> None:
    (root / "news" / f"{month}.md").write_text(
        f"---\ntitle: News of {month}\nurl: https://news.waters.org/{month}\ndate: {month}-14\n---\nA text.\n"
    )


def _begin(machine: Machine, root: Path) -> None:
    machine.at(machine.now, "source", "add", "news", "--kind", "folder", "--language", "en")
    for name in ("ana", "ben"):
        machine.at(machine.now, "subscriber", "add", f"{name}@example.net")
    machine.mails.clear()


def _mailed(root: Path) -> Counter[str]:
    """How many copies of each issue are in the outbox folder."""
    found: Counter[str] = Counter()
    for path in (root / "outbox" / "new").iterdir():
        octets = path.read_bytes()
        found.update(set(re.findall(r"waters\.org/(\d{4}-\d{2})", octets.decode())))
    return found


def test_the_documented_crontab_has_what_is_needed() -> None:
    assert [call.command for call, *_ in lines()] == [
        *("collect", "run", "send", "check", "retention", "backup")
    ]


def test_a_year_by_the_documented_crontab(
    alert: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line at its moments around the turn of each month and the hour of the issue, and once between.
    Over the day of February's issue the machine is off. No source can tell it the time then, so it trusts the
    clock once something else than `run` has, here `collect`."""
    start = datetime(2027, 1, 20, 12, tzinfo=UTC)
    machine = Machine(alerts, monkeypatch, start)
    alerts_began(alert, start)
    _begin(machine, alert)
    table, months = lines(), [Month(2027, 1).plus(n) for n in range(12)]
    for month in months:
        _write(alert, month)
        turn = month.plus(1).start(BOGOTA)
        off = 3 * DAY if month == Month(2027, 2) else timedelta()
        windows = [(off - 3 * HOUR, off + HOUR), (off + 8 * HOUR, off + 11 * HOUR)]
        if not off:  # of the days between, one call that changes something
            machine.at(turn - 4 * HOUR, "collect", quiet=True)
        for since, until in windows:
            ring = [
                (at, number)
                for number, (call, *_) in enumerate(table)
                for at in _moments(call, turn + since, turn + until)
                if call.command != "send" or at.minute == 30
            ]
            for at, number in sorted(ring):
                words = [word for word in table[number][1] if "%u" not in word]
                copy = f"{alert}/b-{at:%u}"
                words = [copy if word.startswith("/backups/") else word for word in words]
                machine.at(at, *words, quiet=table[number][2])
    assert _mailed(alert) == {str(month): 2 for month in months}
    sent = [at for at, command, said in machine.mails if command == "run" and "queued" in said]
    local = [f"{at.astimezone(BOGOTA):%m-%d %H:%M}" for at in sent]
    on_time = [f"{month.plus(1).number:02}-01 09:07" for month in months]
    assert local == [on_time[0], "03-04 00:07", *on_time[2:]]
    told = Counter((command, said.split()[0]) for _, command, said in machine.mails)
    ended = {("run", name): 1 for name in calendar.month_name[1:] if name != "February"}
    queued = {("run", f"{month}:"): 1 for month in months}
    refused = {("run", "alerts:"): 1, ("send", "alerts:"): 1, ("retention", "alerts:"): 1}
    assert told == ended | queued | refused
    assert {pair for pair in machine.codes if pair[1]} == {
        ("run", 2),
        ("send", 1),
        ("retention", 2),
    }


def alerts_began(root: Path, moment: datetime) -> None:
    """Have the project begin then."""
    from tests.factories import database

    db = database(root)
    db.conn.execute("UPDATE secrets SET created_at = ?", (f"{moment:%Y-%m-%dT%H:%M:%SZ}",))
    db.close()


def test_on_a_server_in_utc_october_goes_in_bogota_and_not_september(
    alert: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(alerts, monkeypatch, datetime(2026, 10, 2, 9, tzinfo=UTC))
    alerts_began(alert, machine.now)
    _begin(machine, alert)
    _write(alert, Month(2026, 10))
    near = machine.at(datetime(2026, 11, 1, 1, tzinfo=UTC), "run", "--anyway", "clock")
    assert (near.code, near.stdout) == (0, "")
    assert "October ends in 4 h in Bogotá" in near.stderr
    for hour in range(2, 14):
        idle = machine.at(datetime(2026, 11, 1, hour, tzinfo=UTC), "run")
        assert (idle.code, idle.stdout + idle.stderr) == (0, ""), hour
    said = alerts("next")
    assert said.stdout == "2026-11-01 09:00 America/Bogota: the issue of 2026-10 is due\n"
    done = machine.at(datetime(2026, 11, 1, 14, tzinfo=UTC), "run")
    assert done.code == 0
    assert "2026-10: 1 article, 2 deliveries queued" in done.stderr
    again = machine.at(datetime(2026, 11, 1, 15, tzinfo=UTC), "run")
    assert (again.code, again.stdout + again.stderr) == (0, "")
    assert _mailed(alert) == {"2026-10": 2}


def test_what_is_approved_after_the_day_of_run_goes_within_the_hour_and_is_named_until_then(
    alert: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(alerts, monkeypatch, datetime(2026, 10, 30, 9, tzinfo=UTC))
    (alert / "alerts.toml").write_text(SETTINGS.format(review="required"))
    alerts_began(alert, machine.now)
    _begin(machine, alert)
    _write(alert, Month(2026, 10))
    due = datetime(2026, 11, 1, 14, 7, tzinfo=UTC)
    first = machine.at(due, "run", "--anyway", "clock")
    assert first.code == 75
    assert "2026-10: waits for approval" in first.stderr
    for number in range(1, 30):
        silent = machine.at(due + number * HOUR, "run")
        assert (silent.code, silent.stderr) == (75, "")
    for command, code in (("check", 1), ("status", 75), ("send", 75)):
        named = machine.at(due + 30 * HOUR, command)
        assert (named.code, "waits for approval" in named.stdout + named.stderr) == (code, True)
    assert machine.at(due + 30 * HOUR, "send").stderr == ""
    found = alerts("doctor", "--offline", "--json").json["findings"]
    (owed,) = [one for one in found if one["check"] == "owed"]
    assert (owed["level"], "2026-10 is owed and not sent" in owed["about"]) == ("warning", True)
    month = alerts("check", "--json").json["months"][-1]
    assert (month["state"], month["owed"], month["missing"]) == ("unapproved", 2, 2)
    machine.at(due + 31 * HOUR, "issue", "approve")
    month = alerts("check", "--json").json["months"][-1]
    assert (month["state"], month["needs"], month["approved_unsent"]) == ("due", "time", True)
    assert machine.at(due + 31 * HOUR, "send").code == 75
    assert machine.at(due + 32 * HOUR, "run").code == 0
    assert _mailed(alert) == {"2026-10": 3}  # two copies and the preview
    done = alerts("check", "--json")
    assert (done.code, done.json["months"][-1]["sent"]) == (0, 2)
