"""Creates a project: alerts.toml, the database and sample files, each only where it is missing; never
overwrites."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.config import load, write
from alerts.config.settings import DATABASE_NAME
from alerts.instance import identity
from alerts.library.new_project_samples import write_samples
from alerts.library.opened import fresh_name
from alerts.store import create as make_database
from alerts.store import faults, instance, signing_keys


@dataclass(frozen=True, slots=True)
class Created:
    """The two files of a project, and whether each was created now; the sample files that were."""

    settings: Path
    database: Path
    settings_made: bool
    database_made: bool
    samples: tuple[Path, ...] = ()


def create(root: Path, now: datetime, *, samples: bool = False) -> Created:
    """Create the missing files of a project in the folder `root`; with `samples`, a new project gets
    sample articles and people too."""
    root.mkdir(parents=True, exist_ok=True)
    settings, database = root / load.FILE_NAME, root / DATABASE_NAME
    written = not settings.exists()
    if written:
        settings.write_text(write.fresh_toml(), encoding="utf-8")
    made = not database.exists() or not database.stat().st_size
    with faults(database):
        db = make_database(database)
        try:
            signing_keys.ensure(db, secrets.token_bytes(32), now)
            # A process that was killed can have left an empty file, or a schema and no identity.
            if made or not (instance.get(db) or identity.question(db, database)):
                identity.begin(db, database, fresh_name(), now)
        finally:
            db.close()
    new = written and made
    return Created(
        settings, database, written, made, write_samples(root, now) if samples and new else ()
    )
