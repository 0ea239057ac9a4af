"""Ends requests that were not confirmed in time, and removes who signed up and did not confirm (S20)."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import confirmations, subscribers, transaction
from alerts.store.confirmations import JOINS, ConfirmationState
from alerts.subscribers.confirmation import BATCH

KEPT = timedelta(days=30)  # how long a confirmed request is kept, for a link opened again


def unconfirmed(db: Database, now: datetime, *, within: timedelta) -> int:
    """The number of requests that `purge` would end."""
    return len(confirmations.unanswered(db, now - within, -1))


def purge(db: Database, now: datetime, *, within: timedelta) -> int:
    """Remove those who signed up and did not confirm in time (S20); returns how many requests ended."""
    ended = 0
    while True:
        with transaction(db):
            requests = confirmations.unanswered(db, now - within, BATCH)
            for request in requests:
                confirmations.close(db, request.id, ConfirmationState.OVER, JOINS)
                if request.added_id is not None:
                    subscribers.remove(db, request.added_id)
            if len(requests) < BATCH:
                confirmations.remove_closed(db, now - within - KEPT)
        ended += len(requests)
        if len(requests) < BATCH:
            return ended
