"""Lifts suppressions that a fault of ours, or of a provider, has caused.

A suppression keeps the server's reply, so the reply is judged again by the present table: a person may
be mailed again if that reply does not certainly say that the address does not exist, or if many others
got the same one at the same time (`bounces/spread.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.bounces import spread
from alerts.domain.address import Address
from alerts.replies.judge import judge
from alerts.replies.meaning import About
from alerts.store import bounce_spread, suppressions
from alerts.store.suppressions import Suppression
from alerts.subscribers import admin

_IN_A_ROW = re.compile(r"^\d+ issues in a row came back, the last: ")


@dataclass(frozen=True, slots=True)
class Forgiven:
    """The addresses that may be mailed again, and the number that stay suppressed as non-existent."""

    emails: tuple[str, ...]
    kept: int


def forgive(db: Database, since: datetime, now: datetime, *, gone_too: bool = False) -> Forgiven:
    """Lift the suppressions of bounces from `since` on; non-existent addresses only with `gone_too`.

    `since` and `now` are aware. Suppressions without a server's reply stay, since an admin or an
    imported list may have added them. Each suppression is lifted in its own transaction, so an
    interrupted call can be repeated.
    """
    found = suppressions.bounced_since(db, since)
    many = bounce_spread.since(db, since)
    lifted = [each for each in found if gone_too or _not_theirs(each) or _for_many(each, many)]
    for each in lifted:
        admin.allow(db, Address.parse(each.email), now=now)
    return Forgiven(tuple(each.email for each in lifted), len(found) - len(lifted))


def _for_many(suppression: Suppression, many: Sequence[tuple[str, str]]) -> bool:
    """Whether the words noted came for many of the address's provider, or of all, at once."""
    domain = suppression.email.rpartition("@")[2].lower()
    words = spread.words_of("", suppression.note)
    return any(words == said and provider in (domain, spread.ANY) for provider, said in many)


def _not_theirs(suppression: Suppression) -> bool:
    """True if the reply that is kept is about something other than the recipient; False without one."""
    words = _IN_A_ROW.sub("", suppression.note)
    return bool(words) and judge(words).about is not About.RECIPIENT
