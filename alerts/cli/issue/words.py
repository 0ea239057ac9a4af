"""Words about an issue that a terminal and a pipe share."""

from collections import Counter
from collections.abc import Sequence

from alerts.domain.issue import Issue
from alerts.domain.languages import in_order
from alerts.editions.approval import ApprovalStatus
from alerts.editions.catalogue import Catalogue


def told(standing: ApprovalStatus) -> str:
    """The state of the approval, in words."""
    by = f", by {', '.join(standing.names)}" if standing.names else ""
    void = f"; void since a change: {', '.join(standing.voided)}" if standing.voided else ""
    return f"{len(standing.names)} of {standing.needed}{by}{void}"


def full_texts(composed: Issue, order: Sequence[str]) -> str:
    """How many of the articles are in each language: `11 English, 3 Spanish`."""
    english = Catalogue("en", ())
    written = Counter(article.language for article in composed.articles)
    names = in_order(written, order)
    return ", ".join(f"{written[tag]} {english.language_name(tag)}" for tag in names)
