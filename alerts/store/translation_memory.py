"""The articles of past issues, whose translations are remembered."""

from collections.abc import Iterator

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store.article_rows import COLUMNS, NO_VERSION, StoredArticle, stored

MOST = 600  # articles that are looked through, the newest first


def before(db: Database, month: Month) -> Iterator[StoredArticle]:
    """The articles of issues that were queued or sent before that month, the newest first."""
    rows = db.query(
        f"""SELECT {COLUMNS} FROM articles
             WHERE month < ? AND {NO_VERSION}
               AND month IN (SELECT month FROM issues WHERE state IN ('queued', 'sent'))
             ORDER BY month DESC, first_seen DESC LIMIT ?""",  # noqa: S608
        (str(month), MOST),
    )
    yield from map(stored, rows)
