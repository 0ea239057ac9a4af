"""When a page was published, by the surest of what it says.

In this order: metadata of publication, the times in its article, a date that it names as that of its
publication, the date in its address, the one beside its heading, what trafilatura finds in its markup,
and last the date of a modification. The year of a copyright notice is no date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from alerts.domain.confidence import FieldConfidence, guess_of, likely
from alerts.domain.month import Month
from alerts.sources.bylines import beside_heading
from alerts.sources.dates import in_address, month_in_address
from alerts.sources.metadata import Metadata
from alerts.sources.normalise import Intake
from alerts.text.plain_text import tidy

_NAMED = (
    "article:published_time", "og:published_time", "ld:datepublished", "datepublished",
    "citation_online_date", "dc.date.issued", "dcterms.issued", "dc.date.published", "dc.date",
    "dcterms.date", "dcterms.created", "dc.date.created", "prism.publicationdate",
    "citation_publication_date", "citation_date", "publish-date", "pubdate", "date", "ld:datecreated",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "ld:datemodified", "datemodified", "dcterms.modified",
    "dc.date.modified", "last-modified",
)  # fmt: skip
_LABEL = re.compile(
    r"(?:first |originally )?(?:published|posted|released|publication date|date published)(?: on)?|"
    r"date of publication|publicad[oa](?: el| em)?|fecha de publicación|publiée?(?: le)?|"
    r"mise? en ligne(?: le)?|"
    r"date de publication|data de publicação|опубликован[оа]?|дата публикации|نُ?شرت?(?: في| بتاريخ)?|"
    r"تاريخ النشر|veröffentlicht(?: am)?|erschienen am|publiziert(?: am)?|pubblicato(?: il)?|"
    r"gepubliceerd(?: op)?",
    re.IGNORECASE,
)
_TIME = likely("published", "its page declares none; the first time within its article")
_TEXT = likely("published", "its page declares none; a line of its text names it")
_BYLINE = likely("published", "its page declares none; the date beside its heading")
_ADDRESS = likely("published", "its page declares none; the day in its address")
_MONTH = likely("published", "its page declares none; a date in it, of the month in its address")
_LINE = likely("published", "its page declares none; the first line that is only a date")
_READ = guess_of("published", "its page declares none; a date somewhere in it")
_LAST = guess_of("published", "its page has only the date of its last change")
_ALONE = 40  # characters of a line that is only a date
_LONGEST = 100  # characters of a line that names the date of publication


@dataclass(frozen=True, slots=True)
class PageDate:
    """The moment of publication, or None; and the doubts about it."""

    moment: datetime | None = None
    doubts: tuple[FieldConfidence, ...] = ()


def published(meta: Metadata, tree: Any, address: str, found: str, intake: Intake) -> PageDate:
    """The date of publication; `found` is the date that trafilatura has read."""
    modified = list(_dates(meta.raw(*_MODIFIED), (_LAST,), intake))
    guessed = _dates([found] if not found.endswith("-01-01") else [], (_READ,), intake)
    shown = [_shown_alone(one, tree, address, intake) for one in guessed]
    candidates = (
        *_dates(meta.raw(*_NAMED), (), intake),
        *_dates(tree.xpath("//time[@pubdate]/@datetime"), (), intake),
        *_dates(tree.xpath("//article//time/@datetime"), (_TIME,), intake),
        *_dates(_labelled(tree), (_TEXT,), intake),
        *_dates([in_address(address)], (_ADDRESS,), intake),
        *_dates(beside_heading(tree), (_BYLINE,), intake),
        *(one for one in shown if _day(one) not in map(_day, modified)),
        *modified,
    )
    return next(iter(candidates), PageDate())


def _shown_alone(one: PageDate, tree: Any, address: str, intake: Intake) -> PageDate:
    """The same, more sure where the page shows that day on a line of its own, or its address is of that
    month."""
    month = month_in_address(address)
    if month and one.moment and Month.of(one.moment, intake.settings.zone) == month:
        return replace(one, doubts=(_MONTH,))
    for element in tree.iter("p", "div", "span", "li", "time", "small", "dd", "td"):
        text = tidy(element.text_content()) if len(element) == 0 else ""
        if 6 < len(text) <= _ALONE and (moment := intake.moment(text)):
            return replace(one, doubts=(_LINE,)) if _day(PageDate(moment)) == _day(one) else one
    return one


def _day(one: PageDate) -> date | None:
    return one.moment.date() if one.moment else None


def _dates(
    texts: list[str], doubts: tuple[FieldConfidence, ...], intake: Intake
) -> Iterator[PageDate]:
    for text in texts:
        if text and (moment := intake.moment(text)):
            yield PageDate(moment, (*doubts, *intake.zone_doubts(text)))


def _labelled(tree: Any) -> list[str]:
    """The dates that short lines of the page name as those of its publication."""
    found = []
    for element in tree.iter("p", "div", "span", "li", "time", "small", "dd", "td"):
        text = tidy(element.text_content()) if len(element) < 4 else ""
        if 6 < len(text) <= _LONGEST and (label := _LABEL.match(text)):
            found.append(text[label.end() :].strip(" :.–—-").partition(" | ")[0])
    return found[:5]
