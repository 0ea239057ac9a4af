"""The feeds of sections, and of events, from what was frozen with the issues."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import icalendar
import pytest
from sqlite_utils import Database

from alerts.archive.calendar_feed import calendar_feed
from alerts.archive.calendar_file import CalendarFileMaker
from alerts.domain.archived import ArchivedArticle
from alerts.domain.article import Event
from alerts.domain.month import Month
from alerts.library.project import Project
from alerts.store import archive
from alerts.store.migrations import MIGRATIONS
from tests import past
from tests.conftest import Alerts
from tests.factories import sqlite_connection
from tests.issues import OCTOBER
from tests.pages import Served, serve

BASE = "https://example.org/alerts"
BOTH = {"WEB__SECTION_FEEDS": "true", "WEB__EVENTS_FEED": "true"}


@pytest.fixture
def fed(queued: Path, tmp_path: Path) -> Iterator[Served]:
    """The pages of a copy of that project, with the feeds that it may offer."""
    with serve(shutil.copytree(queued, tmp_path / "fed"), **past.SITE, **BOTH) as running:
        yield running


def test_without_the_settings_there_are_none(queued: Path, tmp_path: Path) -> None:
    with serve(shutil.copytree(queued, tmp_path / "off"), **past.SITE) as served:
        assert served.get("/archive/events.en.ics").status_code == 404
        assert served.get("/archive/sections/news/feed.en.atom").status_code == 404
        assert "text/calendar" not in served.get("/archive/en").text


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_a_section_has_its_stories_and_no_others(fed: Served, language: str) -> None:
    pieces = archive.pieces(fed.db, OCTOBER, language)
    keys = {piece.section for piece in pieces}
    assert {"news", "events"} <= keys
    for key in keys:
        answer = fed.get(f"/archive/sections/{key}/feed.{language}.atom")
        assert answer.headers["access-control-allow-origin"] == "*"
        found = feedparser.parse(answer.content)
        assert not found.bozo
        october = [one for one in found.entries if "/2026-10/" in one.id]
        wanted = [(one.title, one.url) for one in pieces if one.section == key]
        assert [one.title for one in october] == [title for title, _ in wanted]
        assert all(url in (one.link, "") for one, (_, url) in zip(october, wanted, strict=True))
        made = fed.get(f"/archive/sections/{key}/feed.{language}.json").json()
        assert made["version"] == "https://jsonfeed.org/version/1.1"
        assert [one["id"] for one in made["items"]] == [one.id for one in found.entries]


def test_what_is_named_on_the_page_is_there(fed: Served) -> None:
    page = fed.get("/archive/es").text
    paths = [part.partition('"')[0] for part in page.split('href="../archive/sections/')[1:]]
    assert len(paths) >= 8
    for path in (*(f"/archive/sections/{one}" for one in paths), "/archive/events.es.ics"):
        assert fed.get(path).status_code == 200
    for path in ("nope/feed.en.atom", "news/feed.en.rss", "news/feed.xx.atom", "news/feed.en"):
        assert fed.get(f"/archive/sections/{path}").status_code == 404
    assert fed.get("/archive/events.xx.ics").status_code == 404


def test_events_are_one_calendar_with_each_event_as_it_was_frozen(fed: Served) -> None:
    octets = fed.get("/archive/events.es.ics").content
    calendar: Any = icalendar.Calendar.from_ical(octets)
    frozen = [
        piece.ics
        for month in (OCTOBER, past.SEPTEMBER)
        for piece in archive.pieces(fed.db, month, "es")
        if piece.ics
    ]
    assert len(calendar.walk("VEVENT")) == len(frozen) > 1
    for file in frozen:
        event = file[file.index(b"BEGIN:VEVENT") : file.index(b"END:VEVENT")]
        assert event in octets
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))
    assert fed.get("/archive/events.es.ics").content == octets


def test_a_withdrawn_story_leaves_the_feeds(fed: Served) -> None:
    (event, *_) = [one for one in archive.pieces(fed.db, OCTOBER, "en") if one.ics]
    path = f"/archive/sections/{event.section}/feed.en.json"
    assert event.title in fed.get(path).text
    uid = f"UID:{event.id}".encode()
    assert uid in fed.get("/archive/events.en.ics").content
    with Project(fed.settings.root) as project:
        project.archive.withdraw(OCTOBER, event.id, why="It was wrong.")
    assert event.title not in fed.get(path).text
    assert uid not in fed.get("/archive/events.en.ics").content


def test_time_zones_of_many_years_are_defined_once_and_for_all_of_them() -> None:
    zone = ZoneInfo("Europe/Madrid")
    maker = CalendarFileMaker(zone, "x.example", datetime(2026, 11, 2, tzinfo=UTC))

    def file(number: int, event: Event) -> bytes:
        words = (f"C:\\News {number}", "en", "", "en")
        return maker.file(ArchivedArticle(f"a{number}", "", "", *words), event)

    moments = [datetime(year, 7, 1, 10, tzinfo=zone) for year in (2024, 2028)]
    files = [file(number, Event(one)) for number, one in enumerate(moments)]
    files.append(file(2, Event(date(2026, 12, 1))))
    octets = calendar_feed("Ünï; “News”, " * 9, files)
    calendar: Any = icalendar.Calendar.from_ical(octets)
    assert len(calendar.walk("VTIMEZONE")) == 1
    starts = [event["dtstart"].dt for event in calendar.walk("VEVENT")]
    assert [one.astimezone(UTC) for one in starts[:2]] == [one.astimezone(UTC) for one in moments]
    assert starts[2] == date(2026, 12, 1)
    assert octets.count(b"C:\\\\News") == 3
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))


def test_the_export_has_the_same_feeds(
    queued: Path, tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**past.SITE, **BOTH}.items():
        monkeypatch.setenv(f"ALERTS_{name}", value)
    root, out = shutil.copytree(queued, tmp_path / "exported"), tmp_path / "out"
    assert alerts("--project", str(root), "archive", "export", str(out)).code == 0
    made = json.loads((out / "archive/sections/news/feed.en.json").read_text("utf-8"))
    assert made["feed_url"] == f"{BASE}/archive/sections/news/feed.en.json"
    assert b"BEGIN:VEVENT" in (out / "archive/events.fr.ics").read_bytes()


def test_past_issues_learn_their_sections_from_what_was_frozen(
    queued: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(queued, tmp_path / "old")
    connection = sqlite_connection(root / "subscribers.db", isolation_level=None)
    db = Database(connection)
    before = _sections(db)
    assert {section for _, section in before} >= {"news", "events"}
    connection.execute("ALTER TABLE archived DROP COLUMN section")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm060_archived_sections'")
    MIGRATIONS.apply(db)
    assert _sections(db) == before


def _sections(db: Database) -> list[tuple[str, str]]:
    months = (OCTOBER, Month(2026, 9))
    return [(one.id, one.section) for month in months for one in archive.pieces(db, month, "en")]
