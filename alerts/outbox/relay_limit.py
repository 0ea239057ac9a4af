"""Learns from a refusal how many messages the relay accepts in a period, and stays below that.

A relay that says "daily limit exceeded" after 480 messages accepts 480 a day. Nothing is sent until a
day after the first of them, and from then on at most 480 in any day. Where the reply names no period,
the next attempt is after an hour. A learned limit is valid for 30 days, since limits grow, or until
`alerts send --forget-limit`.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlite_utils import Database

from alerts.replies.judge import judge, plain
from alerts.replies.meaning import About
from alerts.store import outbox, relay_limits
from alerts.store.relay_limits import RelayLimit
from alerts.text.plural import counted

if TYPE_CHECKING:
    from alerts.outbox.options import Orders, SendReport, World

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_HOLDS = timedelta(days=30)
_MOMENTARY = re.compile(
    r"per (?:second|minute)|sending rate|peak|concurrent|connection|thread|too fast"
)
_PERIODS = (
    (re.compile(r"hour|stund|\bheure|\bhora|\bora\b|час"), _HOUR),
    (
        re.compile(
            r"\bday|daily|\b24\b|today|\btag|täglich|\bjour|quotidien|diari|\bdía|giorn|сут|день|当天"
            r"|answer/166852|[45]\.4\.5\b|5\.1\.90\b|5\.7\.23[2-6]\b|\bmi:stc"
        ),
        _DAY,
    ),
)
_CLOSED = ("account_suspended", "account_closed_early")


@dataclass(frozen=True, slots=True)
class Room:
    """How many messages the relay still accepts (None: no known limit), and when it accepts more."""

    number: int | None
    more_at: datetime | None = None


def is_limit(reply: str) -> bool:
    """Whether a reply says that our account has reached a limit on messages."""
    meaning = judge(reply)
    return meaning.about is About.OUR_ACCOUNT_LIMIT and meaning.cause not in _CLOSED


def period_of(reply: str) -> timedelta | None:
    """The period of a limit, where the reply names it."""
    said = plain(reply)
    return next((period for words, period in _PERIODS if words.search(said)), None)


def learn(db: Database, relay: str, reply: str, now: datetime) -> RelayLimit | None:
    """Store the limit in a refusal; None where it concerns only the moment, such as a rate."""
    period = period_of(reply)
    if period is None and _MOMENTARY.search(plain(reply)):
        return None
    taken = relay_limits.accepted_since(db, now - (period or _HOUR))
    number = sum(count for _, count in taken) if period else 0
    known = current(db, relay, now)
    if not number and known is not None and known.period == period:
        number = known.accepted
    until = max(taken[0][0] + period, now + _HOUR) if taken and period else now + _HOUR
    limit = RelayLimit(relay, number, period or _HOUR, reply[:200], now, until)
    relay_limits.keep(db, limit)
    return limit


def current(db: Database, relay: str, now: datetime) -> RelayLimit | None:
    """The known limit of the relay, if it is still valid."""
    limit = relay_limits.find(db, relay)
    return limit if limit is not None and limit.heard_at + _HOLDS > now else None


def room(db: Database, limit: RelayLimit | None, now: datetime) -> Room:
    """How many messages the relay still accepts now."""
    if limit is None:
        return Room(None)
    if now < limit.until:
        return Room(0, limit.until)
    if not limit.accepted:
        return Room(None)
    taken = relay_limits.accepted_since(db, now - limit.period)
    left = max(0, limit.accepted - sum(count for _, count in taken))
    return Room(left, taken[0][0] + limit.period if taken else now + limit.period)


def conclude(
    db: Database,
    orders: "Orders",
    world: "World",
    report: "SendReport",
    reached: RelayLimit | None,
) -> None:
    """Learn from a refusal, or say that the send stops short of a limit that was learned before."""
    now = world.now()
    if report.limit_reply and orders.relay:
        if limit := learn(db, orders.relay, report.limit_reply, now):
            more = f"sending goes on after {limit.until:%Y-%m-%d %H:%M} UTC"
            report.relay_fault = f"{report.relay_fault.rstrip('.')}; {more}"
    elif reached and outbox.count_due(db, now, orders.months, orders.resend_in_doubt):
        words = told(reached, room(db, reached, now))
        report.relay_fault = report.relay_fault or words


def told(limit: RelayLimit, left: Room) -> str:
    """The limit in words for a person, as a sentence without its full stop."""
    hours = round(limit.period.total_seconds() / 3600)
    took = (
        f"it took {counted(limit.accepted, 'message')} in {counted(hours, 'hour')}, then said"
        if limit.accepted
        else "it said"
    )
    more = ""
    if left.number == 0 and left.more_at is not None:
        more = f"; sending goes on after {left.more_at:%Y-%m-%d %H:%M} UTC"
    elif left.number:
        more = f"; {left.number:,} may go now"
    return f"the relay limits us: {took} “{limit.reply}”{more}"


def standing(db: Database, relay: str, now: datetime) -> str:
    """The state of the relay's limit in words; empty where none is known."""
    limit = current(db, relay, now)
    return told(limit, room(db, limit, now)) if limit is not None else ""
