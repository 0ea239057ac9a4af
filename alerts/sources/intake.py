"""The one gate through which every article from outside comes in, whatever its source.

Readers of feeds, pages and folders hand over what they found as it stands; the `Intake` cleans text
(mail-rules X5), makes URLs absolute and canonical, reads languages and dates, and fills in what the
source does not say from what the admin said of it. Does no I/O.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import unquote, urlsplit

from alerts.canonical import canonical
from alerts.markup import plain, safe_url, shorten, tidy
from alerts.model import Article, Image, Source
from alerts.settings import Settings

_LONGEST_TITLE = 300
_LONGEST_FIELD = 200
_MOST_TAGS = 20
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{1,8})*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Found:
    """What a source gave: articles in its order, and a line for each part that could not be read.

    `notes` are for a person, not faults. `unchanged`: the server said that nothing is new (304).
    An article of which nothing gives the address has `url` "": it can be shown, but not collected.
    """

    articles: tuple[Article, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False


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
        language: str = "",
        fallback_language: str = "",
        published: datetime | None = None,
        image: Image | None = None,
        author: str = "",
        tags: Iterable[str] = (),
    ) -> Article:
        """An article of plain text fields and an absolute (or empty) `url`.

        `language` is the item's own, `fallback_language` that of the whole source. `fragment` tells
        it from others at the same address.
        """
        summary = shorten(tidy(summary), self.settings.sources.summary_length)
        title = shorten(tidy(title), _LONGEST_TITLE) or shorten(summary, 80) or _from_url(url)
        named = self.language(language) or self.source.language or self.language(fallback_language)
        return Article(
            url=(canonical(url) + (f"#{fragment}" if fragment else "")) if url else "",
            title=title,
            summary=summary,
            language=named or self.settings.default_language,
            section=self.source.section or "news",
            published=published if published and 1970 <= published.year <= 2200 else None,
            image=image,
            author=shorten(_person(tidy(author)), _LONGEST_FIELD),
            tags=_distinct(tags),
            profile=self.source.profile,
        )

    def language(self, text: str) -> str:
        """A tag such as “en-US” or “pt_BR” as we write it; "" where it is none.

        A region that the alert does not speak falls back to the language that it does: en-us is en.
        """
        tag = text.strip().lower().replace("_", "-")
        match = _LANGUAGE.fullmatch(tag)
        if not match or match[1] in ("und", "mul", "zxx"):
            return ""
        spoken = self.settings.alert.languages
        return match[1] if tag not in spoken and match[1] in spoken else tag

    def moment(self, text: str) -> datetime | None:
        """An ISO 8601 date or moment; a bare day is noon of that day in the alert's time zone."""
        text = text.strip()
        try:
            if _DAY.fullmatch(text):
                return self.noon(date.fromisoformat(text))
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=self.settings.zone)).astimezone(UTC)

    def noon(self, day: date) -> datetime:
        """What stands for a day of which no hour is known."""
        return datetime.combine(day, time(12), self.settings.zone).astimezone(UTC)


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
    """A name without its e-mail address, which is nobody's business; "" for an address alone."""
    if match := re.fullmatch(r"\S+@\S+\s*\((.+)\)|(.+?)\s*[<(]\S+@\S+[>)]", text):
        return match[1] or match[2]
    return "" if re.fullmatch(r"[<(]?\S+@\S+", text) else text


def _from_url(url: str) -> str:
    """The address as a title of last resort."""
    parts = urlsplit(url)
    return tidy(unquote(f"{parts.netloc}{parts.path}")).rstrip("/")
