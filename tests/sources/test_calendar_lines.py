"""The line, not the document, is the unit of failure of a calendar: the rest is read, the loss is told."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import calendar
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent

CASES = Path(__file__).parents[1] / "data" / "calendars"
HERE = "https://cal.example/c.ics"
GOOD = "DTSTART:20261103T100000Z\nSUMMARY:Good\nURL:https://a.example/1"
TEN = datetime(2026, 11, 3, 10, tzinfo=UTC)


def _read(body: bytes, zone: str = "America/Bogota") -> SourceContent:
    settings = Settings(root=Path(), alert=AlertSettings(timezone=zone))
    intake = Intake(Source(1, HERE, SourceKind.CALENDAR), settings)
    since = datetime(2026, 11, 1, tzinfo=settings.zone)
    return calendar.read(Fetched(HERE, HERE, body), intake, since)


def _event(inner: str, uid: str = "u") -> str:
    return f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261001T000000Z\n{inner}\nEND:VEVENT\n"


def _file(*parts: str) -> bytes:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//t\n{''.join(parts)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def _one(inner: str, *head: str) -> SourceContent:
    """A calendar with one good event, and this one."""
    return _read(_file(*head, _event(GOOD, "good"), _event(inner)))


def _titles(found: SourceContent) -> set[str]:
    return {article.title for article in found.articles}


def _start(found: SourceContent, title: str) -> date | datetime:
    (event,) = (article.event for article in found.articles if article.title == title)
    assert event is not None
    return event.start


@pytest.mark.parametrize(
    ("name", "titles", "told"),
    [
        ("badalarm", {"good1", "good2"}, "line 11: “rubbish line” is no property"),
        ("badtz", {"good1"}, "line 8: TZOFFSETFROM: “+5744” is no offset from UTC"),
        ("unfolded_cal", {"good1"}, "line 5: continues X-WR-CALDESC in line 4"),
    ],
)
def test_the_calendars_that_were_refused_whole_are_read(
    name: str, titles: set[str], told: str
) -> None:
    found = _read((CASES / f"{name}.ics").read_bytes())
    assert _titles(found) == titles
    (line,) = (*found.faults, *found.notes)
    assert told in line
    if name == "badtz":  # the offset that can be right is kept
        assert _start(found, "good1") == datetime(2026, 11, 10, 9, tzinfo=UTC)


def test_a_space_before_a_colon_costs_no_event() -> None:
    found = _one("DTSTART :20261103T100000Z\nSUMMARY :Spaced\nLOCATION ; LANGUAGE=en :Lima")
    assert (_titles(found), found.faults) == ({"Good", "Spaced"}, ())
    assert _start(found, "Spaced") == TEN


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("DTSTART:00000101T000000Z", "line 11: DTSTART: the year 0000 is not between"),
        ("DTSTART:99991231T235959Z", "line 11: DTSTART: the year 9999 is not between"),
        ("DTSTART:20261103T100000+9999", "line 11: DTSTART: “+9999” is no offset from UTC"),
        ("DTSTART:20261103T250000Z", "line 11: DTSTART: there is no time 25:00:00"),
        ("DTSTART:20260230", "line 11: DTSTART: there is no day 2026-02-30"),
        ("DTSTART:next Tuesday", "line 11: DTSTART: “next Tuesday” is no date"),
        ("COMMENT:none", "line 9: the event has no start (DTSTART)"),
    ],
)
def test_an_event_without_a_start_loses_only_itself_and_is_named(start: str, told: str) -> None:
    others = [_event(f"DTSTART:20261103T100000Z\nSUMMARY:{n}", str(n)) for n in range(100)]
    body = _file(
        *others[:1], _event(f"{start}\nSUMMARY:Bad").replace("DTSTAMP", "CREATED"), *others[1:]
    )
    if start.startswith("COMMENT"):
        body = body.replace(b"COMMENT:none\r\n", b"")
    found = _read(body)
    assert _titles(found) == {str(n) for n in range(100)}
    (fault,) = found.faults
    line = body.decode().splitlines().index("BEGIN:VEVENT", 5) + 1
    assert told.replace("line 9", f"line {line}").replace("line 11", f"line {line + 3}") in fault, (
        fault
    )
    assert "“Bad” is left out" in fault


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        ("DTSTART:20261103T050000-0500", TEN),
        ("DTSTART:2026-11-03T10:00:00Z", TEN),
        ("DTSTART:20261103T1000Z", TEN),
        ("DTSTART;TZID=GMT-0500:20261103T050000", TEN),
        ("DTSTART;TZID=UTC+2:20261103T120000", TEN),
        ('DTSTART;TZID="UTC+05:30":20261103T153000', TEN),
        ("DTSTART;TZID=Eastern Standard Time:20261103T050000", TEN),
        ("DTSTART;TZID=tzone://Microsoft/Utc:20261103T100000", TEN),
        ('DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20261103T050000', TEN),
        ("DTSTART;TZID=(UTC+01:00) Amsterdam\\, Berlin:20261103T110000", TEN),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Berlin:20261103T110000", TEN),
        ("DTSTART;TZID='europe/berlin':20261103T110000", TEN),
        ("DTSTART;VALUE=DATE:20261103T000000", date(2026, 11, 3)),
        ("DTSTART;TZID=Europe/Paris:20261103", date(2026, 11, 3)),
        ("DTSTART:20261102T240000Z", datetime(2026, 11, 3, tzinfo=UTC)),
    ],
)
def test_dates_and_zones_are_read_however_programs_write_them(
    start: str, moment: date | datetime
) -> None:
    found = _one(f"{start}\nSUMMARY:It")
    assert found.faults == ()
    assert _start(found, "It") == moment


def test_a_zone_that_nobody_knows_is_told_and_read_in_the_next_best() -> None:
    inner = "DTSTART;TZID=Mars/Olympus:20261103T100000\nSUMMARY:It"
    found = _one(inner)
    assert _start(found, "It") == datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert "line 14: nobody knows the time zone “Mars/Olympus”; read in the alert" in found.notes[0]
    found = _one(inner, "X-WR-TIMEZONE:Europe/Kyiv\n")
    assert _start(found, "It") == datetime(2026, 11, 3, 8, tzinfo=UTC)
    assert "(Europe/Kyiv)" in found.notes[0]


@pytest.mark.parametrize(
    ("rules", "hour", "told"),
    [
        ("BEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0530\nEND:STANDARD\n", 10 - 5.5, ""),
        ("BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0300\n", 7, ""),
        (
            "BEGIN:STANDARD\nDTSTART:00000101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
            "RRULE:FREQ=YEARLY;BYDAY=LAST\nEND:STANDARD\n",
            7,
            "line 10: RRULE: “BYDAY=LAST” is no part of a rule",
        ),
        (
            "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
            "RRULE:FREQ=SECONDLY\nEND:STANDARD\n",
            7,
            "line 10: RRULE: “FREQ=SECONDLY” is too often",
        ),
        ("X-LIC-LOCATION:Europe/Kyiv\n", 8, ""),
        (
            "BEGIN:STANDARD\nTZOFFSETTO:+9900\nEND:STANDARD\n",
            15,
            "line 7: TZOFFSETTO: “+9900” is no offset",
        ),
    ],
)  # fmt: skip
def test_a_zone_of_its_own_making_keeps_the_rules_that_can_be_right(
    rules: str, hour: float, told: str
) -> None:
    zone = f"BEGIN:VTIMEZONE\nTZID:My Zone\n{rules}END:VTIMEZONE\n"
    inner = "DTSTART;TZID=My Zone:20261103T100000\nSUMMARY:It"
    for head, tail in ((zone, ""), ("", zone)):  # a zone may stand behind what names it
        found = _read(_file(head, _event(inner), tail))
        assert _start(found, "It") == datetime(2026, 11, 3, tzinfo=UTC) + timedelta(hours=hour)
        assert bool(told) == bool(found.faults)
    found = _read(_file(zone, _event(inner)))
    assert told in "".join(found.faults)


@pytest.mark.parametrize(
    ("line", "dates", "told"),
    [
        ("DTEND:20261101T100000Z", 1, "line 15: DTEND: the end is before the start"),
        ("DTEND;VALUE=DATE:20261105", 1, "line 15: DTEND: a day and a time do not go together"),
        ("DURATION:soon", 1, "line 15: DURATION: “SOON” is no length of time"),
        ("RRULE:FREQ=WEEKLY;BYDAY=XX", 1, "line 15: RRULE: “BYDAY=XX” is no part of a rule"),
        ("RRULE:every week", 1, "line 15: RRULE: “every week” is no part of a rule"),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:never,20261110T100000Z", 2, "line 16: EXDATE: “never”"),
        ("RDATE:20261199T000000Z,20261112T100000Z", 2, "line 15: RDATE: there is no day 2026-11-99"),
        ("RECURRENCE-ID:junk", 1, "line 15: RECURRENCE-ID: “junk” is no date"),
        ("GEO:abc\nPRIORITY:high\nATTENDEE;CN=\"a:mailto:b", 1, ""),
        ("RRULE:FREQ=WEEKLY;UNTIL=20261111", 2, ""),
    ],
)  # fmt: skip
def test_a_property_that_cannot_be_read_costs_only_itself(line: str, dates: int, told: str) -> None:
    found = _one(f"DTSTART:20261103T100000Z\n{line}\nSUMMARY:It")
    titles = [article.title for article in found.articles]
    assert (titles.count("It"), titles.count("Good")) == (dates, 1)
    assert told in "".join(found.faults)
    assert bool(told) == bool(found.faults)


def test_ends_and_beginnings_that_are_missing_cost_nothing() -> None:
    a, b = (
        _event("DTSTART:20261103T100000Z\nSUMMARY:A", "a"),
        _event("DTSTART:20261103T100000Z\nSUMMARY:B", "b"),
    )
    end, calendar_end = "END:VEVENT\n", b"END:VCALENDAR\r\n"
    for body in (
        _file(a.removesuffix(end), b),
        _file(a, b.removesuffix(end)),
        _file(a, b).removesuffix(calendar_end),
        (a + b).encode(),
        _file(a) + _file(b),
        _file(f"{a.removesuffix(end)}BEGIN:VALARM\nTRIGGER:-P\n", b),
    ):
        found = _read(body)
        assert (_titles(found), found.faults) == ({"A", "B"}, ()), body
    found = _read(_file(a, "rubbish\nEND:VTODO\n{}\n", b))
    assert _titles(found) == {"A", "B"}
    assert [fault.partition(", ")[2][:8] for fault in found.faults] == [
        "line 10:",
        "line 11:",
        "line 12:",
    ]


def test_a_text_that_was_not_folded_is_read_whole() -> None:
    inner = (
        "DTSTART:20261103T100000Z\nSUMMARY:A long\ntitle\nDESCRIPTION:First.\nAgenda: second.\n"
        "  Third.\nLOCATION:Room 5\nsecond floor"
    )
    found = _one(inner)
    article = next(article for article in found.articles if article.title != "Good")
    assert article.event is not None
    assert (article.title, article.summary, article.event.place) == (
        "A long title",
        "First. Agenda: second. Third.",
        "Room 5 second floor",
    )
    assert [note.partition(": ")[0][-7:] for note in found.notes] == [
        "line 16",
        "line 18",
        "line 21",
    ]
    assert found.faults == ()


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252"]
)
def test_any_encoding_and_line_end_is_read(encoding: str, ends: str) -> None:
    text = _file(_event("DTSTART:20261103T100000Z\nSUMMARY:Réunion à Málaga", "é")).decode()
    found = _read(text.replace("\r\n", ends).encode(encoding))
    assert _titles(found) == {"Réunion à Málaga"}
    assert found.faults == ()


def test_events_with_the_same_identifier_or_none_are_all_read() -> None:
    three = [f"DTSTART:2026110{day}T100000Z\nSUMMARY:{day}" for day in (3, 4, 5)]
    assert _titles(_read(_file(*map(_event, three)))) == {"3", "4", "5"}
    without = _file(*map(_event, three)).replace(b"UID:u\r\n", b"")
    urls = {article.url for article in _read(without).articles}
    assert len(urls) == 3
    moved = _read(without.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nX-A:1\r\n"))
    assert {article.url for article in moved.articles} == urls  # not by the number of the line


@pytest.mark.parametrize(
    "inner",
    [
        "SUMMARY:Busy", "SUMMARY:(Busy)", "SUMMARY:busy.", "SUMMARY:Ocupado", "SUMMARY:Occupé",
        "SUMMARY:Privé", "SUMMARY:Занят", "SUMMARY:مشغول", "SUMMARY:Out of office",
        "SUMMARY:Talk\nCLASS:PRIVATE",
        "SUMMARY:Talk\nCLASS:confidential", "TRANSP:OPAQUE", "SUMMARY:Tentative",
    ],
)  # fmt: skip
def test_private_events_and_blocks_are_left_out_and_counted(inner: str) -> None:
    found = _one(f"DTSTART:20261103T100000Z\nRRULE:FREQ=DAILY;COUNT=3\n{inner}")
    assert _titles(found) == {"Good"}
    assert found.notes == (f"{HERE}: 1 private or busy event left out",)
    assert found.faults == ()


def test_an_event_of_a_busy_person_is_no_block() -> None:
    for title in (
        "Busy streets: a walk",
        "Free lunch",
        "Private prisons, public harm",
        "Frei wählen",
    ):
        assert title in _titles(
            _one(f"DTSTART:20261103T100000Z\nTRANSP:TRANSPARENT\nSUMMARY:{title}")
        )


def test_thousands_of_bad_lines_are_told_in_few() -> None:
    found = _read(_file(_event(GOOD), *(f"rubbish {n}\n" for n in range(3000))))
    assert _titles(found) == {"Good"}
    assert len(found.faults) == 11
    assert "2,990 more parts left out" in found.faults[-1]


_LINES = st.sampled_from(
    [
        "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "BEGIN:VTIMEZONE", "END:VTIMEZONE",
        "TZID:X", "SUMMARY", "END:VCALENDAR",
        "DTSTART;TZID=X:20261104T100000", "RRULE:FREQ=DAILY", "DTSTART:", ":", ";", " folded",
        "EXDATE:,,", "X-WR-TIMEZONE:", "DTSTART;VALUE=DATE",
        "BEGIN:", "END:", "\x00", "TZOFFSETTO:+0000",
        "BEGIN:STANDARD", "END:STANDARD", "DTEND:20261105", "DURATION:P1D", "RECURRENCE-ID:20261104T100000Z",
        "RDATE;VALUE=PERIOD:20261104T100000Z/PT1H",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_LINES, st.text(max_size=30)), max_size=25))
def test_no_lines_between_two_events_cost_either_of_them(lines: list[str]) -> None:
    first = _event("DTSTART:20261103T100000Z\nSUMMARY:First", "first")
    last = "BEGIN:VCALENDAR\n" + _event("DTSTART:20261103T100000Z\nSUMMARY:Last", "last")
    between = "".join(f"{line}\n" for line in lines if "END:VCALENDAR" not in line)
    try:
        found = _read(_file(first, between + "END:VCALENDAR\n", last))
    except InputError as fault:
        assert "nested too deeply" in str(fault)  # noqa: PT017
        return
    assert {"First", "Last"} <= _titles(found)
    assert all(fault.startswith(HERE) and "\n" not in fault for fault in found.faults)


def test_passcodes_never_get_into_an_article() -> None:
    found = _one(
        "DTSTART:20261103T100000Z\nSUMMARY:Talk (Passcode: 446688)\nURL:https://zoom.us/j/1?pwd=446688\n"
        "LOCATION:https://zoom.us/j/1?pwd=446688\nDESCRIPTION:About homes.\\nMeeting ID: 446 688 123\\n"
        "Passcode: 446688"
    )
    article = next(article for article in found.articles if article.title != "Good")
    assert "446" not in repr(article)
    assert (article.title, article.summary) == ("Talk", "About homes.")
