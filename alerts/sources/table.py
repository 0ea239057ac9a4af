"""A CSV file as a source: one row is one article, with its translations in columns of their own.

Columns, in any order and of any case: url, title, summary, language, published (or date), section,
image, image_alt, author, tags (between commas or semicolons), profile, featured, event_start,
event_end, event_place; and for a language, title_es, summary_es, url_es. Others are ignored. Any
encoding and delimiter that spreadsheets write is read; a bad row is named by its line and the others
are read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from alerts.errors import InputError
from alerts.markup import plain, safe_url
from alerts.model import Article, Event, Translation, day_or_moment
from alerts.project import known_language
from alerts.sentences import shorten
from alerts.sheet import Lines, delimiter_of, restored, rows
from alerts.sources.fetch import Fetched
from alerts.sources.intake import Found, Intake, image

_MOST_ROWS = 2000
_TRANSLATED = re.compile(r"(title|summary|url)[_.:-]([a-z]{2,3}(?:[_-][a-z0-9]{2,8})*)")
_OTHER_NAMES = {
    "link": "url", "address": "url", "date": "published", "description": "summary", "lang": "language",
    "picture": "image", "keywords": "tags", "organisation": "author", "organization": "author",
    "start": "event_start", "end": "event_end", "place": "event_place",
}  # fmt: skip


def read(document: Fetched, intake: Intake) -> Found:
    """The articles of a table; raises `InputError` where it has no columns url and title."""
    place = intake.source.location
    lines = list(Lines([document.body]))
    table = rows(lines, delimiter_of(lines[:20]), lambda _cells, taken: '"' in "".join(taken))
    heading = next(table, None)
    names = [_name(cell) for cell in heading.cells] if heading else []
    if "url" not in names or not any(n == "title" or n.startswith("title_") for n in names):
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
            cells = {n: restored(c).strip() for n, c in zip(names, row.cells, strict=False) if n}
            articles.append(_Row(f"{place}, line {row.line}", cells, intake).article())
        except InputError as fault:
            faults.append(str(fault))
    return Found(tuple(articles), tuple(faults), notes)


def _name(cell: str) -> str:
    """A heading as a field of ours; `title_pt-br` for a translation."""
    name = re.sub(r"\s+", "_", cell.strip().lstrip("\ufeff").lower())
    if (found := _TRANSLATED.fullmatch(name)) and known_language(found[2].replace("_", "-")):
        return f"{found[1]}_{found[2].replace('_', '-')}"
    return _OTHER_NAMES.get(name, name)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: where it stands, its cells by field."""

    place: str
    cells: Mapping[str, str]
    intake: Intake

    def article(self) -> Article:
        """Raises `InputError` that names line and field."""
        get = self.cells.get
        url = safe_url(get("url", ""))
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
            author=plain(get("author", "")),
            tags=re.split(r"[,;|]", get("tags", "")),
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
        text = self.cells.get("language", "").lower().replace("_", "-")
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
        return Event(start, end, plain(self.cells.get("event_place", "")))
