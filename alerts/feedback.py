"""What comes back by mail: so far, mail that asks to unsubscribe (the mailto: of List-Unsubscribe).

Such a mail goes to an address of ours with a +token that names the subscriber; the token is all that
counts, so nobody can unsubscribe another by writing their name somewhere (rule X16), and an address of
ours that was changed since does no harm. Everything else is told apart by nobody yet: it is
`unrecognised`, and nothing is done about it. Never answers mail.
"""

import email.parser
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts import preferences
from alerts.store import secrets, subscribers
from alerts.tokens import Purpose, verify

UNSUBSCRIBE, UNRECOGNISED = "unsubscribe", "unrecognised"
# Where mail servers say for whom they took a message, and where its writer did.
_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_TAGGED = re.compile(r"\+([0-9a-f]+-[0-9a-f]+-[0-9a-f]+)@")
_MOST_HEADERS = 256_000  # octets that are looked at


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a message was, and whom it is about, if anybody; `done` says whether it changed anything."""

    kind: str
    recipient: str = ""
    done: bool = False


def process(db: Database, message: bytes, now: datetime) -> Feedback:
    """Act on one message."""
    keys = secrets.all_secrets(db)
    for token in _tokens(message):
        number = verify(keys, Purpose.UNSUBSCRIBE, token)
        person = subscribers.by_id(db, number) if number is not None else None
        if number is not None and person is not None:
            done = preferences.leave(db, number, now, by="mail")
            return Feedback(UNSUBSCRIBE, person.email, done)
    return Feedback(UNRECOGNISED)


def _tokens(message: bytes) -> Iterator[str]:
    """What may be a token in the addresses that a message was for."""
    head = re.split(rb"\r?\n\r?\n", message[:_MOST_HEADERS], maxsplit=1)[0]
    parsed = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(head)
    for name in _FOR:
        for value in parsed.get_all(name, []):
            yield from _TAGGED.findall(str(value).lower())
