"""Creates a project: alerts.toml and the database, each only where it is missing; never overwrites."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.config import load, write
from alerts.config.settings import DATABASE_NAME
from alerts.instance import identity
from alerts.library.opened import fresh_name
from alerts.store import create as make_database
from alerts.store import faults, signing_keys


@dataclass(frozen=True, slots=True)
class Created:
    """The two files of a project, and whether each was created now."""

    settings: Path
    database: Path
    settings_made: bool
    database_made: bool


def create(root: Path, now: datetime) -> Created:
    """Create the missing files of a project in the folder `root`."""
    root.mkdir(parents=True, exist_ok=True)
    settings, database = root / load.FILE_NAME, root / DATABASE_NAME
    written = not settings.exists()
    if written:
        settings.write_text(write.fresh_toml(), encoding="utf-8")
    made = not database.exists()
    with faults(database):
        db = make_database(database)
        signing_keys.ensure(db, secrets.token_bytes(32), now)
        if made:
            identity.begin(db, database, fresh_name(), now)
        db.close()
    return Created(settings, database, written, made)
