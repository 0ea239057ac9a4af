"""Words about an issue that a terminal and a pipe share."""

from collections import Counter
from collections.abc import Sequence

from alerts.domain.article import Article
from alerts.domain.confidence import JUDGED
from alerts.domain.issue import Issue
from alerts.domain.languages import in_order
from alerts.editions.approval import ApprovalStatus
from alerts.editions.catalogue import Catalogue
from alerts.text.plural import counted


def told(standing: ApprovalStatus) -> str:
    """The state of the approval, in words."""
    by = f", by {', '.join(standing.names)}" if standing.names else ""
    void = f"; void since a change: {', '.join(standing.voided)}" if standing.voided else ""
    if standing.unsure:
        names = ", ".join(standing.unsure)
        void = (
            f"; not known since a change whether that of {names} holds:"
            f" `alerts render {standing.month.option}`"
        )
    return f"{len(standing.names)} of {standing.needed}{by}{void}"


_GUESSES = {
    "published": "date",
    "title": "title",
    "summary": "summary",
    "text": "text",
    "language": "language",
    "zone": "time zone",
    "image": "picture",
}
_SEVERAL = {"summary": "summaries"}


def guesses(composed: Issue) -> str:
    """How many values of its articles are guesses: `3 dates, 2 languages are guessed`; or empty."""
    told = guesses_counted(composed)
    parts = [counted(n, _GUESSES[field], _SEVERAL.get(field, "")) for field, n in told.items()]
    verb = "is" if list(told.values()) == [1] else "are"
    return f"{', '.join(parts)} {verb} guessed" if parts else ""


def guesses_counted(composed: Issue) -> dict[str, int]:
    """How often each field is a guess, in the order of `JUDGED`; those that never are, are left out."""
    found = Counter(field for article in composed.articles for field in article.guesses)
    return {field: found[field] for field in JUDGED if found[field]}


def doubtful_day(article: Article) -> str:
    """Its day with “?” where that is a guess; else empty."""
    if not article.month_guessed:
        return ""
    return f"{article.published.date()}?" if article.published else "no date?"


def full_texts(composed: Issue, order: Sequence[str]) -> str:
    """How many of the articles are in each language: `11 English, 3 Spanish`."""
    english = Catalogue("en", ())
    written = Counter(article.language for article in composed.articles)
    names = in_order(written, order)
    return ", ".join(f"{written[tag]} {english.language_name(tag)}" for tag in names)
