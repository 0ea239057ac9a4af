"""“Add to calendar”: each event of an issue is a file of its own (RFC 5545), frozen with the issue."""

import re
import shutil
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.archive.calendar_file import CalendarFileMaker
from alerts.archive.pieces import articles_of
from alerts.config.load import load
from alerts.domain.archived import ArchivedArticle
from alerts.domain.article import Article, Event, Translation
from alerts.editions.escaping import clean
from alerts.issue.compose import compose
from alerts.store import archive
from alerts.web.archive import under_name
from tests import past
from tests.conftest import Alerts
from tests.factories import database, new_project
from tests.issues import ARTICLES, OCTOBER
from tests.issues import settings as sample
from tests.pages import Served, serve

BASE = "https://alert.example.net/pages"
MADRID = ZoneInfo("Europe/Madrid")
WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
WEBINAR = next(article for article in ARTICLES if article.url.endswith("/webinar"))
DIALOGUE = next(article for article in ARTICLES if article.url.endswith("/dialogue"))
HERE = {**past.SIX, "ALERTS_WEB__BASE_URL": BASE}
SITE = {name.removeprefix("ALERTS_"): value for name, value in HERE.items()}


def _piece(
    title: str = "Talk", summary: str = "", url: str = "https://a.example/1"
) -> ArchivedArticle:
    return ArchivedArticle("0123456789", url, "", clean(title), "en", clean(summary), "es")


def _file(event: Event, piece: ArchivedArticle | None = None, zone: ZoneInfo = MADRID) -> bytes:
    return CalendarFileMaker(zone, "alert.example.net", WHEN).file(piece or _piece(), event)


def _read(octets: bytes) -> Any:
    """The one event of a file, read by another program's parser."""
    calendar: Any = icalendar.Calendar.from_ical(octets)
    assert [part.name for part in calendar.subcomponents if part.name != "VTIMEZONE"] == ["VEVENT"]
    (event,) = calendar.walk("VEVENT")
    assert not event.subcomponents
    return event


def _lines(octets: bytes) -> list[str]:
    """Its content lines, unfolded (RFC 5545 §3.1); what breaks the rules of lines is an error."""
    assert octets.endswith(b"\r\n")
    raw = octets.split(b"\r\n")[:-1]
    assert not [line for line in raw if b"\r" in line or b"\n" in line]
    assert max(map(len, raw)) <= 75
    for line in raw:
        line.decode()  # no letter is cut in two
    return octets.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def _names(octets: bytes) -> list[str]:
    return [re.split("[:;]", line)[0] for line in _lines(octets)]


# --- the octets -----------------------------------------------------------------------------------


def test_a_moment_is_written_in_the_time_zone_of_the_alert() -> None:
    start = datetime(2026, 11, 9, 14, tzinfo=UTC)
    octets = _file(Event(start, start + timedelta(hours=1), "Plaza, 1; Madrid"))
    lines = _lines(octets)
    assert "DTSTART;TZID=Europe/Madrid:20261109T150000" in lines
    assert "DTEND;TZID=Europe/Madrid:20261109T160000" in lines
    assert "DTSTAMP:20261102T090000Z" in lines
    assert "UID:0123456789@alert.example.net" in lines
    assert r"LOCATION:Plaza\, 1\; Madrid" in lines
    assert "URL:https://a.example/1" in lines
    assert "SUMMARY;LANGUAGE=en:Talk" in lines
    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert octets == _file(Event(start, start + timedelta(hours=1), "Plaza, 1; Madrid"))


