"""The position of a database in the departures ledger: the slots that it has absorbed.

These are all slots before the position, and some after it, whose departures were carried out while an
earlier one, of another process, was not yet committed.
"""

from collections.abc import Sequence

from sqlite_utils import Database

from alerts.store.departure_facts import Fact
from alerts.store.departures_fold import absorb
from alerts.store.departures_ledger import Ledger

Slots = Sequence[tuple[int, Fact]]
BATCH = 50_000  # facts absorbed by one transaction


def position(db: Database) -> int:
    """The first slot that the database has not absorbed."""
    return int(db.conn.execute("SELECT position FROM ledger").fetchone()[0])


def ahead(db: Database) -> set[int]:
    """The slots after it that the database has absorbed."""
    return {row[0] for row in db.conn.execute("SELECT slot FROM ledger_ahead")}


def take_in(db: Database, ledger: Ledger, slots: Slots) -> None:
    """Within the transaction that carries facts out: record that the database has them."""
    absorb(db, (fact for _, fact in slots))
    db.conn.executemany(
        "INSERT INTO ledger_ahead VALUES (?) ON CONFLICT DO NOTHING", [(slot,) for slot, _ in slots]
    )
    reached = begun = position(db)
    for (slot,) in db.conn.execute(
        "SELECT slot FROM ledger_ahead WHERE slot >= ? ORDER BY slot", (begun,)
    ):
        if slot != reached:
            break
        reached += 1
    if reached > begun:
        known = dict(slots).get(reached - 1)
        line = known.line().decode().strip() if known else ledger.line_at(reached - 1)
        db.conn.execute("UPDATE ledger SET position = ?, line = ?", (reached, line))
        db.conn.execute("DELETE FROM ledger_ahead WHERE slot < ?", (reached,))
