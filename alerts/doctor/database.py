"""Checks the database: undamaged, private, and with free disk space."""

import shutil
import stat
from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.outbox import gate
from alerts.store import departures_follow, faults, integrity
from alerts.store.departures_location import ledger_of

ROOM = 500_000_000  # octets that a large send may need for its journal and outbox


def sound(context: CheckContext) -> Iterator[CheckOutput]:
    """Yield the results of SQLite's own checks, of the file's mode, and of the free space on its disk."""
    path = context.settings.database_path
    db = context.open_database()
    with faults(path):
        broken = integrity.damage(db)
    yield from (
        CheckOutput(CheckLevel.ERROR, f"{path} is damaged: {words}", "restore a backup")
        for words in broken
    )
    mode = stat.S_IMODE(path.stat().st_mode)
    yield from (
        CheckOutput(CheckLevel.ERROR, one.reason, one.remedy)
        for one in gate.of_machine(context.settings, mode, mailbox_opens=True)
    )
    free = shutil.disk_usage(path.parent).free
    if free < ROOM:
        yield CheckOutput(
            CheckLevel.WARNING,
            f"{free // 1_000_000} MB are free beside {path}",
            "free disk space",
        )
    if not broken:
        with faults(path):
            yield from _ledger(context)
        yield CheckOutput(CheckLevel.OK, f"{path} is sound: {path.stat().st_size / 1e6:.1f} MB")


def _ledger(context: CheckContext) -> Iterator[CheckOutput]:
    """Check the copies of the departures ledger, and whether the database is older than it."""
    db = context.open_database()
    ledger = ledger_of(db)
    if not ledger.exists():
        yield CheckOutput(
            CheckLevel.WARNING,
            "there is no departures ledger: a backup that is put back would mail people who left since",
            "it is made by the next command that sends, adds or unsubscribes",
        )
        return
    if departures_follow.is_older(db):
        yield CheckOutput(
            CheckLevel.ERROR,
            "the database is older than its departures ledger: people left whom it shows as subscribers",
            "if this copy should send: `alerts adopt`",
        )
    for copy in ledger.conditions():
        if copy.fault or copy.damaged:
            fault = copy.fault or f"has {copy.damaged} damaged lines"
            yield CheckOutput(
                CheckLevel.WARNING,
                f"a copy of the departures ledger, {copy.path}, {fault}",
                "see that its folder is there and can be written; `alerts adopt` restores it from the others",
            )
        else:
            yield CheckOutput(
                CheckLevel.OK, f"departures ledger: {copy.path} holds {copy.facts} facts"
            )
