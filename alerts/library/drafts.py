"""`project.drafts`: the draft of a month, rendered and checked once for all who look at it.

To render and check a large issue takes seconds, so it is a job, and its result is kept. A page shows the
result while all that it was made of stays the same: the issue, pictures, templates, settings, accepted
findings. The editions are those that all others take too (`editions/draft.py`); kept here is what the checks
found in them.
"""

import hashlib
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from alerts import __version__
from alerts.domain.errors import DraftFailed, DraftPending, StoreBusy, TemplateFault
from alerts.domain.issue import Issue
from alerts.domain.job import CUT_OFF, JobRecord, JobState
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.draft import Draft, drafted, keep, kept
from alerts.editions.template_files import file_stamps, template_files
from alerts.issue import load
from alerts.library import voided
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.readiness import LintedDraft
from alerts.lint.group import FindingGroup
from alerts.lint.place import Finding, Level, Place
from alerts.store import (
    accepted_findings,
    issues,
    jobs,
    picture_originals,
    rendered_drafts,
    transaction,
)
from alerts.store.rendered_drafts import RenderedDraft

KIND = "render"  # of the job
_TRIES = 3  # to render an issue that is being changed


@dataclass(frozen=True, slots=True)
class DraftState:
    """The issue of a month as it is now, and a hash of all that its draft is made of."""

    issue: Issue
    made_of: str


@dataclass(frozen=True, slots=True)
class DraftMade:
    """What came of rendering and checking: the hash of what it was made of, how many editions and causes of
    findings there are, and why it failed, or an empty text."""

    made_of: str
    editions: int
    causes: int
    fault: str = ""


