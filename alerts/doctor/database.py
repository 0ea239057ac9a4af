"""The database: whole, private, with room to grow, and nothing forgotten in it."""

import shutil
import stat
from collections.abc import Iterator

from alerts.doctor.finding import Level, Patient, Said
from alerts.store import faults, health

ROOM = 500_000_000  # octets that a large send can need for its journal and outbox


def sound(patient: Patient) -> Iterator[Said]:
    """By SQLite's own checks, the file's mode, and the room on its disk."""
    path = patient.settings.database_path
    db = patient.open_database()
    with faults(path):
        broken = health.damage(db)
    yield from (
        Said(Level.ERROR, f"{path} is damaged: {words}", "restore a backup") for words in broken
    )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield Said(
            Level.ERROR,
            f"others on this machine can read {path}, which holds people's addresses",
            f"chmod 600 {path}",
        )
    free = shutil.disk_usage(path.parent).free
    if free < ROOM:
        yield Said(
            Level.WARNING, f"{free // 1_000_000} MB are free beside {path}", "make room on the disk"
        )
    if not broken:
        yield Said(Level.OK, f"{path} is whole: {path.stat().st_size / 1e6:.1f} MB")
