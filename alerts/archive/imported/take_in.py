"""Use case: import the old issues of an export into the archive.

Each file is read by itself and stored in a transaction of its own, so one that cannot be read leaves the
others, and after a kill the same command goes on. A file that was imported before is known by its octets
and changes nothing, also when its words were erased since. Nothing is ever mailed.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from alerts.archive.imported.day import day_of
from alerts.archive.imported.export import TABLES, Export, opened
from alerts.archive.imported.mail import OldMail, read_mail
from alerts.archive.imported.personal import Reader
from alerts.archive.imported.table import TableRow, TableRows, read_table
from alerts.archive.imported.words import read_html
from alerts.domain.errors import InputError
from alerts.domain.imported import ImportedIssue
from alerts.domain.languages import known_language
from alerts.sources.language_guess import guess
from alerts.store import audit_log, imported_issues, transaction
from alerts.text.decoding import received
from alerts.text.plain_text import tidy

_LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file, or row of a table: `imported`, `unchanged`, `skipped` or `failed`, with the
    reason of the last two. `key` is that of the issue."""

    file: str
    fate: str
    key: str = ""
    language: str = ""
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IssueImportOptions:
    """How to import: the `day` and `language` of all files, where they are given; `ours` are the domains
    whose addresses may stay in the words."""

    zone: ZoneInfo
    day: date | None = None
    language: str = ""
    ours: frozenset[str] = frozenset()
    dry_run: bool = False


@dataclass(slots=True)
class _Old:
    """One document of an export, read; `row` is what a table says of it."""

    file: str
    source: str
    row: TableRow
    mail: OldMail

    @property
    def reader(self) -> Reader:
        return self.mail.reader


@dataclass(slots=True)
class _Import:
    """An import that is under way; `taken` are the keys that are given."""

    db: Database
    options: IssueImportOptions
    now: datetime
    by: str
    taken: set[tuple[str, str]]
    sources: dict[str, str] = field(default_factory=dict)


def import_issues(
    db: Database, path: Path, options: IssueImportOptions, now: datetime, by: str
) -> tuple[FileOutcome, ...]:
    """Import an export: a folder, a ZIP or a file. Raises `InputError` where there is nothing in it."""
    work = _Import(db, options, now, by, imported_issues.taken(db))
    with opened(path) as export:
        fates = list(_files(work, export))
    if not fates:
        raise InputError(f"{path}: holds no issue")
    done = sum(one.fate == "imported" for one in fates)
    if done and not options.dry_run:
        with transaction(db):
            audit_log.record(
                db, now, "archive.imported", detail={"by": by, "issues": done, "from": path.name}
            )
    return tuple(fates)


def _files(work: _Import, export: Export) -> Iterator[FileOutcome]:
    tables: list[TableRow] = []
    for name in export.names:
        if name.lower().endswith(TABLES):
            try:
                tables += read_table(export.read(name), name)
            except InputError as fault:
                yield FileOutcome(name, "failed", reason=str(fault))
    rows = TableRows(tables)
    for name in export.names:
        if not name.lower().endswith(TABLES):
            row = rows.of(name)
            yield _one(work, name, row, partial(export.read, name))
    for row in rows.of_themselves():
        yield _one(work, row.place, row, row.body.encode)


def _one(work: _Import, name: str, row: TableRow, read: Callable[[], bytes]) -> FileOutcome:
    """The fate of one document."""
    if not row.sent:
        return FileOutcome(name, "skipped", reason=f"{row.place} says that it is “{row.status}”")
    try:
        octets = read()
        source = hashlib.sha256(octets).hexdigest()
        key = work.sources.get(source) or imported_issues.known(work.db, source)
        if key:
            return FileOutcome(name, "unchanged", key)
        issue = _issue(work, _Old(name, source, row, _read(octets, name, work.options)))
    except InputError as fault:
        return FileOutcome(name, "failed", reason=str(fault))
    work.sources[source] = issue.key
    work.taken.add((issue.key, issue.language))
    if not work.options.dry_run:
        with transaction(work.db):
            imported_issues.add(work.db, issue, name, source, work.now)
    return FileOutcome(name, "imported", issue.key, issue.language, issue.subject)


def _read(octets: bytes, name: str, options: IssueImportOptions) -> OldMail:
    """A document of any kind, as a message."""
    kind = PurePosixPath(name).suffix.lower()
    if kind == ".eml":
        return read_mail(octets, name)
    text, meta = received(octets), dict[str, str]()
    if kind not in (".html", ".htm"):
        text, meta = _front(text)
        if "<p" not in text.lower() and "<td" not in text.lower():
            text = _of_markdown(text)
    words = read_html(text)
    subject = meta.get("subject") or meta.get("title") or ""
    dated = meta.get("date") or meta.get("publish_date") or meta.get("published") or ""
    return OldMail(subject, dated, meta.get("language", ""), words, Reader(ours=options.ours))


def _front(text: str) -> tuple[str, dict[str, str]]:
    """A text in Markdown, and the simple lines of its front matter."""
    if not text.startswith("---"):
        return text, {}
    front, end, body = text[3:].partition("\n---")
    pairs = (line.partition(":") for line in front.splitlines())
    return (body if end else text), {k.strip().lower(): v.strip().strip("\"'") for k, _, v in pairs}


def _of_markdown(text: str) -> str:
    from markdown_it import MarkdownIt  # takes 60 ms

    return str(MarkdownIt("commonmark", {"html": False}).render(text))


def _issue(work: _Import, old: _Old) -> ImportedIssue:
    """The issue that a document is; raises `InputError`."""
    html, text = old.mail.words.shown(old.reader)
    if not text:
        raise InputError(f"{old.file}: has no words to show")
    language = _language(work.options, old, text)
    day = _day(work, old)
    return ImportedIssue(_key(work, day, language), language, _subject(old, text), html, text)


def _subject(old: _Old, text: str) -> str:
    titles = (old.row.subject, old.mail.subject, old.row.name, old.mail.words.title)
    cleaned = (tidy(old.reader.words(title)) for title in (*titles, text.partition("\n")[0]))
    return next(filter(None, cleaned), old.file)[:_LONGEST_SUBJECT]


def _language(options: IssueImportOptions, old: _Old, text: str) -> str:
    """By the option, the table, the message, or the page unless its words are surely in another one."""
    said = (old.row.language, old.mail.language, old.mail.words.language)
    tags = [tag for one in said if known_language(tag := one.strip().lower().replace("_", "-"))]
    if options.language or (old.row.language and tags):
        return options.language or tags[0]
    found = guess(text)
    if tags and not (found.certain and found.language != tags[0].partition("-")[0]):
        return tags[0]
    if not found.sure:
        raise InputError(
            f"{old.file}: names no language, and its words are not clear; give --language"
        )
    return found.language


def _day(work: _Import, old: _Old) -> date:
    said = (old.row.date, old.mail.date)
    day = work.options.day or day_of(said, old.file, old.mail.words.dates, work.options.zone)
    if day is None:
        raise InputError(
            f"{old.file}: has no date: give --date YYYY-MM-DD, or put beside it a table dates.csv with the"
            " columns file,date"
        )
    if day > (work.now + timedelta(days=1)).date() or day.year < 1990:
        raise InputError(f"{old.file}: {day} cannot be the day on which it was sent; give --date")
    return day


def _key(work: _Import, day: date, language: str) -> str:
    """A key that is free in that language: the day, or a further one of it."""
    key, number = day.isoformat(), 1
    while (key, language) in work.taken:
        number += 1
        key = f"{day.isoformat()}-{number}"
    return key
