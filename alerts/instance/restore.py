"""Restores a backup as the project's database.

The former database is kept. Open deliveries in the backup are held, and nothing is sent until an admin
adopts this copy (instance/identity.py), because the backup lacks everything that was sent after it was
made. People who have left since are unsubscribed again, by the departures ledger and the former
database.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.errors import InputError, StoreError
from alerts.domain.month import Month
from alerts.instance import identity
from alerts.store import backup, departures, departures_follow, stamp
from alerts.store.departures_location import ledger_of


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of restoring. `departed`: how many people were unsubscribed again; None if the former
    database could not be read."""

    held: int
    departed: int | None
    kept: Path | None


def restore(file: Path, database: Path, fresh: str, now: datetime, ended: Month) -> Restored:
    """Replace `database` by the backup `file`, with the project's lock held.

    Changes nothing and raises `InputError` or `StoreError` if the file is not a sound database of this
    program. `ended` is the last month that has ended: another copy may have sent it.
    """
    if database.exists() and file.samefile(database):
        raise InputError(f"{file}: this is the project's database itself")
    aside = database.with_name(f"{database.name}.before-{stamp(now).replace(':', '')}")
    if aside.exists():
        raise StoreError(f"{aside}: the database kept at the last restore; wait a second")
    backup.tidy(database)
    with backup.copied(file, database) as copy:
        db = backup.upgraded(copy, file)
        try:
            departed = _follow(db, database, now)
            held = identity.require_adoption(db, fresh, now, ended)
        finally:
            db.close()
        existed = backup.swap(copy, database, aside)
    return Restored(held, departed, aside if existed else None)


def _follow(db: Database, database: Path, now: datetime) -> int | None:
    """Unsubscribe everyone who left after the backup was made, by the departures ledger and the former
    database; returns their number, or None where neither can be read."""
    former = departures.carry_over(db, database, now) if database.exists() else None
    if not ledger_of(db, database).exists():
        return former
    return departures_follow.adopt_ledger(db, now, database) + (former or 0)
