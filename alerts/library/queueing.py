"""Queueing the issue that a person names, and choosing the readers whom it is for."""

from collections.abc import Collection

from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.library.clock import sure_of_time
from alerts.library.opened import Opened
from alerts.outbox import segment
from alerts.outbox.queued import Queued
from alerts.store import issue_versions, issues
from alerts.store.lock import project_lock


def queue(opened: Opened, month: Month, where: str | None, anyway: Collection[str]) -> Queued:
    """Freeze the month's issue and fill the outbox; see `Project.queue`."""
    from alerts.library.share_pictures import draw  # with `queue` below, 250 ms
    from alerts.outbox.queue import queue as freeze_and_fill

    db, settings = opened.db, opened.settings
    with project_lock(settings.database_path, "queue", opened.now):
        opened.ensure_may_send()
        stored = issues.get(db, month)
        if stored is None or not stored.frozen:
            sure_of_time(db, settings, opened.now, str(month), anyway)
        set_recipients(opened, month, where, anyway, named=True)
        # of a recalled issue nobody was mailed, it simply opens again, and a person queues it
        mended = stored is not None and not issue_versions.mailed(db, stored.id)
        queued = freeze_and_fill(
            db, settings, month, opened.now, opened.actor(), anyway=anyway, mended=mended
        )
        draw(db, settings, month)
        return queued


def set_recipients(
    opened: Opened, month: Month, where: str | None, anyway: Collection[str], *, named: bool
) -> None:
    """Choose whom the issue is for, where the caller says so, and question a segment that it has.

    Raises `UsageError` where nobody `named` the issue, as the words must not fall upon another one, and
    what `segment.set_recipients` raises.
    """
    if where is None:
        stored = issues.get(opened.db, month) if named else None
        if stored is not None and not stored.frozen and stored.version == 1:
            segment.check(opened.db, month, stored.recipients, anyway)
        return
    if not named:
        raise UsageError(f"{opened.prefix}where: name the issue too: {opened.prefix}month {month}")
    segment.set_recipients(opened.db, month, where, opened.actor(), opened.now, anyway)
