"""Normalises every collected article, whatever its source.

Readers of feeds, pages, calendars, tables and folders pass on the values that they found. The `Intake`
cleans text (rule X5), makes URLs absolute and canonical, parses languages and dates, and fills in
missing values from the admin's settings for the source, and the language by detection. Does no I/O.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from alerts.config.settings import Settings
from alerts.domain.article import Article, Image, Source
from alerts.domain.confidence import JUDGED, Confidence, FieldConfidence, guess_of, likely
from alerts.domain.languages import same_language
from alerts.sources.dates import parsed
from alerts.sources.language_guess import Guess, guess
from alerts.text.passcodes import address_without_passcodes, invites, without_passcodes
from alerts.text.plain_text import plain, safe_url, tidy
from alerts.text.sentences import opening, shorten, summarised
from alerts.text.site_names import person, without_site
from alerts.text.urls import canonical, same_site

_LONGEST_TITLE = 300
_LONGEST_FIELD = 200
_LONGEST_TEXT = 100_000
_MOST_TAGS = 20
_MOST_ALTERNATES = 50
_MOST_MARKS, _LONGEST_MARK = 20, 1000
_TELLING = 80  # a text of this many characters may overrule the language that a site declares
_ENDS_IN_TIME = re.compile(r"[\sT]\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?\s*$")
_FURTHEST = timedelta(hours=14)  # of any time zone from UTC
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{1,8})*")

_OPENING = likely("summary", "its source has none; the first sentences of its text")
_MADE_TITLE = guess_of("title", "its source has none; the beginning of its summary, or its address")


NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SourceContent:
    """The content of a source: articles in its order, and one line for each part that could not be
    read.

    `notes` are for a person, and are not faults. `unchanged`: the server answered 304, or the document
    is the same as last time. `known`: so many articles were collected before and were not read again.
    An article without an address has `url` "": it can be shown, but not stored. `digest` is the hash of
    the document, `told_at` the time in the server's Date. `own_address` is the one that a feed gives as
    its own; `moved_to` is where it has moved for good, and `read_at` the address that answered. `empty`:
    the pages (`urls.page_of`) to which its links lead and that gave no article.
    """

    articles: tuple[Article, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    unchanged: bool = False
    known: int = 0
    told_at: datetime | None = None
    own_address: str = ""
    moved_to: str = ""
    read_at: str = ""
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """Builds the articles of one source."""

    source: Source
    settings: Settings

    def article(
        self,
        *,
        url: str,
        fragment: str = "",
        title: str,
        summary: str = "",
        text: str = "",
        language: str = "",
        fallback_language: str = "",
        published: datetime | None = None,
        image: Image | None = None,
        author: str = "",
        tags: Iterable[str] = (),
        alternates: Mapping[str, str] | None = None,
        marks: Iterable[str] = (),
        site: str = "",
        pages: int | None = None,
        texts: Mapping[str, str] = NO_TEXTS,
        doubts: Iterable[FieldConfidence] = (),
    ) -> Article:
        """An article with plain text fields and an absolute (or empty) `url`.

        `text` is the whole of it, its paragraphs on lines of their own; where there is no `summary`,
        its first good sentences are. `language` is the item's own, `fallback_language` that of the
        whole source. `fragment` tells it from others at the same address. `alternates` are addresses
        of the same in other languages; `marks` what else it is known by. `site` is the name of the
        site or feed, which is taken off titles, `pages` the number of pages of a file. `texts`: those
        of `article.SAID_AS_TEXT` by name. `doubts`: which of the values are not sure.
        """
        length = self.settings.sources.summary_length
        url = address_without_passcodes(url)
        if invites(f"{title} {summary} {text}"):
            title, summary = without_passcodes(title), without_passcodes(tidy(summary))
            text = "\n".join(map(without_passcodes, text.splitlines()))
        there = {"published": published, "zone": published, "image": image}
        told = {one.field: one for one in doubts if there.get(one.field, True)}
        summary = summarised(tidy(summary), length)
        if not summary and (summary := opening(map(tidy, text.splitlines()), length)):
            told["summary"] = replace(told.get("text", _OPENING), field="summary")
        address = (canonical(url) + (f"#{fragment}" if fragment else "")) if url else ""
        title = without_site(tidy(title), (site, author, texts.get("author", "")), address)
        title = shorten(title, _LONGEST_TITLE)
        if not title:
            told["title"] = _MADE_TITLE
            title = shorten(summary, 80) or _from_url(url)
        named, doubt = self._language(language, fallback_language, title, summary)
        told |= {"language": doubt} if doubt else {}
        said: dict[str, Any] = {
            name: shorten(_CLEANED.get(name, tidy)(text), _LONGEST_FIELD)
            for name, text in {"author": author, **texts}.items()
        }
        return Article(
            url=address,
            title=title,
            summary=summary,
            language=named,
            guessed=doubt is not None and doubt.confidence is Confidence.GUESS,
            confidence=tuple(told[name] for name in JUDGED if name in told),
            section=self.source.section or "news",
            published=published if published and 1970 <= published.year <= 2200 else None,
            image=image,
            tags=_distinct((*self.source.tags, *tags)),
            profile=self.source.profile,
            pages=pages,
            alternates=self._alternates(alternates or {}, address, named),
            marks=tuple(dict.fromkeys(tidy(mark)[:_LONGEST_MARK] for mark in marks))[:_MOST_MARKS],
            text="\n\n".join(filter(None, map(tidy, text[:_LONGEST_TEXT].splitlines()))),
            **said,
        )

    def _language(
        self, own: str, of_source: str, title: str, summary: str
    ) -> tuple[str, FieldConfidence | None]:
        """The language of an article, and the doubt about it, a guess where it is only the alert's first.

        In this order: the item's own language; the admin's setting for the source; the language that
        the source declares, unless a long text is certainly in another language (many sites declare the
        language of their software); a certain detection from the text.
        """
        if said := self.language(own) or self.source.language:
            return said, None
        text = f"{title}. {summary}"
        if whole := self.language(of_source):
            read = guess(text) if len(text) >= _TELLING else Guess("", 0)
            other = self.language(read.language) if read.certain else ""
            if other and not same_language(other, whole):
                return other, likely(
                    "language", f"its source declares “{whole}”, its text is not in it"
                )
            return whole, None
        read = guess(text)
        if told := self.language(read.language) if read.sure else "":
            return told, likely("language", "its source declares none; detected from its text")
        return self.settings.default_language, guess_of(
            "language", "its source declares none, and its text does not show it"
        )

    def _alternates(self, given: Mapping[str, str], url: str, language: str) -> dict[str, str]:
        """Canonical addresses of translations by language; only on the site of the article itself."""
        found: dict[str, str] = {}
        for tag, address in list(given.items())[:_MOST_ALTERNATES]:
            known, there = self.language(tag), safe_url(address, url)
            if not known or known == language or not same_site(there, url):
                continue
            if (other := canonical(there)) != url:
                found.setdefault(known, other)
        return found

    def language(self, text: str) -> str:
        """A tag such as “en-US” or “pt_BR” in our form; "" where it is not a language tag.

        A region that the alert does not have is dropped where the alert has the language (en-us becomes
        en), and so is a redundant region (it-it becomes it).
        """
        tag = text.strip().lower().replace("_", "-")
        match = _LANGUAGE.fullmatch(tag)
        if not match or match[1] in ("und", "mul", "zxx"):
            return ""
        spoken = self.settings.alert.languages
        if tag in spoken:
            return tag
        return match[1] if match[1] in spoken or tag == f"{match[1]}-{match[1]}" else tag

    def moment(self, text: str) -> datetime | None:
        """The moment that a date names, UTC; a bare day is its noon in the alert's time zone."""
        found = parsed(text)
        try:
            if isinstance(found, datetime):
                return self.aware(found).astimezone(UTC)
            return self.noon(found) if found else None
        except OverflowError:
            return None

    def zone_doubts(self, text: str) -> tuple[FieldConfidence, ...]:
        """The doubt about a date whose hour is in no named time zone: a guess where that decides its
        month."""
        moment = parsed(text)
        if not isinstance(moment, datetime) or (moment.tzinfo and not _ENDS_IN_TIME.search(text)):
            return ()
        edges = {(moment + way * _FURTHEST).month for way in (-1, 1)}
        grade = guess_of if len(edges) > 1 else likely
        taken = "UTC" if moment.tzinfo else "that of the alert"
        return (grade("zone", f"its date names no time zone; {taken} is taken"),)

    def aware(self, moment: datetime) -> datetime:
        """The moment; without a time zone, it is in the alert's time zone."""
        return moment if moment.tzinfo else moment.replace(tzinfo=self.settings.zone)

    def noon(self, day: date) -> datetime:
        """Noon of the day, for a date without a time."""
        return datetime.combine(day, time(12), self.settings.zone).astimezone(UTC)


