"""The issue of a month, frozen or composed from its present articles, and its state."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import Profile
from alerts.domain.issue import Face, Issue, IssueState, Section
from alerts.domain.month import Month
from alerts.issue.compose import compose
from alerts.store import (
    articles,
    faces,
    introductions,
    issues,
    profiles,
)


def composed(db: Database, settings: Settings, month: Month) -> Issue:
    """The month's issue: the frozen one, or composed from its present articles."""
    stored = issues.get(db, month)
    if stored is not None and stored.frozen and stored.content is not None:
        return _frozen(db, month, stored.content)
    found = articles.of_month(db, month)
    known = profiles.all_profiles(db)
    opening, written = introductions.of_month(db, month), faces.of_month(db, month)
    return compose(month, found, known, settings.alert, opening, written)


def _frozen(db: Database, month: Month, content: Mapping[str, Any]) -> Issue:
    """The issue that `content` records: those articles, in that order, and no others."""
    sections = tuple(
        Section(section["key"], tuple(articles.get(db, id_).article for id_ in section["articles"]))
        for section in content["sections"]
    )
    kept = {slug: Profile(**profile) for slug, profile in content.get("profiles", {}).items()}
    shown = dict.fromkeys(article.profile for section in sections for article in section.articles)
    return Issue(
        month,
        sections,
        {slug: kept[slug] for slug in shown if slug in kept},
        dict(content.get("letters", {})),
        {tag: Face(**words) for tag, words in content.get("faces", {}).items()},
    )


def state(db: Database, month: Month) -> IssueState:
    """The state of the month's issue; `draft` if nothing is stored about it."""
    stored = issues.get(db, month)
    return stored.state if stored else IssueState.DRAFT
