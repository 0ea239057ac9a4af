"""What a page fills in of an article that an editor adds, and what of that is in doubt.

Pure. An editor's own fields take precedence, and are not doubted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.domain.article import Article
from alerts.domain.confidence import Confidence, settled
from alerts.issue.article_edit import found_on_page
from alerts.sources.plausible import implausible, of_something_ahead, wrong_date
from alerts.store.article_fields import article_of, overlaid

_OPTIONS = {
    "published": "--published YYYY-MM-DD",
    "zone": "--published YYYY-MM-DDTHH:MM+HH:MM",
    "title": "--title TITLE",
    "summary": "--summary TEXT",
    "text": "--summary TEXT",
    "language": "--language CODE",
    "image": "--image URL",
}
_CALLED = {"published": "date", "zone": "time zone", "image": "picture"}


@dataclass(frozen=True, slots=True)
class FilledInDoubt:
    """A field that was filled in and may be wrong; `said` is its value, or empty."""

    field: str
    said: str
    why: str

    def told(self, article_id: str) -> str:
        """The warning about it for the article with that id, with the remedy."""
        if self.field == "url":
            return f"{self.why}: read the page; `alerts article exclude {article_id}` leaves it out"
        name = _CALLED.get(self.field, self.field)
        said = f" “{self.said}”" if self.said else ""
        remedy = f"`alerts article edit {article_id} {_OPTIONS[self.field]}`"
        return f"{name}{said}: {self.why}; {remedy} sets it"


def filled_in(
    found: Article, edits: Mapping[str, Any], others: Iterable[Article], now: datetime
) -> tuple[dict[str, Any], tuple[FilledInDoubt, ...]]:
    """The fields of an article, those of the page under `edits`, and the doubts about them.

    `others` are articles of open months. A date that cannot be right is left out.
    """
    wrong = "" if "published" in edits else wrong_date(found, now)
    if "published" not in edits and of_something_ahead(found, now):
        wrong = (
            f"its date, {found.published:%Y-%m-%d}, is still to come, and may be that of an event"
        )
    if wrong:
        told = tuple(one for one in found.confidence if one.field not in ("published", "zone"))
        found = replace(found, published=None, confidence=told)
    fields = overlaid(found_on_page(found), edits)
    article = replace(article_of({"url": found.url, **fields}), text=found.text, marks=found.marks)
    doubts = [FilledInDoubt("published", "", f"{wrong}, and is left out")] if wrong else []
    doubts += [
        FilledInDoubt(field, getattr(article, field) if field == "title" else "", why)
        for field, why in implausible(article, others, page=True)
        if not settled(field, edits)
    ]
    known = {one.field for one in doubts}
    doubts += [
        FilledInDoubt(one.field, _value(article, one.field), one.words)
        for one in article.confidence
        if one.confidence is Confidence.GUESS and one.field not in known
    ]
    return fields, tuple(doubts)


def _value(article: Article, field: str) -> str:
    """A short value as a person reads it; "" for a long one."""
    if field == "published":
        return article.published.date().isoformat() if article.published else ""
    if field == "image":
        return article.image.url if article.image else ""
    return str(getattr(article, field)) if field in ("title", "language") else ""
