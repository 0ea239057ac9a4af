"""The one gate through which every article from outside comes in, whatever its source.

Readers of feeds, pages, calendars, tables and folders hand over what they found as it stands; the
`Intake` cleans text (mail-rules X5), makes URLs absolute and canonical, reads languages and dates,
and fills in what the source does not say: from what the admin said of it, and the language from the
text itself. Does no I/O.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from alerts.canonical import canonical, same_site
from alerts.markup import plain, safe_url, tidy
from alerts.model import Article, Image, Source
from alerts.sentences import opening, shorten, summarised
from alerts.settings import Settings
from alerts.sources.dates import parsed
from alerts.sources.language import Guess, guess

_LONGEST_TITLE = 300
_LONGEST_FIELD = 200
_LONGEST_TEXT = 100_000
_MOST_TAGS = 20
_MOST_ALTERNATES = 50
_TELLING = 80  # letters of a text that may contradict what a whole site says of its language
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a source gave: articles in its order, and a line for each part that could not be read.

    `notes` are for a person, not faults. `unchanged`: nothing is new there since the last time
    (the server said so, or the document is the same); `known`: as many articles were there before and
    were not read again. An article of which nothing gives the address has `url` "": it can be shown,
    but not collected. `digest` is that of the document.
    """

    articles: tuple[Article, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    unchanged: bool = False
    known: int = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """How the articles of one source are taken in."""

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
    ) -> Article:
        """An article of plain text fields and an absolute (or empty) `url`.

        `text` is the whole of it, its paragraphs on lines of their own; where there is no `summary`,
        its first good sentences are. `language` is the item's own, `fallback_language` that of the
        whole source. `fragment` tells it from others at the same address. `alternates` are addresses
        of the same in other languages.
        """
        length = self.settings.sources.summary_length
        summary = summarised(tidy(summary), length) or opening(map(tidy, text.splitlines()), length)
        title = shorten(tidy(title), _LONGEST_TITLE) or shorten(summary, 80) or _from_url(url)
        named, guessed = self._language(language, fallback_language, title, summary)
        address = (canonical(url) + (f"#{fragment}" if fragment else "")) if url else ""
        return Article(
            url=address,
            title=title,
            summary=summary,
            language=named,
            guessed=guessed,
            section=self.source.section or "news",
            published=published if published and 1970 <= published.year <= 2200 else None,
            image=image,
            author=shorten(_person(tidy(author)), _LONGEST_FIELD),
            tags=_distinct((*self.source.tags, *tags)),
            profile=self.source.profile,
            alternates=self._alternates(alternates or {}, address, named),
            text="\n\n".join(filter(None, map(tidy, text[:_LONGEST_TEXT].splitlines()))),
        )

    def _language(self, own: str, of_source: str, title: str, summary: str) -> tuple[str, bool]:
        """The language of an article, and whether that is no more than the alert's first one.

        What the item says of itself counts, then what the admin says of the source, then what the
        source says of itself, unless a text of some length is certainly in another language: many
        sites declare the language of their software. Else what the text tells for sure.
        """
        if said := self.language(own) or self.source.language:
            return said, False
        text = f"{title}. {summary}"
        if whole := self.language(of_source):
            read = guess(text) if len(text) >= _TELLING else Guess("", 0)
            other = self.language(read.language) if read.certain else ""
            return (other if other and not _kin(other, whole) else whole), False
        read = guess(text)
        told = self.language(read.language) if read.sure else ""
        return told or self.settings.default_language, not told

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
        """A tag such as “en-US” or “pt_BR” as we write it; "" where it is none.

        A region that the alert does not speak falls back to the language that it does: en-us is en;
        and one that says no more than the language is left out: it-it is it.
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

    def aware(self, moment: datetime) -> datetime:
        """A moment that names no zone is in the alert's."""
        return moment if moment.tzinfo else moment.replace(tzinfo=self.settings.zone)

    def noon(self, day: date) -> datetime:
        """What stands for a day of which no hour is known."""
        return datetime.combine(day, time(12), self.settings.zone).astimezone(UTC)


def _kin(one: str, other: str) -> bool:
    return one.partition("-")[0] == other.partition("-")[0]


def digest(text: str) -> str:
    """Ten hex digits that tell a text from others, for a fragment."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:10]


def image(url: str, base: str = "", alt: str = "") -> Image | None:
    """A picture at that address, or None where it is no web address."""
    absolute = safe_url(url, base)
    return Image(absolute, shorten(plain(alt), _LONGEST_FIELD)) if absolute else None


def decoded(body: bytes, content_type: str = "") -> str:
    """Text in the charset that HTTP, a byte order mark or nothing (UTF-8) names."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    named = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    try:
        return body.decode(named[1] if named else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _distinct(tags: Iterable[str]) -> tuple[str, ...]:
    cleaned = (shorten(tidy(tag), _LONGEST_FIELD) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))[:_MOST_TAGS]


def _person(text: str) -> str:
    """A name without its e-mail address, which is nobody's business; "" for an address alone, and
    the host of a site that calls itself by its URL."""
    if re.fullmatch(r"https?://\S+", text):
        return (urlsplit(text).hostname or "").removeprefix("www.") if safe_url(text) else ""
    if match := re.fullmatch(r"\S+@\S+\s*\((.+)\)|(.+?)\s*[<(]\S+@\S+[>)]", text):
        return match[1] or match[2]
    return "" if re.fullmatch(r"[<(]?\S+@\S+", text) else text


def _from_url(url: str) -> str:
    """The address as a title of last resort."""
    parts = urlsplit(url)
    return tidy(unquote(f"{parts.netloc}{parts.path}")).rstrip("/")
