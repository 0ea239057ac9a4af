"""Sends what is due, where anything is.

The caller holds the project's lock. Whatever ends a send, calling it again continues. Where nothing is to be
sent, nothing is loaded that sends (`outbox_send.py`): cron asks every hour of every month.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.month import Month
from alerts.library.sending import Ending, Sending, Sent
from alerts.outbox import clock_gate, gate_facts
from alerts.store import clock
from alerts.store.at_rest import at_rest

if TYPE_CHECKING:
    from alerts.outbox.options import World

_NOTHING = Sent({}, {}, {}, "", "", Ending.DONE)


def send(
    db: Database, settings: Settings, world: "World", months: Sequence[Month] | None, how: Sending
) -> Sent:
    """Send the due notices, then the due deliveries of those months, or (None) of all months queued within
    alert.max_late, until nothing is due.

    Raises `Unwelcome` where the bounce limit leaves nothing to send or ends the send, and `Refused`
    where the gate refuses a month or the clock may be wrong (`ClockDoubted`); then nothing is sent for
    any month.
    """
    now = world.now()
    first = months[0] if months else Month.last_ended(now, settings.zone)
    gate_facts.check_settings(db, settings, first, how.anyway)
    if not months and not how.forget_limit and at_rest(db, now, settings.web.confirm_within):
        if clock_gate.doubted(db, now) is None:
            clock.advance(db, now, clock_gate.STEP)
        return _NOTHING
    from alerts.library import outbox_send  # what sends: 100 ms

    return outbox_send.send(db, settings, world, months, how)
