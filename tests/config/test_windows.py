"""The settings of send windows, and the file of holidays: what they mean, and what is wrong with them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.config import holidays, window_values
from alerts.config.load import load
from alerts.config.windows import SendWindows
from alerts.domain.errors import SettingsError
from alerts.domain.send_window import ReaderGroup
from alerts.outbox.send_windows import windows_of

MONDAY = datetime(2026, 11, 2, 3, tzinfo=UTC)


def _windows(root: Path, text: str) -> SendWindows:
    (root / "alerts.toml").write_text(text, encoding="utf-8")
    return windows_of(load(root, {}), MONDAY)


def _opens(windows: SendWindows, language: str, zone: str = "") -> str:
    span = windows.span(ReaderGroup(language, zone), MONDAY)
    return f"{span.opens:%Y-%m-%d %H:%M}" if span else "at any hour"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[windows]\nopen = "8-18"\n', 2, "“8-18” are no hours such as 08:00-18:00"),
        ('[windows]\nopen = "08:00-08:00"\n', 2, "the whole day is 00:00-24:00"),
        ('[windows]\nopen = "08:00-24:30"\n', 2, "are no hours"),
        ('[windows]\nopen = "08:75-18:00"\n', 2, "are no hours"),
        ('[windows]\ndays = ""\n', 2, "“” are no days such as mon-fri"),
        ('[windows]\ndays = "mo-fr"\n', 2, "are no days"),
        ('[windows]\n[windows.zones]\nes = "Bogota"\n', 2, "unknown time zone “Bogota”"),
        ('[windows.zones]\nqq-zz = "UTC"\n', 1, "unknown language “qq-zz”"),
        ('[windows.languages.ar]\nday = "sun"\n', 1, "ar: no key “day”; there are open, days"),
        ('[windows.languages.ar]\ndays = "sunday"\n', 1, "ar: “sunday” are no days"),
        ('[windows.languages.qq-zz]\ndays = "sun"\n', 1, "unknown language"),
        ('[windows]\nhours = "08:00-18:00"\n', 2, "unknown key “hours” in [windows]"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(SettingsError) as told:
        _windows(tmp_path, text)
    assert f"alerts.toml, line {line}" in str(told.value)
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon-fri", "01234"), ("sun-thu", "01236"), ("sat, mon,WED", "025"), ("fri-mon", "0456")],
)
def test_days_are_named(text: str, days: str) -> None:
    assert window_values.days(text) == {int(day) for day in days}


def test_without_hours_there_are_no_windows_and_no_file_is_read(tmp_path: Path) -> None:
    windows = _windows(tmp_path, '[windows]\nholidays = "none.txt"\n')
    assert (windows.on, _opens(windows, "en")) == (False, "at any hour")


def test_a_window_is_that_of_the_zone_and_of_the_language(tmp_path: Path) -> None:
    windows = _windows(
        tmp_path,
        """
        alert.timezone = "Europe/Madrid"
        [windows]
        open = "08:00-18:00"
        zones = { es = "America/Bogota", pt = "Europe/Lisbon" }
        [windows.languages.ar]
        days = "sun-thu"
        open = "09:00-17:00"
        [windows.languages.fr]
        open = ""
        """,
    )
    assert _opens(windows, "en") == "2026-11-02 07:00"  # the alert's zone
    assert _opens(windows, "es") == "2026-11-02 13:00"
    assert _opens(windows, "es", "America/Lima") == "2026-11-02 13:00"
    assert _opens(windows, "pt-br") == "2026-11-02 08:00"  # that of its language
    assert _opens(windows, "pt-br", "America/Sao_Paulo") == "2026-11-02 11:00"
    assert _opens(windows, "ar", "Asia/Amman") == "2026-11-02 06:00"
    assert _opens(windows, "fr") == "at any hour"
    assert _opens(windows, "en", "Mars/Base") == "2026-11-02 07:00"  # of a newer machine


def test_holidays_are_those_of_everywhere_a_zone_a_country_or_a_language(tmp_path: Path) -> None:
    (tmp_path / "holidays.txt").write_text(
        "# of 2026\n11-02\n2026-11-03 America/Bogota # a day\n2026-11-03, ES\n2026-11-04 en\n\n",
        encoding="utf-8",
    )
    windows = _windows(tmp_path, '[windows]\nopen = "08:00-18:00"\nholidays = "holidays.txt"\n')
    assert _opens(windows, "fr") == "2026-11-03 08:00"
    assert _opens(windows, "fr", "America/Bogota") == "2026-11-04 13:00"
    assert _opens(windows, "es", "Europe/Madrid") == "2026-11-04 07:00"
    assert _opens(windows, "en-gb", "America/Bogota") == "2026-11-05 13:00"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026-13-01", "“2026-13-01” is not a day such as 2026-12-25, or 12-25 for every year"),
        ("02-30", "“02-30” is not a day"),
        ("25 December", "“25” is not a day"),
        (
            "12-25 Bogota",
            "“Bogota” is no time zone (America/Bogota), country (CO) or language (es)",
        ),
        ("12-25 QQ", "“QQ” is no time zone"),
        ("12-25 CO Christmas", "begin the name of a day with #"),
    ],
)
def test_a_wrong_line_of_the_holidays_is_told(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "holidays.txt"
    file.write_text(f"12-25\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"holidays\.txt, line 2: ") as told:
        holidays.read(file)
    assert words in str(told.value)


def test_a_file_of_holidays_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"windows\.holidays: .*holidays\.txt: No such file"):
        _windows(tmp_path, '[windows]\nopen = "08:00-18:00"\nholidays = "holidays.txt"\n')


def test_windows_that_never_open_are_told(tmp_path: Path) -> None:
    days = "\n".join(f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 30))
    more = "\n".join(f"{month:02}-30" for month in range(1, 13) if month != 2)
    last = "\n".join(f"{month:02}-31" for month in (1, 3, 5, 7, 8, 10, 12))
    (tmp_path / "all.txt").write_text(f"{days}\n{more}\n{last}\n", encoding="utf-8")
    windows = _windows(tmp_path, '[windows]\nopen = "08:00-18:00"\nholidays = "all.txt"\n')
    with pytest.raises(SettingsError, match="no day of the next 370 is a working day in UTC"):
        _opens(windows, "en")


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//t//t//EN
BEGIN:VEVENT
UID:a
DTSTART;VALUE=DATE:20201102
RRULE:FREQ=YEARLY
SUMMARY:Every 2 November
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART;VALUE=DATE:20261103
DTEND;VALUE=DATE:20261105
SUMMARY:Two days
END:VEVENT
BEGIN:VEVENT
UID:c
DTSTART:20261105T100000Z
SUMMARY:A meeting is no holiday
END:VEVENT
END:VCALENDAR
"""


def test_holidays_of_a_calendar_file_are_its_whole_days(tmp_path: Path) -> None:
    file = tmp_path / "days.ics"
    file.write_text(CALENDAR.replace("\n", "\r\n"))
    toml = '[windows]\nopen = "08:00-18:00"\nholidays = "days.ics"\n'
    assert _opens(_windows(tmp_path, toml), "en") == "2026-11-05 08:00"
    file.write_text("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    with pytest.raises(SettingsError, match=r"windows\.holidays: .*no event of a whole day"):
        _windows(tmp_path, toml)
    file.write_text(CALENDAR.replace("20261103", "20261399"))
    with pytest.raises(SettingsError, match=r"windows\.holidays: .*days\.ics"):
        _windows(tmp_path, toml)