class Drafts(ProjectPart):
    """The drafts of the months."""

    @call
    def state(self, month: AMonth = None) -> DraftState:
        """What the draft of a month would be made of now; renders nothing."""
        opened, chosen = self._opened, self._opened.month(month)
        db, settings = opened.db, opened.settings
        stored = issues.get(db, chosen)
        frozen = (stored.state, stored.version) if stored is not None and stored.frozen else None
        issue = load.composed(db, settings, chosen)
        parts = (
            __version__,
            frozen,
            stored.recipients.where if stored else "",
            issue,
            sorted(dict(picture_originals.prepared(db)).items()),
            tuple(file_stamps(template_files(settings.root))),
            settings,
            sorted(map(repr, accepted_findings.everything(db))),
        )
        made_of = hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()
        return DraftState(issue, made_of)

    @call
    def kept(self, month: Month, state: DraftState) -> LintedDraft | None:
        """The draft that was made last, which may be `current` or not; None where there is none.

        Raises `TemplateFault` where this very state cannot be rendered.
        """
        opened = self._opened
        if state.issue.empty:
            return LintedDraft(drafted(opened.db, opened.settings, month), ())
        found = rendered_drafts.get(opened.db, month)
        if found is None:
            return None
        current = found.made_of == state.made_of
        if found.fault and current:
            raise TemplateFault(found.fault)
        if found.fault:
            return None
        draft = self._draft(month, state.issue, found.editions)
        if draft is None:
            return None
        causes = tuple(map(_group, json.loads(zlib.decompress(found.packed))))
        return LintedDraft(draft, causes, found.made_at, current)

    @call
    def ask(self, month: Month, state: DraftState, *, again: bool = False) -> None:
        """Ask for the job that makes it, unless it is asked for already.

        Raises `DraftFailed` where the job failed, or made something else, with just this state; but with
        `again` it is asked for once more.
        """
        opened = self._opened
        last = jobs.newest(opened.db, KIND, str(month))
        if last is not None and not again and last.arguments.get("made_of") == state.made_of:
            if last.state is JobState.FAILED and last.fault != CUT_OFF:
                raise DraftFailed(last.fault)
            if last.state is JobState.DONE:
                raise DraftFailed(
                    "the draft was made with other settings than these pages have; start `alerts serve`"
                    " anew"
                )
        arguments = {"made_of": state.made_of}
        with suppress(StoreBusy), transaction(opened.db):  # the next look is soon enough
            who = opened.actor().name
            jobs.ask(opened.db, KIND, str(month), arguments, who, opened.now)

    @call
    def job(self, month: AMonth = None) -> JobRecord | None:
        """The job that makes the draft of a month, while it is open."""
        last = jobs.newest(self._opened.db, KIND, str(self._opened.month(month)))
        return last if last is not None and last.state.is_open else None

    @call
    def make(self, month: AMonth, told: Callable[[int, int], None]) -> DraftMade:
        """Render and check the draft of a month and keep it; nothing is done twice for the same state.

        `told` is given how many steps of how many are done. A template that cannot be rendered is kept as
        a fault.
        """
        opened, chosen = self._opened, self._opened.month(month)
        state = self.state(chosen)
        before = rendered_drafts.get(opened.db, chosen)
        if before is not None and before.made_of == state.made_of:
            return DraftMade(state.made_of, 0, 0, before.fault)
        for _ in range(_TRIES):
            steps = _Steps(2 * len(opened.settings.alert.languages), told)
            try:
                draft = drafted(opened.db, opened.settings, chosen, steps.step)
            except TemplateFault as fault:
                failed = RenderedDraft(state.made_of, opened.now, "", "", b"", str(fault))
                self._keep(chosen, failed)
                return DraftMade(state.made_of, 0, 0, str(fault))
            if draft.issue == state.issue:
                break
            state = self.state(chosen)
        from alerts.library.linting import Linter

        causes = Linter(opened).causes(draft, Level.WARNING, steps.step)
        packed = zlib.compress(json.dumps([asdict(one) for one in causes]).encode())
        made = RenderedDraft(
            state.made_of, opened.now, draft.content_hash, draft.made_of, packed, ""
        )
        self._keep(chosen, made, draft)
        return DraftMade(state.made_of, len(draft.editions), len(causes))

    @call
    def recheck(
        self, month: AMonth, told: Callable[[int, int], None], *, by: str = ""
    ) -> tuple[str, ...]:
        """Void the approvals of an older content of the month; whose they were. `told` as for `make`."""
        opened, chosen = self._opened, self._opened.month(month)
        steps = _Steps(len(opened.settings.alert.languages), told)
        draft = drafted(opened.db, opened.settings, chosen, steps.step)
        actor = opened.actor(by)
        return approval.recheck(opened.db, opened.settings, chosen, actor, opened.now, draft)

    @call
    def rechecking(self, month: AMonth = None) -> JobRecord | None:
        """The job that looks whether approvals of the month hold, while it is open. One that was cut off
        is asked for again: nobody could have thought otherwise meanwhile."""
        opened, chosen = self._opened, self._opened.month(month)
        last = voided.newest(opened, chosen)
        if last is not None and last.fault == CUT_OFF and opened.leave_rechecks is not None:
            with suppress(StoreBusy):  # the next look is soon enough
                voided.ask(opened, chosen)
                opened.leave_rechecks()
            last = voided.newest(opened, chosen)
        return last if last is not None and last.state.is_open else None

    def _draft(self, month: Month, issue: Issue, editions: str) -> Draft | None:
        """The issue with the editions that were made of `editions`, or are frozen; None where they are no
        longer kept."""
        db, settings = self._opened.db, self._opened.settings
        if editions:
            return kept(db, settings, month, issue, editions)
        stored = issues.get(db, month)
        return drafted(db, settings, month) if stored is not None and stored.frozen else None

    def _keep(self, month: Month, made: RenderedDraft, draft: Draft | None = None) -> None:
        with transaction(self._opened.db):
            rendered_drafts.put(self._opened.db, month, made)
            if draft is not None:
                keep(self._opened.db, draft)


class _Steps:
    """Counts the steps of a job."""

    def __init__(self, total: int, told: Callable[[int, int], None]) -> None:
        self._done, self._total, self._told = 0, total, told
        told(0, total)

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        self._told(self._done, self._total)


def _group(told: dict[str, Any]) -> FindingGroup:
    findings = tuple(
        Finding(**{**one, "level": Level(one["level"]), "place": Place(**one["place"])})
        for one in told["findings"]
    )
    return FindingGroup(told["code"], Level(told["level"]), findings)


def pending(month: Month) -> DraftPending:
    """What is said while nothing of the draft is known yet."""
    return DraftPending(
        f"{month}: the editions are being rendered and checked; look again in a moment"
    )
