"""No exception text of a library reaches a user: hostile inputs at each border, and what they are told."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.config import load
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import AlertsError
from alerts.editions.catalogue_files import read as read_catalogue
from alerts.editions.environment import environment, render
from alerts.sources import calendar, feed, mailbox, opml, pdf, references, table
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.work import answer
from alerts.sources.document import Fetched
from alerts.sources.front_matter import File
from alerts.sources.local_files import PackedFile, packed
from alerts.sources.normalise import Intake
from alerts.store.integrity import damage
from alerts.text import json_stream

# What gives a library away: names of its classes and functions, and the words of its messages.
TELLTALES = re.compile(
    r"\b[A-Z]\w+(?:Error|Exception|Warning)\b|codec can.t|Expecting |list index|out of range"
    r"|object has no|NoneType|Traceback|not well-formed|mismatched tag|could not find expected"
    r"|while (?:parsing|scanning)"
    r"|mapping values|found (?:undefined|character|unknown)|unexpected (?:char|end of template)"
    r"|expected token"
    r"|encountered unknown|invalid literal|at position \d|column \d|<unicode|<string>|sqlite|urlopen"
    r"|\[Errno|\[SSL|_ssl\.c|content line|no viable|Invalid (?:statement|value|initial)|at 0x[0-9a-f]+",
    re.IGNORECASE,
)  # fmt: skip
OCTETS = (
    b"\xff\xfe\x00",
    b"\x80\x81",
    b"{",
    b'{"items": [',
    b'{"version": 1, "items": [{"id": ]}',
    b"<rss><channel><item><title>&x;",
    b"<a><b></a>",
    b"---\na: b: c\n---\n",
    b"---\n\t- x\n---\n",
    b"---\na: *b\n---\n",
    b"---\na: !x y\n---\n",
    b'---\na: "b\n---\n',
    b"---\na: [b\n---\n",
    b"BEGIN:VCALENDAR\nDTSTART",
    b"BEGIN:VEVENT\nDTSTART:x\nRRULE:y\nEND:VEVENT",
    b'msgid "a"\n',
    b'msgid "a"\nmsgstr[x] "b"\n',
    b'nonsense "x"\n',
    b"{{ a.b }}",
    b"{{ ''.__class__ }}",
    b"{% if %}",
    b"{{ 1/0 }}",
    b"{{ 'a' + 1 }}",
    b"{{ x",
    b"{% nope %}",
    b"{{ 1 | nope }}",
    b"{% block a %}",
    b"{{ a b }}",
    b"{# x",
    b"\0\0\0",
    b"x = \n",
    b"[a\n",
    b'[alert]\nname = "a\n',
    b'[alert]\nname = "\\q"\n',
    b"a.b = 1\na = 2\n",
    b'url,title\n"x',
    b"url\n",
    b"<opml><body><outline",
    b"",
    b"1",
    b"null",
    b"[1,",
    b'{"a":1}\n{"b"',
    b'["\\u12"]',
)


def _intake(kind: SourceKind) -> Intake:
    return Intake(Source(1, "here", kind), Settings(root=Path()))


def _source(
    read: Callable[..., object], kind: SourceKind, *more: object
) -> Callable[[bytes, Path], list[str]]:
    def told(octets: bytes, _: Path) -> list[str]:
        found = read(Fetched("", "", octets), _intake(kind), *more)
        return [*found.faults, *found.notes]  # type: ignore[attr-defined]

    return told


def _mailbox(octets: bytes, _: Path) -> list[str]:
    document = packed([PackedFile("a mail", "1", octets, "")])
    found = mailbox.read(Fetched("", "", document), _intake(SourceKind.MAILBOX))
    return [*found.faults, *found.notes]


def _settings(octets: bytes, folder: Path) -> list[str]:
    (folder / "alerts.toml").write_bytes(octets)
    load.load(folder, {})
    return []


def _template(octets: bytes, folder: Path) -> list[str]:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "x.html").write_bytes(octets)
    render(environment(folder), "x.html", {"a": None})
    return []


def _catalogue(octets: bytes, folder: Path) -> list[str]:
    path = folder / "alerts.po"
    path.write_bytes(octets)
    read_catalogue(path)
    return []


def _json(octets: bytes, _: Path) -> list[str]:
    lines = [item.fault for item in json_stream.lines([octets], "f")]
    return lines + [item.fault for item in json_stream.array([octets], "f")]


def _front_matter(octets: bytes, _: Path) -> list[str]:
    File.read("f.md", "f.md", octets)
    return []


def _opml(octets: bytes, _: Path) -> list[str]:
    list(opml.outlines(octets, "f.opml"))
    return []


def _cell(octets: bytes, _: Path) -> list[str]:
    jobs = [
        Job(Task.READ, "here", kind) for kind in ("feed", "calendar", "table", "folder", "page")
    ]
    return [str(answer(job, octets).get("error", "")) for job in jobs]


BORDERS: dict[str, Callable[[bytes, Path], list[str]]] = {
    "settings": _settings,
    "template": _template,
    "catalogue": _catalogue,
    "json": _json,
    "front matter": _front_matter,
    "opml": _opml,
    "feed": _source(feed.read, SourceKind.FEED),
    "table": _source(table.read, SourceKind.TABLE),
    "mailbox": _mailbox,
    "pdf": _source(pdf.read, SourceKind.PDF),
    "references": _source(references.read, SourceKind.REFERENCES, Job(Task.READ, "here").moment),
    "calendar": _source(calendar.read, SourceKind.CALENDAR, Job(Task.READ, "here").moment),
    "cell": _cell,
}


@pytest.mark.parametrize("border", BORDERS)
def test_what_is_hostile_is_named_in_our_words(border: str, tmp_path: Path) -> None:
    for octets in OCTETS:
        try:
            told = BORDERS[border](octets, tmp_path)
        except AlertsError as fault:
            told = [str(fault)]
        for line in told:
            assert "\n" not in line
            shown = line.replace(str(tmp_path), "")
            assert not TELLTALES.search(shown), (border, octets, shown)


def test_the_sweep_would_see_a_library() -> None:
    for theirs in (
        "ValueError: x",
        "Expecting value: line 1",
        "'utf-8' codec can't decode byte",
        "mismatched tag",
    ):
        assert TELLTALES.search(theirs)


def test_a_damaged_database_is_named_in_our_words(tmp_path: Path) -> None:
    from sqlite_utils import Database

    path = tmp_path / "x.db"
    path.write_bytes(b"SQLite format 3\0" + b"\x10\x00\x01\x01\0" + b"\xff" * 5000)
    for line in damage(Database(path)):
        assert not TELLTALES.search(line), line
