"""A calendar gives the events of the weeks after an issue, when and where they really are."""

import resource
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import calendar
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake, SourceContent
from tests.conftest import Alerts
from tests.http_server import site

HERE = "https://cal.example/events.ics"
BOGOTA = ZoneInfo("America/Bogota")
NOVEMBER = datetime(2026, 11, 1, tzinfo=BOGOTA)

ZONE = """BEGIN:VTIMEZONE
TZID:Our Paris
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def _calendar(*events: str, head: str = "") -> bytes:
    inner = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20261001T000000Z\n{event.strip()}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//t\n{head}{inner}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def _read(body: bytes, url: str = HERE, **source: Any) -> SourceContent:
    settings = Settings(root=Path(), alert=AlertSettings(timezone="America/Bogota"))
    intake = Intake(Source(1, url or "c.ics", SourceKind.CALENDAR, **source), settings)
    return calendar.read(Fetched(url, url, body), intake, NOVEMBER)


def _all(*events: str, head: str = "") -> tuple[Article, ...]:
    return _read(_calendar(*events, head=head)).articles


def _starts(*events: str, head: str = "") -> list[date | datetime]:
    return [article.event.start for article in _all(*events, head=head) if article.event]


def test_an_event_becomes_an_article_with_its_time_and_place() -> None:
    (article,) = _all(
        """DTSTART;TZID=Our Paris:20261105T180000
DTEND;TZID=Our Paris:20261105T200000
SUMMARY;LANGUAGE=fr:Une soirée\\, avec débat & « vin »
DESCRIPTION:<p>On parle de <b>logement</b>.</p><script>x</script>
LOCATION:12\\, rue de la Paix\\, Paris
URL:https://a.example/soiree?utm_source=cal
CATEGORIES:Logement,Droit
ORGANIZER;CN=Maison:mailto:a@b.example
ATTACH;FMTTYPE=image/png:https://a.example/i.png""",
        head=ZONE,
    )
    assert article.event is not None
    assert article.image is not None
    assert article.event.start == datetime(2026, 11, 5, 17, tzinfo=UTC)
    assert article.event.end == datetime(2026, 11, 5, 19, tzinfo=UTC)
    assert (article.event.place, article.event.ics) == ("12, rue de la Paix, Paris", HERE)
    assert (article.title, article.summary) == (
        "Une soirée, avec débat & « vin »",
        "On parle de logement.",
    )
    assert (article.url, article.language, article.section) == (
        "https://a.example/soiree",
        "fr",
        "events",
    )
    assert (article.tags, article.author) == (("Logement", "Droit"), "Maison")
    assert (article.image.url, article.published) == ("https://a.example/i.png", None)


def test_days_without_an_hour_end_on_their_last_day() -> None:
    one, two, three = _all(
        "DTSTART;VALUE=DATE:20261103\nSUMMARY:One",
        "DTSTART;VALUE=DATE:20261104\nDTEND;VALUE=DATE:20261105\nSUMMARY:One too",
        "DTSTART;VALUE=DATE:20261105\nDTEND;VALUE=DATE:20261108\nSUMMARY:Three",
    )
    events = [article.event for article in (one, two, three)]
    assert [(e.start, e.end) for e in events if e] == [
        (date(2026, 11, 3), None), (date(2026, 11, 4), None), (date(2026, 11, 5), date(2026, 11, 7)),
    ]  # fmt: skip


