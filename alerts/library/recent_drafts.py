"""The drafts that pages showed last, so that showing them again reads nothing (`drafts.py` makes them)."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from alerts.domain.month import Month
from alerts.library.drafts import pending
from alerts.library.project import Project
from alerts.library.readiness import LintedDraft

MOST = 4  # drafts that are kept


class RecentDrafts:
    """May be used from any thread. `wake`: there may be a new job."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._kept: OrderedDict[Month, tuple[str, LintedDraft]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, project: Project, month: Month, *, again: bool = False) -> LintedDraft:
        """The draft of a month as it is now; or, while that is being made, as it was before (`current` is
        False). Asks for it to be made; `again`: even where that has just failed.

        Raises `DraftPending` where there is none yet, `TemplateFault` and `DraftFailed`.
        """
        state = project.drafts.state(month)
        with self._lock:
            known = self._kept.get(month)
        if known is not None and known[0] == state.made_of:
            return known[1]
        made = project.drafts.kept(month, state)
        if made is None or not made.current:
            project.drafts.ask(month, state, again=again)
            self._wake()
            made = project.drafts.kept(month, state)  # it may have been quick
        if made is None:
            raise pending(month)
        if made.current:
            self._keep(month, state.made_of, made)
        return made

    def _keep(self, month: Month, made_of: str, made: LintedDraft) -> None:
        with self._lock:
            self._kept[month] = made_of, made
            self._kept.move_to_end(month)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
