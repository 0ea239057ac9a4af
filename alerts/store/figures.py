"""Figures for whoever looks at a project from outside: its issues, and how many people have which status."""

from collections.abc import Mapping

from sqlite_utils import Database

from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.store.subscriber_filter import STANDING


def issues(db: Database) -> tuple[tuple[Month, IssueState], ...]:
    """Every issue that has begun, with its state, the newest first: also a month that only has articles."""
    rows = db.conn.execute(
        """SELECT month, max(state) FROM (
               SELECT month, state FROM issues WHERE corrects IS NULL
               UNION ALL
               SELECT DISTINCT month, 'draft' FROM articles
                WHERE month NOT IN (SELECT month FROM issues))
            GROUP BY month ORDER BY month DESC"""
    )
    return tuple((Month.parse(month), IssueState(state)) for month, state in rows)


def people(db: Database) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many people have each status, as it is shown, and how many of the active each language."""
    statuses: dict[str, int] = {}
    languages: dict[str, int] = {}
    rows = db.conn.execute(
        f"SELECT {STANDING} AS standing, language, count(*) FROM subscribers GROUP BY standing, language"  # noqa: S608
    )
    for status, language, number in rows:
        statuses[status] = statuses.get(status, 0) + number
        if status == "active":
            languages[language] = number
    return statuses, languages
