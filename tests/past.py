"""Past issues for tests of the archive: two months of the sample, queued in six languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from alerts.config.load import load
from alerts.config.settings import Settings
from alerts.domain.article import Article
from alerts.domain.month import Month
from alerts.outbox import queue
from alerts.store import articles
from tests.issues import ARTICLES, OCTOBER

SEPTEMBER = Month(2026, 9)
WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
SIX = {
    "ALERTS_ALERT__LANGUAGES": "en,es,fr,pt,ru,ar",
    "ALERTS_ALERT__NAME": "Policy Alert",
    "ALERTS_ALERT__ORGANISATION": "Open Consortium",
    "ALERTS_ALERT__ADDRESS": "61 Mansell Street, London",
    "ALERTS_PICTURES__DELIVERY": "source",  # as issues were before pictures were copied
}
SITE = {
    name.removeprefix("ALERTS_"): value for name, value in SIX.items()
}  # as `pages.serve` takes them


def settings_of(root: Path) -> Settings:
    """The settings of a project in six languages."""
    return load(root, SIX)


def send(
    db: Database, settings: Settings, month: Month = OCTOBER, made: tuple[Article, ...] = ARTICLES
) -> None:
    """Queue an issue of these articles."""
    for article in made:
        own = replace(article, url=f"{article.url}-{month}" if month != OCTOBER else article.url)
        articles.put(db, own, month, None, WHEN)
    queue.queue(db, settings, month, WHEN - timedelta(days=31 * (OCTOBER.number - month.number)))


def two_issues(db: Database, settings: Settings) -> None:
    """September, then October."""
    send(db, settings, SEPTEMBER, ARTICLES[:3])
    send(db, settings)
