"""Acts on what a relay reports, as on mail that came back.

The relay is ours and has proved it, so where an event does not name our message by its signed Message-ID,
it is about the newest copy that was sent to that address within `OF_ADDRESS`: most relays give messages
ids of their own. Every event has its effect once. An event about somebody who was sent nothing, or of a
kind that is not about bounces, is counted and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.bounces.process import BounceProcessor
from alerts.bounces.relays.request import RelayEvent
from alerts.store import relay_events

OF_ADDRESS = timedelta(days=30)  # how old the copy may be that an address stands for
REMEMBERED = timedelta(days=60)  # longer than anything signed is believed
IGNORED, REPEATED, NOBODY = "ignored", "repeated", "about nobody"


@dataclass(frozen=True, slots=True)
class RelayTaken:
    """What came of a request: events by what they were, and how many changed anything."""

    events: int
    acted: int
    repeated: int
    ignored: int


def take(
    db: Database, soft_limit: int, relay: str, events: tuple[RelayEvent, ...], now: datetime
) -> RelayTaken:
    """Act on the events of one request; can be repeated."""
    processor = BounceProcessor(db, soft_limit)
    acted = repeated = ignored = 0
    for event in events:
        if event.id and relay_events.seen(db, relay, event.id):
            repeated += 1
            relay_events.note(db, relay, "", REPEATED, now)
            continue
        if not event.reports:
            ignored += 1
            relay_events.note(db, relay, event.id, IGNORED, now)
            continue
        for report in event.reports:
            feedback = processor.reported(report, now, now - OF_ADDRESS)
            acted += feedback.done
            kind = report.kind.value if feedback.email else NOBODY
            relay_events.note(db, relay, event.id, kind, now)
    relay_events.forget(db, now - REMEMBERED)
    return RelayTaken(len(events), acted, repeated, ignored)
