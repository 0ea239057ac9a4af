"""Decides who gets a welcome: whoever has just confirmed, once (docs/adr/0039-welcomes.md).

At most one follows a confirmed request, by constraint. `welcome_mail.py` makes it, `send_notices.py`
sends it.
"""

from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.store import notices, subscribers, welcomes
from alerts.store.confirmations import Confirmation
from alerts.store.notices import NoticeKind

BETWEEN = timedelta(days=90)  # who leaves and comes back within this gets no second one


def owe_welcome(db: Database, request: Confirmation, address: Address, now: datetime) -> None:
    """Queue a welcome to who has joined by that request; call it in the transaction that confirms it."""
    person = subscribers.find(db, address)
    if person is None or welcomes.held(db, request.id):
        return
    if welcomes.queued_since(db, person.id, now - BETWEEN):
        return
    notices.add(
        db,
        NoticeKind.WELCOME,
        address,
        person.language,
        now,
        subscriber_id=person.id,
        confirmation_id=request.id,
    )