def test_every_way_to_write_a_time_zone_is_read() -> None:
    six = datetime(2026, 11, 5, 18, tzinfo=UTC)
    for start, head in {
        "DTSTART:20261105T180000Z": "",
        "DTSTART;TZID=Europe/Madrid:20261105T190000": "",
        "DTSTART;TZID=Our Paris:20261105T190000": ZONE,
        "DTSTART;TZID=W. Europe Standard Time:20261105T190000": "",
        "DTSTART:20261105T130000": "",  # floating: in the alert's zone
        "DTSTART:20261105T200000": "X-WR-TIMEZONE:Europe/Kyiv\n",
        "DTSTART:20261105T190000": "X-WR-TIMEZONE:Europe/Kyiv\n",
    }.items():
        (got,) = _starts(f"{start}\nSUMMARY:T", head=head)
        if head and "X-WR" in head:  # a floating time stays in the alert's zone
            assert isinstance(got, datetime)
            continue
        assert got == six, (start, got)


def test_rules_of_repetition_and_their_exceptions_are_followed() -> None:
    days = _starts(
        """DTSTART;TZID=Europe/Madrid:20260105T180000
RRULE:FREQ=WEEKLY;BYDAY=TU
EXDATE;TZID=Europe/Madrid:20261110T180000
SUMMARY:Every Tuesday"""
    )
    assert days == [
        datetime(2026, 11, day, 17, tzinfo=UTC) for day in (3, 17, 24)
    ] + [datetime(2026, 12, day, 17, tzinfo=UTC) for day in (1, 8, 15)]  # fmt: skip
    moved = (
        "DTSTART:20261103T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Talk\nURL:https://a.example/talk",
        "DTSTART:20261111T120000Z\nRECURRENCE-ID:20261110T100000Z\nSUMMARY:Talk, moved",
    )
    body = _calendar(*moved).replace(b"UID:1", b"UID:0")
    articles = _read(body).articles
    assert [a.title for a in articles] == ["Talk", "Talk, moved", "Talk"]
    assert len({a.url for a in articles}) == 3
    assert articles == _read(body).articles


def test_what_is_cancelled_private_over_or_far_away_is_left_out() -> None:
    titles = [
        a.title
        for a in _all(
            "DTSTART:20261103T100000Z\nSUMMARY:Cancelled\nSTATUS:CANCELLED",
            "DTSTART:20261103T100000Z\nSUMMARY:Private\nCLASS:PRIVATE",
            "DTSTART:20261103T100000Z\nSUMMARY:Secret\nCLASS:CONFIDENTIAL",
            "DTSTART:20261031T100000Z\nSUMMARY:Over",
            "DTSTART:20270131T100000Z\nSUMMARY:Far away",
            "DTSTART:20261103T100000Z",
            "DTSTART;VALUE=DATE:20261020\nDTEND;VALUE=DATE:20261110\nSUMMARY:Still on",
            "DTSTART:20261103T100000Z\nSUMMARY:Tentative\nSTATUS:TENTATIVE",
        )
    ]
    assert titles == ["Still on", "Tentative"]


def test_an_event_without_an_address_of_its_own_leads_to_the_calendar() -> None:
    body = _calendar("DTSTART:20261103T100000Z\nSUMMARY:A", "DTSTART:20261104T100000Z\nSUMMARY:B")
    urls = [a.url for a in _read(body).articles]
    assert len(set(urls)) == 2
    assert all(url.startswith(f"{HERE}#") for url in urls)
    local = _read(body, url="")
    assert [a.url for a in local.articles] == ["", ""]
    assert "give them a URL" in local.notes[0]
    shared = _calendar(
        *(f"DTSTART:2026110{n}T100000Z\nSUMMARY:{n}\nURL:https://a.example/" for n in (3, 4))
    )
    assert len({a.url for a in _read(shared).articles}) == 2


