"""`project.changes`: what editors did to an issue, and taking it back.

An act is what somebody did by one click or command, with all the fields that it changed; it is undone
whole, and only while nobody has changed any of them since.
"""

from dataclasses import dataclass

from alerts.domain.month import Month
from alerts.issue import undo
from alerts.issue.undo import EditorAct, FieldChange
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.voided import Voided, voided
from alerts.store import audit_log

MOST = 100  # acts that a list shows


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """What came of undoing an act: `changed` are the fields that somebody has changed since, and then
    nothing was undone; `voided` are the approvals that fell."""

    act: EditorAct
    month: Month
    changed: tuple[FieldChange, ...]
    voided: tuple[Voided, ...] = ()


class RecentChanges(ProjectPart):
    """What editors did to the issues."""

    @call
    def list(self, month: AMonth = None, most: int = MOST) -> tuple[EditorAct, ...]:
        """The acts of a month, the newest first, of at most so many events."""
        return undo.acts(self._opened.db, self._opened.month(month), most)

    @call
    def find(self, act: int) -> EditorAct | None:
        """The act of that id; None where there is none that changed anything."""
        found = undo.act_of(self._opened.db, act)
        return found[1] if found else None

    @call
    def undo(self, act: int, *, by: str = "") -> UndoOutcome | None:
        """Undo an act; None where there is none. Raises `UsageError` for a month that is queued or sent."""
        opened = self._opened
        found = undo.act_of(opened.db, act)
        changed = undo.undo(opened.db, act, opened.actor(by), opened.now) if found else None
        if found is None or changed is None:
            return None
        month, done = found
        return UndoOutcome(done, month, changed, () if changed else voided(opened, [month], by))

    @call
    def mark(self) -> int:
        """Where the log of events ends now, for `since`."""
        return audit_log.next_id(self._opened.db)

    @call
    def since(self, mark: int, month: AMonth = None, *, by: str = "") -> EditorAct | None:
        """The last act of the person who acts, made after that mark; None where they changed nothing."""
        opened = self._opened
        name = opened.actor(by).name
        among = undo.acts(opened.db, opened.month(month), MOST)
        return next((one for one in among if one.id >= mark and one.by == name), None)
