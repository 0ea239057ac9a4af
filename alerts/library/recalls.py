"""`project.recalls`: mending an issue that is queued or sent.

A recall stops what has not left, a reissue sends the next version, a correction tells those who got the
mistake what is right.
"""

import time
from collections.abc import Callable, Collection, Mapping

from sqlite_utils import Database

from alerts.config.known import language_known
from alerts.domain.errors import TryLater, UsageError
from alerts.domain.month import Month
from alerts.library.clock import sure_of_time
from alerts.library.opened import AMonth, Opened, ProjectPart, call
from alerts.library.share_pictures import draw
from alerts.outbox import correct, recall
from alerts.outbox.correct import Corrected, Planned
from alerts.outbox.drop import check_not_dropped
from alerts.outbox.queue import queue
from alerts.outbox.queued import Queued
from alerts.outbox.recall import Recalled
from alerts.store import archive, issues
from alerts.store.lock import project_lock
from alerts.store.recipients import Recipients
from alerts.text.plain_text import tidy

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
            check_not_dropped(opened.db, chosen)
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

    @call
    def plan_correction(
        self,
        texts: Mapping[str, str],
        month: AMonth = None,
        *,
        version: int | None = None,
        article: str = "",
        where: str = "",
    ) -> Planned:
        """Who would get a correction with these texts (by language); changes nothing.

        Without a `version` it is for those who have one that was recalled, or, of an issue that never was,
        for all; with an `article` (its id, or the beginning of its title) only for those whose edition
        showed it; with `where` only for those of them who match it. Raises `UsageError`.
        """
        opened = self._opened
        chosen = opened.month(month)
        written = {_language(tag): tidy(text) for tag, text in texts.items()}
        if not any(written.values()):
            raise UsageError("a correction needs words: --text LANG=TEXT or --file LANG=FILE")
        named = _article(opened.db, article, chosen) if article else ""
        kept = {tag: text for tag, text in written.items() if text}
        whom = Recipients.asked(where)
        return correct.plan(opened.db, opened.settings, chosen, kept, version, named, whom)

    @call
    def correct(self, planned: Planned, *, by: str = "", anyway: Collection[str] = ()) -> Corrected:
        """Queue a correction as planned; the same twice is one. Raises `LockHeld` while a send runs."""
        opened = self._opened
        with project_lock(opened.settings.database_path, "issue correct", opened.now):
            opened.ensure_may_send()
            recall.settle_left(opened.db, opened.now)
            sure_of_time(opened.db, opened.settings, opened.now, str(planned.month), anyway)
            return correct.correct(
                opened.db, opened.settings, planned, opened.actor(by), opened.now, anyway
            )


def _language(text: str) -> str:
    tag = language_known(text)
    if not tag:
        raise UsageError(f"“{text}” is no language: write --text en=…, es=…, pt-br=…")
    return tag


def _article(db: Database, named: str, month: Month) -> str:
    """The id of an article that is named by it, or by the beginning of its title in the issue."""
    found = archive.articles_named(db, month, named)
    if len(found) != 1:
        kind = "several articles" if found else "no article"
        raise UsageError(f"“{named}”: {kind} of the issue of {month}: write its id")
    return found[0]


def _check_recalled(opened: Opened, month: Month) -> None:
    stored = issues.get(opened.db, month)
    again = stored is not None and stored.frozen and stored.version > 1
    if stored is None or not (stored.recalled_at or again):
        raise UsageError(
            f"{month}: was not recalled: `alerts issue recall {month.option}` stops it,"
            f" `alerts queue {month.option}` queues an issue for the first time"
        )
