"""What `issue lint`, the desk and `why` say of send windows, by the readers and the moment of the issue."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.library.project import Project
from tests.conftest import Alerts
from tests.factories import MONTH
from tests.web.desk.signed_in import desk_of

OPEN = {"ALERTS_WINDOWS__OPEN": "08:00-18:00", "ALERTS_ALERT__LANGUAGES": "en,es"}
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
WINDOWS = ("window-holidays", "window-closed", "window-short", "window-unused")


@pytest.fixture
def read(project: Path) -> Path:
    """A project with an article and two readers."""
    with Project(project) as opened:
        opened.articles.add("https://a.example/1", month=MONTH, read=False, title="Water law")
        for email in ("ana@example.org", "luz@example.org"):
            opened.subscribers.add(email, language="es", timezone="America/Bogota")
    return project


def _found(root: Path, monkeypatch: pytest.MonkeyPatch, **environ: str) -> dict[str, str]:
    """The findings about windows, by code."""
    for name, value in {**OPEN, **environ}.items():
        monkeypatch.setenv(name, value)
    with Project(root, clock=lambda: MONDAY) as opened:
        (first, second) = opened.linter.lint(MONTH, spam=False).proofs
    assert not [one for one in second.findings if one.code in WINDOWS]  # each is said once
    return {one.code: one.reason for one in first.findings if one.code in WINDOWS}


def test_windows_that_are_wide_enough_are_not_spoken_of(
    read: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _found(read, monkeypatch) == {}
    assert _found(read, monkeypatch, ALERTS_WINDOWS__OPEN="") == {}


def test_an_issue_that_cannot_be_finished_within_its_windows_is_found(
    read: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _found(read, monkeypatch, ALERTS_DELIVERY__WARM_UP="[1]")
    assert list(found) == ["window-short"]
    assert "2 copies should go by Mon 2 Nov 18:00 in America/Bogota" in found["window-short"]
    assert "delivery.warm_up lets 1 go" in found["window-short"]
    never = _found(read, monkeypatch, ALERTS_WINDOWS__HOLIDAYS="all.txt")
    assert "all.txt" in never["window-holidays"]
    days = (f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32))
    kept = [
        one for one in days if one not in ("02-30", "02-31", "04-31", "06-31", "09-31", "11-31")
    ]
    (read / "all.txt").write_text("".join(f"{day}\n" for day in kept), "utf-8")
    closed = _found(read, monkeypatch, ALERTS_WINDOWS__HOLIDAYS="all.txt")
    assert "no day of the next 370 is a working day" in closed["window-closed"]


def test_windows_of_a_language_that_nobody_has_are_found(
    read: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = '{ar = {open = "10:00-16:00"}, es = {days = "mon-sat"}, es-mx = {days = "mon"}}'
    found = _found(read, monkeypatch, ALERTS_WINDOWS__LANGUAGES=said)
    assert found.keys() == {"window-unused"}
    with Project(read, clock=lambda: MONDAY) as opened:
        (group,) = opened.linter.window_causes(MONTH)
        assert group.number == 2  # ar, es-mx
        opened.linter.accept([("window-unused", "")])
        assert opened.linter.window_causes(MONTH) == ()


@pytest.mark.parametrize("content", ["", "tomorrow?"])
def test_a_broken_file_of_holidays_is_named_and_nothing_else_fails(
    read: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    if content:
        (read / "days.txt").write_text(f"{content}\n", "utf-8")
    for name, value in {**OPEN, "ALERTS_WINDOWS__HOLIDAYS": "days.txt"}.items():
        monkeypatch.setenv(name, value)
    why = alerts("why", "ana@example.org", "--month", str(MONTH))
    assert why.code == 0
    assert "not queued yet" in why.stdout
    (line,) = [one for one in why.stderr.splitlines() if "days.txt" in one]
    assert "nothing is sent" in line
    status = alerts("status", "--month", str(MONTH))
    assert sum("days.txt" in one for one in status.stderr.splitlines()) == 1
    lint = alerts("issue", "lint", "--month", str(MONTH), "--level", "error")
    assert (lint.code, "window-holidays" in lint.stdout) == (1, True)
    monkeypatch.delenv("ALERTS_WINDOWS__HOLIDAYS")
    fine = alerts("why", "ana@example.org", "--month", str(MONTH))
    assert "holidays" not in fine.stderr


def test_the_desk_shows_it_and_forgets_it_once_it_is_mended(read: Path) -> None:
    windows = {name.removeprefix("ALERTS_"): value for name, value in OPEN.items()}
    with (
        desk_of(read, **windows, WINDOWS__HOLIDAYS="days.txt") as desk,
        desk.browser("anna@example.org") as anna,
    ):
        for page in ("view", "send"):
            html = anna.get(f"/desk/{page}?month={MONTH}&lang=es").text
            assert "No se conocen los días festivos" in html
        (read / "days.txt").write_text("12-25\n", "utf-8")
        assert "días festivos" not in anna.get(f"/desk/send?month={MONTH}&lang=es").text
