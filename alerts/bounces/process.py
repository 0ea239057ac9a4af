"""Processes returned mail: bounces, complaints, and mail that asks to unsubscribe.

Anybody can write such a mail, so what it says about people is not trusted. Only our own signature is
(rule X16): the token in the address that the mail was sent to, or in the Message-ID or List-Unsubscribe
of our quoted message. So bounces of other people's mail, and forged ones, affect nobody. A hard bounce
suppresses the address that was mailed; so do several soft ones in a row that are about the recipient. A
fault of ours, of the message or of the connection counts against nobody. A complaint suppresses the
address and unsubscribes. Every step can be repeated. Never answers mail.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.bounces import spread
from alerts.bounces.classify import classify
from alerts.bounces.parse import head
from alerts.bounces.recipients import ADDRESS
from alerts.bounces.report import BounceReport, Kind
from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.domain.subscriber import SubscriberStatus, SuppressionReason
from alerts.mail.tokens import Purpose, verify
from alerts.store import bounces, link_numbers, signing_keys, subscribers, transaction
from alerts.store.bounces import BOUNCED, COMPLAINED, Copy
from alerts.subscribers.unsubscribe import (
    Way,
    complain,
    suppress,
    unsubscribe,
    unsubscribe_lost,
)

# Fields with the recipient: those that mail servers add, and those of the author.
_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_TOKEN = re.compile(r"(?:^|[+</])([0-9a-f]+-[0-9a-f]+-[0-9a-f]+)(?=[@>?]|$)")


@dataclass(frozen=True, slots=True)
class Feedback:
    """The report in a message, and the subscriber concerned: `email` is empty if there is none.

    `done` says whether it changed anything.
    """

    report: BounceReport
    email: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """One returned message, parsed: its recipient addresses, the most reliable first, and its reports."""

    addresses: tuple[str, ...]
    reports: tuple[BounceReport, ...]

    @classmethod
    def read(cls, message: bytes) -> "Returned":
        """Parse a message; needs no database."""
        fields = head(message)
        return cls(tuple(fields.get(name, "") for name in _FOR), classify(message))

    def to(self, recipient: str) -> "Returned":
        """The same message, with the recipient that the mail server gives."""
        return replace(self, addresses=(recipient, *self.addresses))


@dataclass(frozen=True, slots=True)
class BounceProcessor:
    """Processes one message after the other; `soft_limit` as in the setting `bounces.soft_limit`."""

    db: Database
    soft_limit: int

    def process(self, message: bytes, now: datetime) -> tuple[Feedback, ...]:
        """Process one message; its effects are on disk when this returns."""
        return self.act(Returned.read(message), now)

    def act(self, mail: Returned, now: datetime) -> tuple[Feedback, ...]:
        """Process one parsed message, as part of the caller's transaction if there is one."""
        keys = signing_keys.all_secrets(self.db)
        asked = _number(keys, Purpose.UNSUBSCRIBE, mail.addresses)
        if asked is not None:
            return (self._asked(asked, now),)
        about = _number(keys, Purpose.DELIVERY, mail.addresses)
        return tuple(self._act(keys, about, report, now) for report in mail.reports)

    def reported(self, report: BounceReport, now: datetime, since: datetime) -> Feedback:
        """Process the report of a relay that has proved to be ours: it is also about the newest copy that
        was sent to its address since then."""
        keys = signing_keys.all_secrets(self.db)
        return self._act(keys, None, report, now, since)

    def _asked(self, number: int, now: datetime) -> Feedback:
        """Unsubscribe the subscriber with that number; if there is none, keep them from being imported
        again."""
        reader = link_numbers.whom(self.db, number)
        person = subscribers.by_id(self.db, reader) if reader is not None else None
        if person is None:
            unsubscribe_lost(self.db, number, now, by=Way.MAIL)
            return Feedback(BounceReport(Kind.UNSUBSCRIBE))
        done = unsubscribe(self.db, person.id, now, by=Way.MAIL)
        email = person.email
        return Feedback(
            BounceReport(Kind.UNSUBSCRIBE, email), email, done is SubscriberStatus.ACTIVE
        )

    def _act(
        self,
        keys: Mapping[int, bytes],
        about: int | None,
        report: BounceReport,
        now: datetime,
        trusted: datetime | None = None,
    ) -> Feedback:
        """Process one report; `about` is the delivery of the return path that it was sent to. With
        `trusted` its address alone is believed, too, for copies from then on."""
        if about is None:
            signed = [report.returned.get(name, "") for name in ("message-id", "return-path")]
            about = _number(keys, Purpose.DELIVERY, signed)
        delivery = link_numbers.which(self.db, about) if about is not None else None
        copy = bounces.copy(self.db, delivery)
        if copy is None and trusted is not None:
            copy = _to_address(self.db, report.recipient, trusted)
        if copy is None and report.kind is Kind.COMPLAINT:
            copy = self._of_reader(keys, report)
        if copy is None and report.kind is Kind.COMPLAINT:
            self._lost_reader(keys, report, now)
        if copy is None or not copy.email:
            return Feedback(report)
        if report.kind is Kind.COMPLAINT:
            return Feedback(report, copy.email, self._complained(copy, report, now))
        if report.kind in (Kind.HARD, Kind.SOFT, Kind.OURS) and report.final:
            return Feedback(report, copy.email, self._bounced(copy, report, now))
        return Feedback(report, copy.email)

    def _of_reader(self, keys: Mapping[int, bytes], report: BounceReport) -> Copy | None:
        """The last copy of the person whose unsubscribe link a complaint quotes."""
        reader = _quoted(keys, report)
        whom = link_numbers.whom(self.db, reader) if reader is not None else None
        return bounces.newest_copy(self.db, whom) if whom is not None else None

    def _lost_reader(self, keys: Mapping[int, bytes], report: BounceReport, now: datetime) -> None:
        """A complaint of somebody who is in no row: they stay away, too."""
        reader = _quoted(keys, report)
        if reader is not None and link_numbers.whom(self.db, reader) is None:
            unsubscribe_lost(self.db, reader, now, by=Way.COMPLAINT)

    def _complained(self, copy: Copy, report: BounceReport, now: datetime) -> bool:
        detail = {"diagnostic": _nameless(report)}
        with transaction(self.db):
            new = bounces.hear(self.db, copy, now, COMPLAINED, detail)
        person = subscribers.by_id(self.db, copy.subscriber_id)
        return complain(self.db, person, now, heard=new) if person and person.email else new

    def _bounced(self, copy: Copy, report: BounceReport, now: datetime) -> bool:
        detail = {"kind": report.kind.value, "status": report.status}
        detail["diagnostic"] = _nameless(report)
        if report.meaning is not None:
            detail["about"] = report.meaning.about.value
            detail["cause"] = report.meaning.cause
        with transaction(self.db):
            hard = report.kind is Kind.HARD and not self._for_many(copy, detail, now)
            new = bounces.hear(self.db, copy, now, BOUNCED, detail)
        address, reason = self._mailed(copy, report), SuppressionReason.HARD_BOUNCE
        note = f"{report.status} {detail['diagnostic']}".strip()[:200]
        if hard:
            return self._suppress(address, reason, note, now) or new
        if not report.counts or report.kind is Kind.HARD:
            return new
        in_a_row = bounces.bounced_in_a_row(self.db, copy.subscriber_id)
        if self.soft_limit and in_a_row >= self.soft_limit and str(address) == copy.email:
            note = f"{in_a_row} issues in a row bounced, the last: {note}"[:200]
            self._suppress(address, reason, note, now)
        return new

    def _for_many(self, copy: Copy, detail: dict[str, str], now: datetime) -> bool:
        """Whether the same answer came for many, so that it says nothing of this reader."""
        detail["words"] = spread.words_of(detail["status"], detail["diagnostic"])
        if bounces.known(self.db, copy, BOUNCED, "hard"):
            return False
        if not spread.is_spread(self.db, copy.issue_id, copy.email, detail["words"], now):
            return False
        detail |= {"kind": Kind.OURS.value, "about": "spread"}
        return True

    def _suppress(
        self, address: Address, reason: SuppressionReason, note: str, now: datetime
    ) -> bool:
        added, _ = suppress(self.db, [address], reason=reason, note=note, now=now, by=Way.BOUNCE)
        return bool(added)

    def _mailed(self, copy: Copy, report: BounceReport) -> Address:
        """The address that the copy was sent to: the subscriber's, unless it has changed since."""
        now = Address.parse(copy.email)
        try:
            named = Address.parse(report.recipient)
        except InputError:
            return now
        return named if bounces.had(self.db, copy.subscriber_id, named) else now


def _to_address(db: Database, recipient: str, since: datetime) -> Copy | None:
    """The newest copy that was sent to an address since then."""
    try:
        return bounces.copy_to(db, Address.parse(recipient), since)
    except InputError:
        return None


def _quoted(keys: Mapping[int, bytes], report: BounceReport) -> int | None:
    """The reader whose unsubscribe link the message quotes that is reported."""
    return _number(keys, Purpose.UNSUBSCRIBE, [report.returned.get("list-unsubscribe", "")])


def _number(keys: Mapping[int, bytes], purpose: Purpose, values: Iterable[str]) -> int | None:
    """The number in the first valid token of that purpose in these values."""
    verified = (verify(keys, purpose, token) for token in _tokens(values))
    return next((number for number in verified if number is not None), None)


def _tokens(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from _TOKEN.findall(value.lower().replace("%2b", "+"))


def _nameless(report: BounceReport) -> str:
    """The server's reply without addresses, because events are kept after an erasure."""
    return ADDRESS.sub("…", report.diagnostic)[:200]
