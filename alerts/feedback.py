"""What comes back by mail, acted on: bounces, complaints, and mail that asks to unsubscribe.

Anybody can write such a mail, so what it says of people counts for nothing. Only our own signature
does (rule X16): the token in the address that it was sent to, or in the Message-ID or List-Unsubscribe
of our message where it quotes that. So real bounces of other people's mail, and forged ones, touch
nobody. A hard bounce suppresses the address that was mailed, as do several soft ones in a row; a
complaint suppresses it and unsubscribes. All can be repeated. Never answers mail.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts import preferences
from alerts.address import Address
from alerts.bounces import Kind, Report, classify, head
from alerts.bounces.names import ADDRESS
from alerts.errors import InputError
from alerts.model import SuppressionReason
from alerts.store import returned, secrets, subscribers, suppressions, transaction
from alerts.store.returned import BOUNCED, COMPLAINED, Copy
from alerts.tokens import Purpose, verify

# Where mail servers say for whom they took a message, and where its writer did.
_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_TOKEN = re.compile(r"(?:^|[+</])([0-9a-f]+-[0-9a-f]+-[0-9a-f]+)(?=[@>?]|$)")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a message says, and whom of ours it is about: `email` is empty where that is nobody.

    `done` says whether it changed anything.
    """

    report: Report
    email: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes in one message after the other; `soft_limit` as in the settings."""

    db: Database
    soft_limit: int

    def process(self, message: bytes, now: datetime) -> tuple[Feedback, ...]:
        """Act on one message; what it did is on disk when this returns."""
        keys = secrets.all_secrets(self.db)
        fields = head(message)
        asked = _number(keys, Purpose.UNSUBSCRIBE, (fields.get(name, "") for name in _FOR))
        if asked is not None and (person := subscribers.by_id(self.db, asked)) is not None:
            done = preferences.leave(self.db, asked, now, by="mail")
            return (Feedback(Report(Kind.UNSUBSCRIBE, person.email), person.email, done),)
        about = _number(keys, Purpose.DELIVERY, (fields.get(name, "") for name in _FOR))
        return tuple(self._act(keys, about, report, now) for report in classify(message))

    def _act(
        self, keys: Mapping[int, bytes], about: int | None, report: Report, now: datetime
    ) -> Feedback:
        """Act on one report; `about` is the delivery whose return path it came by."""
        if about is None:
            about = _number(keys, Purpose.DELIVERY, [report.returned.get("message-id", "")])
        copy = returned.copy(self.db, about) if about is not None else None
        if copy is None and report.kind is Kind.COMPLAINT:
            copy = self._of_reader(keys, report)
        if copy is None or not copy.email:
            return Feedback(report)
        with transaction(self.db):
            if report.kind is Kind.COMPLAINT:
                return Feedback(report, copy.email, self._complained(copy, report, now))
            if report.kind in (Kind.HARD, Kind.SOFT) and report.final:
                return Feedback(report, copy.email, self._bounced(copy, report, now))
        return Feedback(report, copy.email)

    def _of_reader(self, keys: Mapping[int, bytes], report: Report) -> Copy | None:
        """The last copy of whoever's link to leave a complaint quotes."""
        links = [report.returned.get("list-unsubscribe", "")]
        reader = _number(keys, Purpose.UNSUBSCRIBE, links)
        return returned.newest_copy(self.db, reader) if reader is not None else None

    def _complained(self, copy: Copy, report: Report, now: datetime) -> bool:
        new = returned.hear(self.db, copy, now, COMPLAINED, {"diagnostic": _nameless(report)})
        left = preferences.leave(self.db, copy.subscriber_id, now, by="complaint")
        reason = SuppressionReason.COMPLAINT
        return suppressions.add(self.db, Address.parse(copy.email), reason, "", now) or left or new

    def _bounced(self, copy: Copy, report: Report, now: datetime) -> bool:
        detail = {"kind": report.kind.value, "status": report.status}
        detail["diagnostic"] = _nameless(report)
        new = returned.hear(self.db, copy, now, BOUNCED, detail)
        address, reason = self._mailed(copy, report), SuppressionReason.HARD_BOUNCE
        note = f"{report.status} {detail['diagnostic']}".strip()[:200]
        if report.kind is Kind.HARD:
            return suppressions.add(self.db, address, reason, note, now) or new
        in_a_row = returned.bounced_in_a_row(self.db, copy.subscriber_id)
        if self.soft_limit and in_a_row >= self.soft_limit and str(address) == copy.email:
            note = f"{in_a_row} issues in a row came back, the last: {note}"[:200]
            suppressions.add(self.db, address, reason, note, now)
        return new

    def _mailed(self, copy: Copy, report: Report) -> Address:
        """The address that the copy went to: the reader's, unless they have another one since."""
        now = Address.parse(copy.email)
        try:
            named = Address.parse(report.recipient)
        except InputError:
            return now
        return named if returned.had(self.db, copy.subscriber_id, named) else now


def _number(keys: Mapping[int, bytes], purpose: Purpose, values: Iterable[str]) -> int | None:
    """The number that a token of ours stands for, in the first of these values that holds one."""
    verified = (verify(keys, purpose, token) for token in _tokens(values))
    return next((number for number in verified if number is not None), None)


def _tokens(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from _TOKEN.findall(value.lower().replace("%2b", "+"))


def _nameless(report: Report) -> str:
    """The server's words without addresses: events outlive an erasure."""
    return ADDRESS.sub("…", report.diagnostic)[:200]
