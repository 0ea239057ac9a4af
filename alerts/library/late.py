"""The late-article rule for an article of the library: the month that it joins, and what is told of it."""

from alerts.domain.month import Month
from alerts.library.opened import Opened
from alerts.sources.late import Filing, filed, late_words
from alerts.store import dropped_issues, issues, moment
from alerts.store.articles import StoredArticle


def filing_of(opened: Opened, published: str | None) -> Filing:
    """The month of an article of that date."""
    closed = issues.closed_months(opened.db)
    at, alert = moment(published) if published else None, opened.settings.alert
    return filed(at, opened.month(None), opened.settings.zone, closed, alert.late)


def late_explanation(opened: Opened, kept: StoredArticle) -> str:
    """Which issue an article came too late for, and which it goes into instead; empty where it did not."""
    if kept.article.published is None:
        return ""
    own = Month.of(kept.article.published, opened.settings.zone)
    issue = issues.get(opened.db, own)
    dropped = dropped_issues.find(opened.db, own) is not None
    if own >= kept.month or issue is None or not (issue.frozen or dropped):
        return ""
    there = issues.get(opened.db, kept.month)
    went = there is not None and there.frozen
    return late_words(own, "dropped" if dropped else issue.state, kept.month, went=went)
