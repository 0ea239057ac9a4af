"""Use cases: withdraw an imported issue from the archive, and show it again."""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.errors import UsageError
from alerts.domain.imported import ImportedWithdrawal
from alerts.domain.issue import Actor
from alerts.store import audit_log, imported_issues, transaction


def withdraw_imported(
    db: Database, key: str, why: str, by: Actor, now: datetime, *, erase: bool
) -> ImportedWithdrawal:
    """Show an imported issue no more, in all its languages; with `erase`, delete its words."""
    one = ImportedWithdrawal(key, why, by.name, now, erase)
    with transaction(db):
        if not imported_issues.withdraw(db, one):
            raise UsageError(f"{key}: no such imported issue; its page has the day in its address")
        _record(db, "archive.import_withdrawn", key, by, now, erased=erase)
    return one


def show_imported_again(db: Database, key: str, by: Actor, now: datetime) -> None:
    """Undo a withdrawal whose words are kept; raises `UsageError`."""
    found = imported_issues.withdrawal(db, key)
    if found is None:
        raise UsageError(f"{key} is not withdrawn; `alerts archive withdrawn` lists what is")
    if found.erased:
        raise UsageError(f"{key} was erased: there is nothing to show again")
    with transaction(db):
        imported_issues.show_again(db, key)
        _record(db, "archive.import_shown_again", key, by, now)


def _record(db: Database, kind: str, key: str, by: Actor, now: datetime, **more: bool) -> None:
    detail = {"by": by.name, "command": by.command, "issue": key, **more}
    audit_log.record(db, now, kind, detail=detail)
