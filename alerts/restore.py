"""Putting a backup back in the place of the project's database.

The former database is kept. Whatever the backup says is unfinished is held, and nothing is sent until
an admin adopts this copy (home.py): a backup is older than what was sent after it. Who has left since is
let go again, where the former database can still tell.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts import home
from alerts.errors import InputError, StoreError
from alerts.model import Month
from alerts.store import backup, departures, stamp


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring did. `departed` is None where the former database could not tell."""

    held: int
    departed: int | None
    kept: Path | None


def restore(file: Path, database: Path, fresh: str, now: datetime, ended: Month) -> Restored:
    """Put the backup `file` in the place of `database`, with the project's lock held.

    Changes nothing and raises `InputError` or `StoreError` where the file is no sound database of
    ours. `ended` is the last month that has ended: another copy may have sent it.
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
            departed = departures.carry_over(db, database, now) if database.exists() else None
            held = home.unsettle(db, fresh, now, ended)
        finally:
            db.close()
        existed = backup.swap(copy, database, aside)
    return Restored(held, departed, aside if existed else None)