def digest(text: str) -> str:
    """Ten hex digits of a hash of the text, used as a fragment."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:10]


def image(url: str, base: str = "", alt: str = "") -> Image | None:
    """A picture at that URL, or None where it is no web address."""
    absolute = safe_url(url, base)
    return Image(absolute, shorten(plain(alt), _LONGEST_FIELD)) if absolute else None


def _distinct(tags: Iterable[str]) -> tuple[str, ...]:
    cleaned = (shorten(tidy(tag), _LONGEST_FIELD) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))[:_MOST_TAGS]


def _person(text: str) -> str:
    """A name without its e-mail address, for privacy; "" for an address alone.

    A site that names itself by its URL becomes its host.
    """
    if re.fullmatch(r"https?://\S+", text):
        return (urlsplit(text).hostname or "").removeprefix("www.") if safe_url(text) else ""
    if match := re.fullmatch(r"\S+@\S+\s*\((.+)\)|(.+?)\s*[<(]\S+@\S+[>)]", text):
        return match[1] or match[2]
    return "" if re.fullmatch(r"[<(]?\S+@\S+", text) else text


_CLEANED = {"author": lambda text: person(_person(tidy(text)))}  # other texts are only tidied


def _from_url(url: str) -> str:
    """The URL without its scheme, as a title where there is no other."""
    parts = urlsplit(url)
    return tidy(unquote(f"{parts.netloc}{parts.path}")).rstrip("/")
