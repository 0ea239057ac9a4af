"""A CSV file as a source: one row is one article, with its translations in columns of their own.

Columns, in any order and of any case: url, title, summary, language, published (or date), section,
image, image_alt, author, tags (between commas or semicolons), profile, featured, event_start,
event_end, event_place, guid, doi, isbn, uid, and each other field of `article.SAID_AS_TEXT`; and for a
language, title_es, summary_es, url_es. Others are ignored. Any encoding and delimiter that spreadsheets
write is read; a bad row is named by its line and the others
are read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from alerts.domain.article import SAID_AS_TEXT, Article, Event, Translation, day_or_moment
from alerts.domain.errors import InputError
from alerts.domain.languages import known_language
from alerts.sources.document import Fetched
from alerts.sources.language_names import language_named
from alerts.sources.normalise import Intake, SourceContent, image
from alerts.text.csv_text import Lines, Row, delimiter_of, restored, rows
from alerts.text.passcodes import without_passcodes
from alerts.text.plain_text import plain, safe_url
from alerts.text.plural import counted
from alerts.text.sentences import shorten

_MOST_ROWS = 2000
_TRANSLATED = re.compile(r"(title|summary|url)[_.:-]([a-z]{2,3}(?:[_-][a-z0-9]{2,8})*)")
_OTHER_NAMES = {
    "link": "url", "address": "url", "date": "published", "description": "summary", "lang": "language",
    "picture": "image", "keywords": "tags", "organisation": "author", "organization": "author",
    "headline": "title", "name_of_document": "title", "abstract": "summary", "abstract_note": "summary",
    "publication_title": "journal", "source_title": "journal", "journal/book": "journal",
    "publication_date": "published", "manual_tags": "tags", "author_keywords": "tags", "tag": "tags",
    "digital_object_identifier": "doi", "doi_link": "url", "website": "url", "web_address": "url",
    "start": "event_start", "end": "event_end", "place": "event_place",
}  # fmt: skip
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


def _resolved(doi: str) -> str:
    """The address of a DOI, for a row that has no other."""
    found = _DOI.fullmatch(doi.strip())
    return safe_url(f"https://doi.org/{found[1]}") if found else ""


def read(document: Fetched, intake: Intake) -> SourceContent:
    """The articles of a table; raises `InputError` where it has no columns url and title."""
    place = intake.source.location
    lines = list(Lines([document.body]))
    table = rows(lines, delimiter_of(lines[:20]), lambda _cells, taken: '"' in "".join(taken))
    heading = next(table, None)
    names = [_name(cell) for cell in heading.cells] if heading else []
    if not {"url", "doi"} & set(names) or not any(
        n == "title" or n.startswith("title_") for n in names
    ):
        raise InputError(
            f"{place}, line 1: a table needs the columns url and title; "
            f"this one has {', '.join(filter(None, names)) or 'none'}"
        )
    articles: list[Article] = []
    faults: list[str] = []
    notes: tuple[str, ...] = ()
    for row in table:
        if len(articles) >= _MOST_ROWS:
            notes = (f"{place}: no more than its first {_MOST_ROWS} rows are taken",)
            break
        try:
            if row.fault:
                raise InputError(f"{place}, line {row.line}: {row.fault}")
            _check_width(row, names, f"{place}, line {row.line}")
            cells = {n: restored(c).strip() for n, c in zip(names, row.cells, strict=False) if n}
            articles.append(_Row(f"{place}, line {row.line}", cells, intake).article())
        except InputError as fault:
            faults.append(str(fault))
    return SourceContent(tuple(articles), tuple(faults), notes)


def _check_width(row: Row, names: list[str], at: str) -> None:
    """Refuse a row with more cells than headings: a comma without quotation marks has moved them."""
    beyond = [cell for cell in row.cells[len(names) :] if cell.strip()]
    if beyond:
        raise InputError(
            f"{at}: {len(names) + len(beyond)} cells for {counted(len(names), 'column')};"
            " put texts with a comma in quotation marks"
        )


def _name(cell: str) -> str:
    """The name of the field for a heading; `title_pt-br` for a translation."""
    name = re.sub(r"\s+", "_", cell.strip().lstrip("\ufeff").lower())
    if (found := _TRANSLATED.fullmatch(name)) and known_language(found[2].replace("_", "-")):
        return f"{found[1]}_{found[2].replace('_', '-')}"
    return _OTHER_NAMES.get(name, name)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its place (file and line), and its cells by field."""

    place: str
    cells: Mapping[str, str]
    intake: Intake

    def article(self) -> Article:
        """Raises `InputError` that names line and field."""
        get = self.cells.get
        url = safe_url(get("url", "")) or _resolved(get("doi", ""))
        if not url:
            raise InputError(f"{self.place}, url: “{get('url', '')[:80]}” is no web address")
        translations = dict(self._translations())
        language = self._language()
        title = plain(get("title", ""))
        if not title and translations:  # a table may name every language in a column of its own
            language = language or next(iter(translations))
            own = translations.get(language, Translation())
            title, summary = own.title, own.summary
        else:
            summary = plain(get("summary", ""))
        if not title:
            raise InputError(f"{self.place}, title: needs a title")
        published = self._when("published")
        article = self.intake.article(
            url=url,
            title=title,
            summary=summary,
            language=language,
            published=published if isinstance(published, datetime) or published is None
            else self.intake.noon(published),
            image=image(get("image", ""), url, get("image_alt", "")) if get("image") else None,
            tags=re.split(r"[,;|]", get("tags", "")),
            marks=[f"{name}:{get(name)}" for name in ("guid", "doi", "isbn", "uid") if get(name)],
            texts={one.name: plain(get(one.name, "")) for one in SAID_AS_TEXT}
            | ({"author": plain(get("journal", ""))} if get("journal") else {}),
        )  # fmt: skip
        translations.pop(article.language, None)
        return replace(
            article,
            section=get("section") or ("events" if get("event_start") else article.section),
            profile=get("profile") or article.profile,
            featured=get("featured", "").lower() in ("1", "yes", "true", "x", "sí", "oui"),
            event=self._event(),
            translations=translations,
        )

    def _language(self) -> str:
        text = language_named(self.cells.get("language", ""))
        if text and not known_language(text):
            raise InputError(
                f"{self.place}, language: unknown language “{text}”; use codes such as en, es"
            )
        return text

    def _translations(self) -> Iterator[tuple[str, Translation]]:
        fields: dict[str, dict[str, str]] = {}
        for name, cell in self.cells.items():
            field, _, language = name.partition("_")
            if cell and language and _TRANSLATED.fullmatch(name):
                fields.setdefault(language, {})[field] = cell
        length = self.intake.settings.sources.summary_length
        for language, words in fields.items():
            summary = shorten(plain(words.get("summary", "")), length)
            title, url = plain(words.get("title", "")), safe_url(words.get("url", ""))
            yield language, Translation(title, summary, url)

    def _when(self, field: str) -> date | datetime | None:
        text = self.cells.get(field, "")
        if not text:
            return None
        try:
            when = day_or_moment(text)
        except ValueError as fault:
            raise InputError(
                f"{self.place}, {field}: “{text[:40]}”: write a date such as 2026-10-31 or "
                "2026-10-31T18:00+01:00"
            ) from fault
        return self.intake.aware(when) if isinstance(when, datetime) else when

    def _event(self) -> Event | None:
        start, end = self._when("event_start"), self._when("event_end")
        if start is None:
            return None
        return Event(start, end, without_passcodes(plain(self.cells.get("event_place", ""))))