def test_a_broken_event_spoils_no_other() -> None:
    good = "DTSTART:20261103T100000Z\nSUMMARY:Good\nURL:https://a.example/1"
    for bad in (
        "DTSTART:never\nSUMMARY:Bad", "SUMMARY:No start", "DTSTART:20261103T100000Z\nno colon here",
        "DTSTART:20261199T100000Z\nSUMMARY:Bad", "DTSTART:20261103T100000Z\nRRULE:FREQ=NEVER\nSUMMARY:Rule",
        "DTSTART;TZID=No/Where:20261103T100000\nSUMMARY:Zone", "DTSTART:99991231T235959Z\nSUMMARY:End",
        "BEGIN:VALARM\nSUMMARY:open",
    ):  # fmt: skip
        found = _read(_calendar(good, bad))
        assert "Good" in [a.title for a in found.articles], bad
        assert all("\n" not in fault for fault in found.faults)


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", bytes(range(256))]
)
def test_what_is_no_calendar_is_named_in_one_line(body: bytes) -> None:
    try:
        assert _read(body).articles == ()
    except InputError as fault:
        assert "\n" not in str(fault)  # noqa: PT017


def test_no_rule_of_repetition_takes_long_x4() -> None:
    rules = (
        "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=1", "FREQ=HOURLY",
        f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}",
        f"FREQ=YEARLY;BYSECOND={','.join(map(str, range(60)))};BYMINUTE=1,2,3",
        "FREQ=DAILY;COUNT=999999999", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    )  # fmt: skip
    bombs = [
        _calendar(*(f"DTSTART:{start}T000000Z\nRRULE:{rule}\nSUMMARY:B{n}" for n in range(30)))
        for rule in rules
        for start in ("20261101", "19000101", "00010101")
    ]
    bombs += [
        _calendar(*(f"DTSTART:20261103T1{n % 10}0000Z\nSUMMARY:{n}" for n in range(4000))),
        _calendar("DTSTART:20261103T100000Z\nSUMMARY:" + "x" * 3_000_000),
        _calendar("DTSTART:20261103T100000Z\n" + "ATTENDEE:mailto:a@b.example\n" * 20_000 + "SUMMARY:A"),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 50_000,
    ]  # fmt: skip
    before, worst = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0.0
    for bomb in bombs:
        began = time.process_time()
        try:
            assert len(_read(bomb).articles) <= 300
        except InputError as fault:
            assert "\n" not in str(fault)  # noqa: PT017
        worst = max(worst, time.process_time() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 400, f"{len(bombs)} calendars tried: {grown:.0f} MB, {worst:.1f} s of CPU"


def test_the_issue_of_a_month_shows_the_events_after_it(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = _calendar(
        "DTSTART:20261105T180000Z\nSUMMARY:Assembly\nLOCATION:Town hall",
        "DTSTART:20261006T180000Z\nSUMMARY:Before the issue goes out",
        "DTSTART:20261210T180000Z\nSUMMARY:Next one\nURL:https://a.example/next",
    )
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    monkeypatch.setenv("ALERTS_SOURCES__UPCOMING", "30d")
    with site() as web:
        url = web.serve("/c.ics", body, Content_Type="text/calendar")
        assert alerts("source", "check", url, "--month", "2026-10", "--json").json[0]["event"] == {
            "start": "2026-11-05T18:00:00+00:00", "end": "", "place": "Town hall", "ics": url
        }  # fmt: skip
        assert alerts("source", "add", url).code == 0
        assert "as a calendar" in alerts("source", "add", web.serve("/d.ics", body)).stderr
        alerts("source", "remove", web.url("/d.ics"))
        for counts in ((1, 0), (0, 1)):
            got = alerts("collect", "--month", "2026-10", "--json").json
            assert (got["new"], got["unchanged"], got["failed"]) == (*counts, [])
        assert alerts("collect", "--month", "2026-11", "--json").json["new"] == 1
    (article,) = alerts("article", "list", "--month", "2026-10", "--json").json
    assert (article["title"], article["section"]) == ("Assembly", "events")
    assert alerts("render", "--month", "2026-10", "--out", "out").code == 0
    html = (project / "out" / "2026-10" / "en.html").read_text()
    assert f'href="{url}"' in html
    assert "Town hall" in html
    assert "Calendar file (.ics)" in (project / "out" / "2026-10" / "en.txt").read_text()
