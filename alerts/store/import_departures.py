"""The departures in an import, as facts for the departures ledger."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.entry import Standing
from alerts.store import departures_write, transaction
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure, ledger_of, names_of
from alerts.store.ledger_position import take_in

AT_ONCE = 20_000  # people

# The kind of fact for each status of an entry. An import erases nobody.
_FACTS = {
    Standing.UNSUBSCRIBED: DepartureKind.LEFT,
    Standing.BOUNCED: DepartureKind.BOUNCED,
    Standing.COMPLAINED: DepartureKind.COMPLAINED,
    Standing.BLOCKED: DepartureKind.SUPPRESSED,
    Standing.DELETED: DepartureKind.SUPPRESSED,
}


def announce(db: Database, now: datetime) -> list[range]:
    """Have the ledger know whom the staged entries unsubscribe or suppress, and did not know; the slots.

    Some thousands at a time, so that memory stays flat and nobody waits for the database meanwhile.
    """
    slots: list[range] = []
    last = 0
    while True:
        people, last, over = _next(db, last)
        if told := departures_write.append_departures(db, people, now):
            slots.append(range(told[0][0], told[-1][0] + 1))
        if over:
            return slots


def carry_out(db: Database, slots: Sequence[range]) -> None:
    """The database holds these slots, after the import that carried them out."""
    ledger = ledger_of(db)
    for few in slots:
        facts = islice(ledger.read(few.start), len(few))
        with transaction(db):
            take_in(db, ledger, [(slot, fact) for slot, fact in facts if slot in few])


def _next(db: Database, last: int) -> tuple[list[Departure], int, bool]:
    """Who leaves of the next people behind that row; the last row of them, and whether it was all."""
    names_of(db).register(db)
    (end,) = db.conn.execute("SELECT coalesce(max(rowid), 0) FROM staging.people").fetchone()
    until = min(last + AT_ONCE, end)
    rows = db.conn.execute(
        """SELECT x.email_key, x.status FROM staging.people AS x
            WHERE x.rowid > ? AND x.rowid <= ?
              AND x.status NOT IN ('', 'active', 'pending') AND NOT EXISTS
                  (SELECT 1 FROM main.departed AS d
                    WHERE d.hash = address_mark(x.email_key)
                      AND iif(x.status = 'unsubscribed', d.left_at > d.joined_at, d.blocked <> ''))""",
        (last, until),
    ).fetchall()
    leave = [Departure(_FACTS[Standing(word)], Address.parse(key)) for key, word in rows]
    return leave, until, until == end
