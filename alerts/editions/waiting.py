"""Keeps that an issue waits for a person: once for each content."""

from datetime import datetime

from sqlite_utils import Database

from alerts.editions.draft import Draft
from alerts.store import audit_log, issues, transaction


def note_waiting(db: Database, draft: Draft, why: str, now: datetime) -> None:
    """Keep that this content waits, and `why`; nothing where that is known."""
    with transaction(db):
        number = issues.begin(db, draft.month, now)
        detail = {"content": draft.content_hash, "reason": why}
        audit_log.record_news(db, now, "issue.waiting", number, detail)
