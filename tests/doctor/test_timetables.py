"""Cron and systemd against the schedule: which lines call us, and what is wrong with them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.config.load import SettingsReader
from alerts.config.settings import Settings
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput, Timetable
from alerts.doctor.schedule import called
from alerts.doctor.timetables import calls, of_this_machine, zone_of_this_machine

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROOT = Path("/srv/alert")
ALL = """CRON_TZ=America/Bogota
5 5 * * * cd /srv/alert && alerts -q collect >/dev/null
7 * * * * cd /srv/alert && alerts run
*/15 * * * * cd /srv/alert && /opt/venv/bin/alerts send
40 8 * * * alerts --project /srv/alert -q check
30 3 * * * alerts --project=/srv/alert retention
@daily python -m alerts --project /srv/alert backup /b.db
"""


def _settings(zone: str) -> Settings:
    environ = {"ALERTS_ALERT__TIMEZONE": zone}
    return SettingsReader(ROOT, ROOT / "alerts.toml", "", {}, environ).settings()


def _said(
    *tables: Timetable | str, zone: str = "America/Bogota", server: str = "UTC"
) -> list[CheckOutput]:
    given = [
        one if isinstance(one, Timetable) else Timetable("c", "crontab", one) for one in tables
    ]
    context = CheckContext(
        settings=_settings(zone),
        now=NOW,
        open_database=lambda: pytest.fail("it needs no database"),
        password=lambda _: None,
        ask=lambda *_: (),
        fetcher=None,  # type: ignore[arg-type]
        timetables=lambda: iter(given),
        server_zone=server,
    )
    return list(called(context))


def test_the_lines_that_call_us_are_found_with_their_moments_and_folders() -> None:
    found = list(calls(Timetable("c", "crontab", ALL)))
    assert [call.command for call in found] == [
        *("collect", "run", "send", "check", "retention", "backup")
    ]
    assert {call.folder for call in found} == {"/srv/alert"}
    assert {call.zone for call in found} == {"America/Bogota"}
    assert found[-1].fields == "0 0 * * *"


@pytest.mark.parametrize(
    "line",
    [
        "# 7 * * * * alerts run",
        "7 * * * * prometheus-alerts run",
        "7 * * * * cat /srv/alerts/run",
        "7 * * * * alerts",
        "MAILTO=alerts@example.org",
        "",
    ],
)
def test_other_lines_are_not_ours(line: str) -> None:
    assert not list(calls(Timetable("c", "crontab", line)))


def test_a_system_crontab_names_an_account_first() -> None:
    (call,) = calls(Timetable("/etc/cron.d/a", "system crontab", "0 1 1 * * www alerts run -q"))
    assert (call.command, call.fields) == ("run", "0 1 1 * *")


@pytest.mark.parametrize(
    ("when", "fields", "zone"),
    [
        ("hourly", "0 * * * *", ""),
        ("monthly", "0 0 1 * *", ""),
        ("*-*-01 09:05:00", "5 9 1 * *", ""),
        ("*-*-1 9:05 Europe/Madrid", "5 9 1 * *", "Europe/Madrid"),
        ("*:07", "7 * * * *", ""),
        ("*:0/15", "*/15 * * * *", ""),
        ("Mon..Fri *-*-* 00/2:30:00", "30 */2 * * mon-fri", ""),
    ],
)
def test_a_timer_of_systemd_is_read_as_five_fields(when: str, fields: str, zone: str) -> None:
    text = f"[Service]\nWorkingDirectory=/srv/alert\nExecStart=/bin/alerts run\n[Timer]\nOnCalendar={when}\n"
    (call,) = calls(Timetable("u", "unit", text))
    assert (call.command, call.folder) == ("run", "/srv/alert")
    assert (call.fields, call.zone) == (fields, zone)


def test_the_documented_crontab_is_right() -> None:
    assert [said.level for said in _said(ALL)] == [CheckLevel.OK]


def test_a_call_on_the_first_at_one_by_utc_is_in_the_wrong_month_in_bogota() -> None:
    """The fault that lost October: on 1 November at 01:00 by UTC it is still October in Bogotá."""
    found = _said("0 1 1 * * cd /srv/alert && alerts run", "*/15 * * * * alerts send")
    assert found[0].level is CheckLevel.ERROR
    assert "it is Mon 30 Nov 20:00 in America/Bogota" in found[0].about
    assert "Tue 1 Dec 09:00" in found[0].about
    assert "7 * * * *" in found[0].remedy
    assert _said("0 20 1 * * alerts run")[0].level is CheckLevel.WARNING
    assert _said("0 1 1 * * alerts run", zone="UTC")[0].level is CheckLevel.ERROR
    assert _said("30 9 1 * * alerts run", zone="UTC")[0].level is CheckLevel.WARNING
    assert _said("30 9 * * * alerts run", zone="UTC")[0].level is CheckLevel.OK


def test_lines_of_another_project_do_not_count() -> None:
    (said,) = _said("7 * * * * cd /srv/other && alerts run")
    assert said.level is CheckLevel.HINT
    assert "neither cron nor systemd calls `alerts run`" in said.about


def test_the_daemon_wants_backup_and_check_beside_it() -> None:
    unit = "[Service]\nWorkingDirectory=/srv/alert\nExecStart=/usr/bin/alerts serve\n"
    found = _said(Timetable("alerts.service", "unit", unit), "0 1 1 * * alerts run")
    assert [said.level for said in found] == [CheckLevel.OK, CheckLevel.HINT, CheckLevel.OK]
    assert "`alerts check`, `alerts backup`" in found[1].about


def test_this_machine_can_be_read() -> None:
    assert all(table.kind for table in of_this_machine())
    assert zone_of_this_machine()
