"""`project.links`: the signed links that name readers, and the counting of them.

A link contains a token: its purpose, a number, and our signature, so nobody can forge one. The number
of a person is not the id of their row, so that a restored database never gives it to another person.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.library.opened import ProjectPart, call
from alerts.mail import tokens
from alerts.mail.tokens import ExpiringToken, Purpose
from alerts.store import clicks, link_numbers, proxies, signing_keys

PERSONAL = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)  # these name a person permanently

Seen = tuple[Purpose, str, datetime]
"""The purpose of a token, the token, and the day on which it was used."""


class Links(ProjectPart):
    """Tokens made and read."""

    @call
    def genuine(self, purpose: Purpose, token: str) -> int | None:
        """The number in a valid token; for a person, who may no longer exist. None for an invalid one."""
        return tokens.verify(signing_keys.all_secrets(self._opened.db), purpose, token)

    @call
    def number(self, purpose: Purpose, token: str) -> int | None:
        """The id that a token stands for, or None for an invalid token.

        For a person it is the id of their row; None where the person no longer exists.
        """
        number = self.genuine(purpose, token)
        if number is None or purpose not in PERSONAL:
            return number
        return link_numbers.whom(self._opened.db, number)

    @call
    def sign(self, purpose: Purpose, number: int, within: timedelta | None = None) -> str:
        """A token signed with our newest key, valid permanently or for `within`; `number` is the id of
        a row."""
        db = self._opened.db
        key = signing_keys.newest(db)
        if purpose in PERSONAL:
            number = link_numbers.number_of(db, number)
        if within is None:
            return tokens.sign(*key, purpose, number)
        until = int((self._opened.now + within).timestamp())
        return tokens.sign_until(*key, purpose, number, until)

    @call
    def passed(self, purpose: Purpose, token: str) -> ExpiringToken | None:
        """The content of an expiring token, even if it has expired; None for an invalid one."""
        return tokens.verify_until(signing_keys.all_secrets(self._opened.db), purpose, token)

    @call
    def target(self, token: str) -> str:
        """The URL of a counted link; empty for an invalid token."""
        number = self.genuine(Purpose.CLICK, token)
        return clicks.target(self._opened.db, number) if number is not None else ""


def count(db: Database, seen: Mapping[Seen, int]) -> None:
    """Write how often the valid tokens were used."""
    keys = signing_keys.all_secrets(db)
    for (purpose, token, day), times in seen.items():
        number = tokens.verify(keys, purpose, token)
        if number is not None:
            clicks.count(db, number, day, opened=purpose is Purpose.OPEN, times=times)


def note_proxy(db: Database, peer: str, now: datetime) -> None:
    """Note a peer that seems to be a proxy that nobody has named, for `alerts doctor`."""
    proxies.note(db, peer, now)
