"""The limits that relays have told us of by refusing, one for each relay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import moment, stamp
from alerts.store.outbox_figures import ATTEMPTED_SINCE


@dataclass(frozen=True, slots=True)
class RelayLimit:
    """A relay took `accepted` messages within `period` and then refused with `reply`, at `heard_at`.

    Until `until` it is left alone. `accepted` is 0 where it is not known how many it takes.
    """

    relay: str
    accepted: int
    period: timedelta
    reply: str
    heard_at: datetime
    until: datetime


def find(db: Database, relay: str) -> RelayLimit | None:
    """What was learned of that relay; None for nothing."""
    row = db.conn.execute(
        "SELECT relay, accepted, seconds, reply, heard_at, until FROM relay_limits WHERE relay = ?",
        (relay,),
    ).fetchone()
    if row is None:
        return None
    name, accepted, seconds, reply, heard_at, until = row
    period = timedelta(seconds=seconds)
    return RelayLimit(name, accepted, period, reply, moment(heard_at), moment(until))


def keep(db: Database, limit: RelayLimit) -> None:
    """Remember a limit in place of what was known of that relay."""
    db.conn.execute(
        """INSERT INTO relay_limits (relay, accepted, seconds, reply, heard_at, until)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (relay) DO UPDATE SET accepted = excluded.accepted,
               seconds = excluded.seconds, reply = excluded.reply, heard_at = excluded.heard_at,
               until = excluded.until""",
        (
            limit.relay,
            limit.accepted,
            int(limit.period.total_seconds()),
            limit.reply,
            stamp(limit.heard_at),
            stamp(limit.until),
        ),
    )


def forget(db: Database, relay: str) -> bool:
    """Forget what was learned of that relay; False where that was nothing."""
    return db.conn.execute("DELETE FROM relay_limits WHERE relay = ?", (relay,)).rowcount == 1


def accepted_since(db: Database, since: datetime) -> Sequence[tuple[datetime, int]]:
    """How many messages were accepted at which moment since then, in order."""
    rows = db.conn.execute(
        f"""SELECT changed_at, count(*) FROM deliveries
            WHERE {ATTEMPTED_SINCE} AND state = 'sent' GROUP BY changed_at ORDER BY changed_at""",  # noqa: S608
        {"since": stamp(since)},
    ).fetchall()
    return [(moment(at), number) for at, number in rows]
