"""When a page was published, by the surest of what it says.

In this order: metadata of publication, the times in its article, a date that it names as that of its
publication, the date in its address, what trafilatura finds in its markup, and last the date of a
modification. The year of a copyright notice is no date.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from alerts.sources.dates import in_address
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
    r"تاريخ النشر|veröffentlicht(?: am)?|erschienen am|pubblicato(?: il)?|gepubliceerd(?: op)?",
    re.IGNORECASE,
)
_LONGEST = 100  # characters of a line that names the date of publication


def published(
    meta: Metadata, tree: Any, address: str, found: str, intake: Intake
) -> datetime | None:
    """The moment of publication; `found` is the date that trafilatura has read."""
    modified = [moment for text in meta.raw(*_MODIFIED) if (moment := intake.moment(text))]
    guessed = intake.moment(found) if not found.endswith("-01-01") else None
    if guessed and any(guessed.date() == one.date() for one in modified):
        guessed = None
    candidates = (
        *_moments(meta.raw(*_NAMED), intake),
        *_moments(tree.xpath("//article//time/@datetime | //time[@pubdate]/@datetime"), intake),
        *_moments(_labelled(tree), intake),
        *_moments([in_address(address)], intake),
        guessed,
        *modified,
    )
    return next(filter(None, candidates), None)


def _moments(texts: list[str], intake: Intake) -> Iterator[datetime]:
    yield from (moment for text in texts if text and (moment := intake.moment(text)))


def _labelled(tree: Any) -> list[str]:
    """The dates that short lines of the page name as those of its publication."""
    found = []
    for element in tree.iter("p", "div", "span", "li", "time", "small", "dd", "td"):
        text = tidy(element.text_content()) if len(element) < 4 else ""
        if 6 < len(text) <= _LONGEST and (label := _LABEL.match(text)):
            found.append(text[label.end() :].strip(" :.–—-").partition(" | ")[0])
    return found[:5]
