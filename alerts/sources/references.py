"""Lists of references as Zotero, Mendeley, EndNote and libraries export them: RIS and CSL-JSON.

One record is one article. The link is its address, else its DOI. A record without title or link is left
out and told, and the others stay; so is one that only says that it is of an earlier year.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from alerts.domain.article import Article
from alerts.domain.languages import known_language
from alerts.sources import csl_json, ris
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.language_names import language_named
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.reference import Reference
from alerts.text.plain_text import plain, safe_url, tidy
from alerts.text.plural import counted

_MOST = 2000
_DOI = re.compile(r"(?:doi:?\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _List:
    """A list that is read for the issue that ends at `since`."""

    intake: Intake
    since: datetime
    dropped: Dropped

    def articles(self, records: Iterable[Reference]) -> Iterator[Article | None]:
        """The article of each record; None for one of an earlier year."""
        for record in records:
            wrong = "it has no title" if not plain(record.title) else ""
            link = _link(record)
            wrong = wrong or ("it has neither a web address nor a DOI" if not link else "")
            if wrong:
                about = f" (“{plain(record.title)[:60]}”)" if plain(record.title) else ""
                self._drop(record, f"{wrong}{about}")
                continue
            published = self._published(record.date)
            old = record.date[:4].isdigit() and int(record.date[:4]) < self._year
            yield None if published is None and old else self._article(record, link, published)

    @property
    def _year(self) -> int:
        """The year of the issue: that of the day before `since`."""
        return self.since.year - (self.since.month == self.since.day == 1)

    def _drop(self, record: Reference, wrong: str) -> None:
        if record.line:
            self.dropped.line(record.line, wrong)
        else:
            self.dropped.item(record.number, wrong)

    def _article(self, record: Reference, link: str, published: datetime | None) -> Article:
        language = language_named(record.language)
        of = plain(record.journal) or plain(record.publisher)
        return self.intake.article(
            url=link,
            title=plain(record.title),
            summary=plain(record.abstract),
            language=language if known_language(language) else "",
            published=published,
            author=of or "; ".join(map(tidy, record.authors[:3])),
            tags=[plain(word) for word in record.keywords],
            marks=[f"doi:{record.doi}"] * bool(record.doi)
            + [f"isbn:{record.isbn}"] * bool(record.isbn),
        )

    def _published(self, text: str) -> datetime | None:
        """The day of a date such as 2026-10-05; of a month its first day; None for a year alone."""
        found = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", text)
        if not found:
            return self.intake.moment(text) if not text.isdigit() else None
        try:
            return self.intake.noon(date(int(found[1]), int(found[2]), int(found[3] or 1)))
        except ValueError:
            return None


def read(document: Fetched, intake: Intake, since: datetime) -> SourceContent:
    """The articles of a list; raises `InputError` where the document is none."""
    place = intake.source.location
    dropped = Dropped(place)
    parse = csl_json.records if csl_json.claims(document.body) else ris.records
    records = parse(document, place, _MOST + 1, dropped)
    found = list(_List(intake, since, dropped).articles(records[:_MOST]))
    notes = dropped.notes()
    if len(records) > _MOST:
        notes.append(f"{place}: no more than its first {_MOST} records are taken")
    if old := found.count(None):
        notes.append(
            f"{place}: {counted(old, 'record')} of earlier years, without a month, left out"
        )
    articles = tuple(one for one in found if one is not None)
    return SourceContent(articles, tuple(dropped.faults()), tuple(notes))


def _link(record: Reference) -> str:
    for text in record.addresses:
        if url := safe_url(text):
            return url
    found = _DOI.fullmatch(record.doi.strip())
    return safe_url(f"https://doi.org/{found[1]}") if found else ""