def test_days_are_days_and_end_the_day_after_the_last() -> None:
    one = _lines(_file(Event(date(2026, 11, 12))))
    assert "DTSTART;VALUE=DATE:20261112" in one
    assert not [line for line in one if line.startswith(("DTEND", "BEGIN:VTIMEZONE", "LOCATION"))]
    three = _lines(_file(Event(date(2026, 11, 12), date(2026, 11, 14))))
    assert "DTEND;VALUE=DATE:20261115" in three
    assert "TRANSP:TRANSPARENT" in three


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (Event(date(2026, 11, 12), datetime(2026, 11, 13, 23, 30, tzinfo=UTC)), date(2026, 11, 15)),
        (
            Event(datetime(2026, 11, 12, 9, tzinfo=UTC), date(2026, 11, 13)),
            datetime(2026, 11, 13, 23, tzinfo=UTC),
        ),
        (Event(date(2026, 11, 12), date(2026, 11, 1)), None),
        (Event(WHEN, WHEN), None),
        (Event(date(9999, 12, 30), date.max), None),
    ],
)
def test_an_end_is_of_the_kind_of_its_start(event: Event, end: date | None) -> None:
    written = _read(_file(event)).get("DTEND")
    assert (written.dt if written else None) == end


def test_an_hour_that_comes_twice_is_told_in_utc() -> None:
    for hour, words in ((0, "20261025T003000Z"), (1, "20261025T013000Z")):
        start = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)  # 02:30 in Madrid, both of them
        assert f"DTSTART:{words}" in _lines(_file(Event(start)))


def test_x4_no_event_lasts_so_long_that_its_file_grows() -> None:
    for year in (1, 1900, 1999, 2027, 2036, 2040, 3000, 9998, 9999):
        there = datetime(year, 12, 30, tzinfo=UTC)
        event = Event(min(WHEN, there), max(WHEN, there))
        octets = _file(event)
        assert len(octets) < 2000, year
        read = _read(octets)
        assert (read["DTSTART"].dt, read["DTEND"].dt) == (event.start, event.end)


@pytest.mark.proof
def test_every_time_zone_is_described_as_it_is() -> None:
    names = sorted(zoneinfo.available_timezones())
    wrong = []
    for name in names:
        start = datetime(2026, 7, 9, 14, tzinfo=UTC)
        octets = _file(Event(start, start + timedelta(days=150)), zone=ZoneInfo(name))
        event = _read(octets)
        parts: list[Any] = icalendar.Calendar.from_ical(octets).walk("VTIMEZONE")
        for part in parts:
            zone = part.to_tz(lookup_tzid=False)  # by the rules in the file, and nobody's own
            for key, moment in (("DTSTART", start), ("DTEND", start + timedelta(days=150))):
                local = event[key].dt.replace(tzinfo=zone)
                wrong += [] if local.astimezone(UTC) == moment else [(name, key)]
        if not parts and "Z\r\n" not in octets.decode().partition("DTSTART")[2][:20]:
            wrong.append((name, "no rules"))
    assert (len(names) > 300, wrong) == (True, [])


