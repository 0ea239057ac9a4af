"""An editor takes in what was left out of an issue, also what waits in quarantine.

Guarantees that a month whose issue is queued or sent does not change.
"""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.issue import Actor
from alerts.issue import editing
from alerts.store import articles, issues, quarantine, transaction


def include(db: Database, article_id: str, actor: Actor, now: datetime) -> None:
    """Take an article into its issue again; one in quarantine whose month is closed, which never showed
    it, into the next that is open."""
    with transaction(db):
        month = articles.get(db, article_id).month
        held = quarantine.find(db, article_id)
        closed = issues.closed_months(db)
        if held is not None and not held.settled:
            target = month
            while target in closed:
                target = target.plus(1)
            if target != month:
                articles.move(db, article_id, target, now)
                month = target
        editing.check_open(db, month)
        editing.change_inside(db, article_id, "included", {"excluded": False}, actor, now)
