"""Empties all data about a person, in every table."""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import Subscriber, SuppressionReason
from alerts.store import audit_log, confirmations, notices, subscribers, suppressions


def forget(
    db: Database, person: Subscriber, address: Address, reason: SuppressionReason, now: datetime
) -> None:
    """Empty all data about a person, within the caller's transaction.

    `reason` is kept with the hashes of their present and former addresses: only `unsubscribed` allows
    them to subscribe again by themselves.
    """
    subscribers.erase(db, person, now)
    confirmations.forget(db, address, person.id)
    notices.drop(db, person.id, now)
    suppressions.add_erased(db, address, now, reason)
    suppressions.add_former(db, person.id, now, reason)
    audit_log.record(db, now, "subscriber.erased", subscriber_id=person.id)
