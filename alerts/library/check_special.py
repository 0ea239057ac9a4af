"""How a special alert with a moment stands, as `alerts check` finds it."""

from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import RecipientsDoubted
from alerts.domain.month import Month
from alerts.issue import load
from alerts.library.standing import Stand
from alerts.outbox import segment
from alerts.outbox.special_moment import anyway_of, nothing_in_it
from alerts.schedule.due_issues import Due
from alerts.store import issues
from alerts.text.wall_clock import shown


def of_scheduled(
    db: Database, settings: Settings, month: Month, at: datetime, due: Due, *, approved: bool
) -> tuple[Stand, str] | None:
    """How it stands that goes at that moment, and why; None where what holds for a month that is due does."""
    empty = load.composed(db, settings, month).empty
    if due is Due.EARLY:
        why = f"goes {shown(at, settings.zone)}"
        if empty:
            return Stand.EARLY, f"{why}; nothing is in it yet"
        if settings.alert.review == "required" and not approved:
            why += f", once it is approved: `alerts issue approve {month.option}`"
        return Stand.EARLY, why
    if empty:
        return Stand.INCOMPLETE, nothing_in_it(month).removeprefix(f"{month}: ")
    if due is Due.OVERDUE:
        return None
    try:
        segment.check(db, month, issues.recipients_of(db, month), anyway_of(db, month, ()))
    except RecipientsDoubted as fault:
        return Stand.DOUBTED, str(fault).removeprefix(f"{month}: ")
    return None
