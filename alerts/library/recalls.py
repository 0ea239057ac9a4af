"""`project.recalls`: mending an issue that is queued: recall it, and send its next version."""

import time
from collections.abc import Callable, Collection

from alerts.domain.errors import TryLater, UsageError
from alerts.domain.month import Month
from alerts.library.clock import sure_of_time
from alerts.library.opened import AMonth, Opened, ProjectPart, call
from alerts.library.share_pictures import draw
from alerts.outbox import recall
from alerts.outbox.queue import Queued, queue
from alerts.outbox.recall import Recalled
from alerts.store import issues
from alerts.store.lock import project_lock

_PAUSE = 0.02  # seconds between two looks at the senders
_SOON = 50  # looks after which a caller is told that a sender is waited for

Waiting = Callable[[str], None]


def _nobody(holder: str) -> None:
    """Tell nobody."""


class Recalls(ProjectPart):
    """Recalled issues."""

    @call
    def recall(
        self, month: AMonth = None, why: str = "", *, by: str = "", waiting: Waiting = _nobody
    ) -> Recalled:
        """Stop what has not left of the month's issue; it can be edited again, as its next version.

        Also while another process sends: returns when no body of the recalled version will be begun any
        more; bodies that were begun end, and are booked. `waiting` is told of a sender that takes longer.
        Twice changes nothing. Raises `UsageError` for an issue that was never queued, or is sent to all.
        """
        opened, chosen = self._opened, self._opened.month(month)
        reason = " ".join(why.split())
        new = recall.recall(opened.db, chosen, reason, opened.actor(by), opened.now)
        self._wait(waiting)
        return recall.recalled(opened.db, chosen, already=not new)

    def _wait(self, waiting: Waiting) -> None:
        """Wait until every sender has obeyed all recalls."""
        opened, looks = self._opened, 0
        path = opened.settings.database_path
        while left := recall.disobeying(opened.db, path, opened.now):
            looks += 1
            if looks == _SOON:
                waiting(left[0])
            time.sleep(_PAUSE)

    @call
    def reissue(self, month: AMonth = None, *, anyway: Collection[str] = ()) -> Queued:
        """Freeze the next version of a recalled issue, and owe it to everyone who was not mailed.

        Can be repeated. Raises `UsageError` for an issue that was not recalled, and what `queue` raises.
        """
        opened, chosen = self._opened, self._opened.month(month)
        with project_lock(opened.settings.database_path, "issue reissue", opened.now):
            opened.ensure_may_send()
            _check_recalled(self._opened, chosen)
            recall.settle_left(opened.db, opened.now)
            if until := recall.held_elsewhere(opened.db, chosen, opened.now):
                raise TryLater(
                    f"{chosen}: another machine is still sending some of it; try again once it has ended,"
                    f" or after {until}"
                )
            sure_of_time(opened.db, opened.settings, opened.now, str(chosen), anyway)
            queued = queue(
                opened.db,
                opened.settings,
                chosen,
                opened.now,
                opened.actor(),
                anyway=anyway,
                mended=True,
            )
            draw(opened.db, opened.settings, chosen)
            return queued


def _check_recalled(opened: Opened, month: Month) -> None:
    stored = issues.get(opened.db, month)
    again = stored is not None and stored.frozen and stored.version > 1
    if stored is None or not (stored.recalled_at or again):
        raise UsageError(
            f"{month}: was not recalled: `alerts issue recall --month {month}` stops it,"
            f" `alerts queue --month {month}` queues an issue for the first time"
        )