_TEXT = st.text(
    st.one_of(
        st.sampled_from(",;:\\\"'\n\r\t|{}=^ المجتمعחברה🎉👩‍👩‍👧é\u0301\u200f\u2066\u2028\x85\x0b"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=300,
)
_MOMENTS = st.datetimes(
    datetime(1980, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
).map(lambda one: one.replace(microsecond=0))  # fmt: skip
_DAYS = st.dates(date(1980, 1, 1), date(2080, 1, 1))
_SPANS = st.one_of(
    st.tuples(_MOMENTS, st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=60)).map(
        lambda one: timedelta(seconds=int(one.total_seconds())))),
    st.tuples(_DAYS, st.none() | st.integers(1, 60).map(lambda days: timedelta(days=days))),
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(_TEXT, _TEXT, _TEXT, _SPANS)
@example("C:\\News", "\\N", "\\\\N", (date(2026, 1, 1), None))
@example("a\r\nBEGIN:VALARM", "\n END:VEVENT", "x" * 400, (date(2026, 1, 1), None))
@example("🎉" * 70, "\\n\\;", "", (datetime(2026, 10, 25, 1, tzinfo=UTC), timedelta(hours=1)))
def test_what_is_read_back_is_what_was_written(
    title: str, summary: str, place: str, span: tuple[Any, timedelta | None]
) -> None:
    start, length = span
    event = Event(start, start + length if length else None, place)
    piece = _piece(title, summary)
    octets = _file(event, piece)
    _lines(octets)
    read = _read(octets)
    assert str(read["SUMMARY"]) == piece.title
    assert str(read.get("DESCRIPTION", "")) == piece.summary
    assert str(read.get("LOCATION", "")) == clean(place)
    assert str(read["URL"]) == piece.url
    assert read["DTSTART"].dt == event.start
    last = timedelta(0) if isinstance(start, datetime) else timedelta(days=1)
    assert (read["DTEND"].dt - last if "DTEND" in read else None) == event.end


# --- injection (X1) -------------------------------------------------------------------------------

_BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029", "\0\r\n",
           "\\n", "\\r\\n", "^n", "%0d%0a", "&#13;&#10;", "=0D=0A", "\r\n ", "\n\t", "\ud800\n")  # fmt: skip
_ATTACKS = ("BEGIN:VALARM", "END:VEVENT", "END:VCALENDAR", "ATTACH:file:///etc/passwd",
            "ATTENDEE:mailto:x@y.example", "METHOD:REQUEST", "RRULE:FREQ=SECONDLY", "URL:javascript:alert(1)",
            "X-A;B=\":c", "BEGIN:VALARM{0}TRIGGER:-PT1M{0}ACTION:PROCEDURE{0}END:VALARM")  # fmt: skip


def _hostile() -> Iterator[Article]:
    number = 0
    for mark in _BREAKS:
        for attack in _ATTACKS:
            payload = f"a{mark}{attack.format(mark)}{mark}b"
            for field in ("title", "summary", "place", "url", "language"):
                number += 1
                url = f"https://h.example/{number}" + (
                    payload.replace("\ud800", "") if field == "url" else ""
                )
                day = date(2026, 11, 1) + timedelta(days=number % 28)
                made = Article(url, f"Title {number}", "S.", section="events", event=Event(day))
                if field == "place":
                    made = replace(made, event=Event(day, None, payload))
                elif field in ("title", "summary", "language"):
                    made = replace(made, **{field: payload})  # type: ignore[arg-type]
                yield made


def test_x1_nothing_that_a_source_says_becomes_a_line() -> None:
    """Through the words of an edition, as `queue` takes them."""
    given = sample(Path("/nonexistent"))
    hostile = compose(OCTOBER, _hostile(), {}, given.alert)
    pieces = list(articles_of(hostile, "en", given, WHEN))
    usual = {"BEGIN", "VERSION", "PRODID", "SUMMARY", "DTSTART", "DTSTAMP", "UID", "DESCRIPTION",
             "LOCATION", "TRANSP", "URL", "END"}  # fmt: skip
    through = []
    for piece in pieces:
        names = _names(piece.ics)
        lines = _lines(piece.ics)
        frame = [line for line in lines if line.startswith(("BEGIN:", "END:"))]
        if (
            set(names) - usual
            or frame != ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"]
            or len(set(names) - {"BEGIN", "END"}) != len(names) - 4
            or any(
                letter < " " or letter in "\x7f\x85\u2028\u2029"
                for line in lines
                for letter in line
            )
            or not str(_read(piece.ics).get("URL", "https:")).startswith("https:")
        ):
            through.append(piece)
    assert (len(pieces), through) == (len(_BREAKS) * len(_ATTACKS) * 5, [])


# --- the files of an issue ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sent_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has sent an issue with two events; made once, to be copied."""
    project = new_project(tmp_path_factory.mktemp("sent") / "project")
    db = database(project)
    talk = replace(WEBINAR, translations={"es": Translation("Seminario, en línea", "Una hora.")})
    past.send(db, load(project, HERE), OCTOBER, (ARTICLES[0], talk, DIALOGUE))
    db.close()
    return project


@pytest.fixture
def sent(sent_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that project, and the current folder."""
    for name, value in HERE.items():
        monkeypatch.setenv(name, value)
    project = shutil.copytree(sent_once, tmp_path / "project")
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def served(sent: Path) -> Iterator[Served]:
    """Its pages."""
    with serve(sent, **SITE) as running:
        yield running


def test_the_mail_leads_to_a_file_that_is_there(sent: Path, served: Served, alerts: Alerts) -> None:
    for language, title in (("en", "Webinar"), ("es", "Seminario, en línea"), ("ar", "Webinar")):
        edition = archive.edition(served.db, OCTOBER, language)
        assert edition is not None
        links = re.findall(r'href="([^"]+\.ics)"', edition.html)
        assert len(links) == 2
        for link in links:
            assert link in edition.text
            assert link.startswith(f"{BASE}/archive/2026-10/{language}/")
        answer = served.get(f"archive/2026-10/{language}/{WEBINAR.id}.ics")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        event = _read(answer.content)
        assert (str(event["SUMMARY"]), event["DTSTART"].dt) == (title, WEBINAR.event.start)  # type: ignore[union-attr]
        assert str(event["UID"]) == f"{WEBINAR.id}@alert.example.net"
        named = answer.headers["content-disposition"]
        assert named.startswith("attachment; filename=\"event.ics\"; filename*=UTF-8''")
        assert unquote(named.rpartition("''")[2]) == f"{title}.ics"


def test_a_file_comes_with_the_headers_of_the_archive(served: Served) -> None:
    path = f"archive/2026-10/en/{WEBINAR.id}.ics"
    page, file = served.get("archive/2026-10/en"), served.get(path)
    for name in ("x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy",
                 "cross-origin-opener-policy", "cross-origin-resource-policy", "cache-control"):  # fmt: skip
        assert file.headers[name] == page.headers[name]
    assert "default-src 'none'" in file.headers["content-security-policy"]
    assert not file.headers.get("set-cookie")
    again = served.get(path, headers={"If-None-Match": file.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = served.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert served.client.post(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        f"2026-10/en/{ARTICLES[0].id}.ics", "2026-10/en/0000000000.ics", f"2026-10/xx/{WEBINAR.id}.ics",
        f"2026-09/en/{WEBINAR.id}.ics", f"2026-13/en/{WEBINAR.id}.ics", f"2026-10/en/{WEBINAR.id}",
        f"2026-10/en/{WEBINAR.id}.ICS", "2026-10/en/.ics", "2026-10/en/..%2f..%2falerts.toml.ics",
        f"2026-10/en/%00{WEBINAR.id}.ics", f"2026-10/en/{WEBINAR.id}.ics/",
    ],
)  # fmt: skip
def test_x17_paths_that_are_no_file_are_missing(served: Served, path: str) -> None:
    assert served.get(f"archive/{path}").status_code == 404


@pytest.mark.parametrize(
    "title", ['A"; x=\r\nSet-Cookie: a', "../../x", "é🎉" * 80, "...", " / ", "a%00"]
)
def test_x1_x17_the_name_of_a_file_is_a_name(title: str) -> None:
    named = under_name(title)
    assert re.fullmatch(
        r'attachment; filename="event\.ics"; filename\*=UTF-8\'\'[A-Za-z0-9_.~%-]+', named
    )
    assert not set(unquote(named.rpartition("''")[2]).removesuffix(".ics")) & set(
        '/\\:*?"<>|%.\r\n'
    )


def test_a_file_stays_as_it_was_frozen(served: Served) -> None:
    path = f"archive/2026-10/en/{DIALOGUE.id}.ics"
    before = served.get(path).content
    served.db.conn.execute("UPDATE articles SET found = json_set(found, '$.title', 'Edited')")
    served.db.conn.execute("DELETE FROM deliveries")
    assert served.get(path).content == before


@pytest.mark.parametrize("base", [BASE, "https://moved.example.net"])
def test_the_archive_page_leads_to_its_own_files(sent: Path, base: str) -> None:
    """Also after the pages have moved to another address."""
    with serve(sent, **{**SITE, "WEB__BASE_URL": base}) as running:
        page = running.get("archive/2026-10/es").text
        links = [unescape(one) for one in re.findall(r'href="([^"]+\.ics)"', page)]
        assert len(links) == 2
        for link in links:
            assert link.startswith("../../archive/2026-10/es/")
            assert running.get(link.removeprefix("../../")).status_code == 200


def test_verify_proves_the_files_too(sent: Path, alerts: Alerts) -> None:
    assert alerts("archive", "verify").stdout == "6 editions, 0 altered\n"
    where = "WHERE article_id = ? AND language = 'fr'"
    db = database(sent)
    kept = db.conn.execute(f"SELECT ics FROM archived {where}", (WEBINAR.id,)).fetchone()[0]
    for other in (kept.replace(b"T15", b"T16"), b""):
        with db.atomic():
            db.conn.execute(f"UPDATE archived SET ics = ? {where}", (other, WEBINAR.id))
        bad = alerts("archive", "verify")
        assert bad.code == 1
        assert f"2026-10, fr: altered since it was frozen: {WEBINAR.id}.ics\n" in bad.stderr
    with db.atomic():
        db.conn.execute(f"UPDATE archived SET ics = ? {where}", (kept, WEBINAR.id))
        db.conn.execute(f"UPDATE archived SET ics = ? {where}", (kept, ARTICLES[0].id))
    assert (
        f"fr: altered since it was frozen: {ARTICLES[0].id}.ics\n"
        in alerts("archive", "verify").stderr
    )
    db.close()


def test_an_export_has_the_files_and_its_pages_find_them(sent: Path, alerts: Alerts) -> None:
    assert alerts("archive", "export", "site").code == 0
    with database(sent).conn as conn:
        rows = conn.execute(
            "SELECT language, article_id, ics FROM archived WHERE ics <> x''"
        ).fetchall()
    assert len(rows) == 12
    for language, article, octets in rows:
        folder = sent / "site/archive/2026-10" / language
        assert (folder / f"{article}.ics").read_bytes() == octets
        page = (folder / "index.html").read_text(encoding="utf-8")
        (link,) = re.findall(rf'href="([^"]+{article}\.ics)"', page)
        assert (folder / link).resolve() == folder / f"{article}.ics"
    assert alerts("archive", "export", "site", "--json").json["written"] == []


def test_events_without_room_in_the_mail_have_their_file_below(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.editions.size_limit.LIMIT", 9_000)
    db = database(project)
    given = load(project, HERE)
    past.send(db, given, OCTOBER, (DIALOGUE, WEBINAR))
    db.close()
    with serve(project, **SITE) as running:
        page = running.get("archive/2026-10/en").text.partition('id="more"')[2]
        links = re.findall(r'href="([^"]+\.ics)"', page)
        assert links
        for link in links:
            assert running.get(link.removeprefix("../../")).status_code == 200


def test_without_an_address_of_the_pages_the_calendar_itself_is_linked(
    project: Path, alerts: Alerts
) -> None:
    feed = "https://a.example/all.ics"
    db = database(project)
    event = replace(WEBINAR.event, ics=feed)  # type: ignore[type-var]
    past.send(db, past.settings_of(project), OCTOBER, (replace(WEBINAR, event=event),))
    edition = archive.edition(db, OCTOBER, "en")
    assert edition is not None
    assert f'href="{feed}"' in edition.html
    assert feed in edition.text
    assert "Add to calendar" not in edition.html + edition.text
    db.close()


def test_an_approval_signs_the_moments_of_events(project: Path, alerts: Alerts) -> None:
    """The card of an event of several days names no hour; its file does."""
    month = ("--month", "2026-10")
    add = ("article", "add", "--url", "https://a.example/e", "--title", "Event", *month)
    assert (
        alerts(
            *add, "--event-start", "2026-11-12T09:00+01:00", "--event-end", "2026-11-14T12:00+01:00"
        ).code
        == 0
    )
    assert alerts("issue", "approve", *month, "--by", "Ann").code == 0
    changed = alerts("article", "edit", "Event", "--event-end", "2026-11-14T13:00+01:00", *month)
    assert "approval by Ann is void" in changed.stderr
