"""`Project`: an open project with one call per use case, and typed values in and out.

Prints nothing, never exits, reads no terminal. Errors are raised as one of the error tree
(`alerts.AlertsError`); replies of a relay or a source are values. One thread at a time.
"""

import os
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.errors import UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.library.opened import AMonth, Opened, call, settings_at
from alerts.library.owed_calls import OwedCalls
from alerts.library.parts import Parts
from alerts.library.system_clock import system_clock

if TYPE_CHECKING:
    from sqlite_utils import Database

    from alerts.domain.person import Person
    from alerts.editions.approval import ApprovalStatus
    from alerts.editions.draft import Draft
    from alerts.library.run_results import Ran
    from alerts.library.sending import Sending, Sent
    from alerts.library.status import Status
    from alerts.outbox.explain import Answer
    from alerts.outbox.options import SendReport
    from alerts.outbox.queued import Queued
    from alerts.outbox.report import DeliveryReport
    from alerts.sources.collected import Collected
    from alerts.subscribers.retention import RetentionCounts


class Project(Parts, OwedCalls):
    """The project in the folder `path`, or (None) the one that contains the current folder.

    A context manager: on leaving it, the database is closed. `clock` gives the present moment (aware);
    `environ` replaces the environment, whose ALERTS_… variables override settings; `caller` is named in
    the event log; `prefix` is put before the name of an argument in an error: `--` on the command line.
    Raises `UsageError` where there is no project, and `SettingsError`.
    """

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        clock: Callable[[], datetime] = system_clock,
        environ: Mapping[str, str] | None = None,
        caller: str = "library",
        prefix: str = "",
    ) -> None:
        around = os.environ if environ is None else environ
        super().__init__(Opened(settings_at(path, around), clock, around, caller, prefix))
        self.settings = self._opened.settings

    @classmethod
    def open(cls, path: Path | str | None = None) -> Self:
        """The same as `Project(path)`, with the system's clock and environment."""
        return cls(path)

    @classmethod
    def over(cls, settings: Settings, db: "Database", now: datetime, caller: str) -> Self:
        """A project that uses the caller's open connection, at one moment: for work that runs many
        times at once, such as a visit."""
        project = cls.__new__(cls)
        Parts.__init__(project, Opened(settings, lambda: now, os.environ, caller, db=db))
        project.settings = settings
        return project

    @classmethod
    def create(cls, path: Path | str, *, clock: Callable[[], datetime] = system_clock) -> "Project":
        """The project in the folder `path`; alerts.toml and the database are created where they are
        missing."""
        from alerts.library.create import create

        create(Path(path), clock())
        return cls(path, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def db(self) -> "Database":
        """The open database, for what the library does not offer; see docs/architecture.md."""
        return self._opened.db

    @property
    def now(self) -> datetime:
        """The present moment, by the clock of the project."""
        return self._opened.now

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment in which passwords are looked up."""
        return self._opened.environ

    def actor(self, by: str = "") -> Actor:
        """The person who makes a change, for the event log; without a name, the account of this
        process."""
        return self._opened.actor(by)

    def act_as(self, person: "Person", wake: Callable[[], None] | None = None) -> None:
        """Have all that follows be done by somebody who is signed in, under their proved name. With `wake`,
        a job renders what they change; it is called when there is one."""
        self._opened.person, self._opened.leave_rechecks = person, wake

    def close(self) -> None:
        """Close the database."""
        self._opened.close()

    def month(self, month: AMonth = None) -> Month:
        """The month of that text, or the last one that has ended."""
        return self._opened.month(month)

    @call
    def collect(self, month: AMonth = None) -> "Collected":
        """Read every source; undated articles join the month. A source that fails stops no other.

        Raises `UsageError` for a special alert, for which nothing is collected.
        """
        from alerts.sources.collect import collect

        opened, chosen = self._opened, self.month(month)
        if chosen.special:
            raise UsageError(f"{chosen}: a special alert has only what editors put into it")
        return collect(opened.db, self.settings, chosen, opened.now, environ=opened.environ)

    @call
    def draft(self, month: AMonth = None) -> "Draft":
        """The month's issue, rendered in every language: the frozen one, or from its present articles."""
        from alerts.editions.draft import drafted

        return drafted(self._opened.db, self.settings, self.month(month))

    @call
    def approve(
        self, issue: "Draft | Month | str | None" = None, *, by: str = "", content: str = ""
    ) -> "ApprovalStatus":
        """Sign the given draft, or the present draft of a month; any later change voids the approval.

        `by` is the person who signs, by default the account of this process; `content` is the beginning
        of the `content_hash` of the draft that they have seen. Raises `Conflict` where the issue has
        changed since, `Incomplete` below alert.min_coverage, and `UsageError` where it is already
        queued, or dropped.
        """
        from alerts.editions import approval
        from alerts.outbox.drop import check_not_dropped

        opened = self._opened
        draft = self.draft(issue) if issue is None or isinstance(issue, Month | str) else issue
        check_not_dropped(opened.db, draft.month)
        actor = opened.actor(by)
        return approval.approve(opened.db, self.settings, draft, actor, opened.now, content)

    @call
    def queue(
        self, month: AMonth = None, *, where: str | None = None, anyway: Collection[str] = ()
    ) -> "Queued":
        """Freeze the month's issue and create a delivery for every active subscriber. Can be repeated.

        With `where`, only for those who match it ("" for everybody again); it is kept with the issue.
        `anyway` names obstacles that the gate lets through to a real relay. Raises `IssueRecalled` for an
        issue that was recalled after somebody was mailed (`recalls.reissue` is for it), `Refused` (by the
        gate), `ClockDoubted`, `RecipientsDoubted`, `AwaitingApproval`, `Incomplete`, `LockHeld`, and
        `UndecidedCopy` where this copy of the database is not known to be the one that sends.
        """
        from alerts.library.queueing import queue

        return queue(self._opened, self.month(month), where, anyway)

    @call
    def send(self, month: AMonth = None, how: "Sending | None" = None) -> "Sent":
        """Send the due deliveries of that month, or (None) of all months queued within alert.max_late.

        Returns when nothing is due or `how.stop` is set; `Sent.ending` says why. Raises `LockHeld`,
        `UndecidedCopy`, and `Unwelcome` where the bounce limit is exceeded.
        """
        from alerts.library.send import send
        from alerts.library.sending import Sending
        from alerts.store.lock import project_lock

        opened, how = self._opened, how or Sending()
        months = None if month is None else [self.month(month)]
        with project_lock(self.settings.database_path, "send", opened.now):
            opened.ensure_may_send()
            return send(opened.db, self.settings, opened.world(how.stop), months, how)

    @call
    def run(
        self, month: AMonth = None, how: "Sending | None" = None, *, where: str | None = None
    ) -> "Ran":
        """Collect, queue and send. May be called twice, late or after a crash: everyone is mailed once.

        With a month, its issue is sent however late it is, and no other issue is; `where`, as for `queue`,
        needs one. With alert.review = "required" previews are mailed to its editors, and it is held back
        until they have approved it.
        """
        from alerts.library.queueing import set_recipients
        from alerts.library.run import run
        from alerts.library.sending import Sending
        from alerts.store.lock import project_lock

        opened, how = self._opened, how or Sending()
        with project_lock(self.settings.database_path, "run", opened.now):
            opened.ensure_may_send()
            world = opened.world(how.stop)
            chosen, named = self.month(month), month is not None
            set_recipients(opened, chosen, where, how.anyway, named=named)
            return run(opened.db, self.settings, world, chosen, opened.actor(), how, named=named)

    @call
    def send_notices(self, stop: threading.Event | None = None) -> "SendReport":
        """Send the due mails to single people, such as confirmations; raises `LockHeld`.

        They have a connection and a lock of their own, so none of them waits for an issue.
        """
        from alerts.library.sending import NOTICES_LOCK
        from alerts.outbox import gate_facts
        from alerts.store.lock import project_lock
        from alerts.subscribers import send_notices

        opened = self._opened
        world = opened.world(stop)
        with project_lock(self.settings.database_path, "notices", opened.now, NOTICES_LOCK):
            opened.ensure_may_send()
            gate_facts.check_sender(opened.db, self.settings, self.month())
            return send_notices.send_due(opened.db, self.settings, world)

    @call
    def report(self, month: AMonth = None) -> "DeliveryReport":
        """The delivery report of the month; may be called while another process sends."""
        from alerts.outbox.report import delivery_report

        opened = self._opened
        resends = self.settings.delivery.in_doubt == "resend"
        return delivery_report(opened.db, self.month(month), opened.now, resends=resends)

    @call
    def status(self, month: AMonth = None) -> "Status":
        """The state of the month's issue: its editions, its deliveries, and counts of reading."""
        from alerts.library.status import status

        return status(self._opened, self.month(month))

    @call
    def retention(
        self, *, dry_run: bool = False, anyway: Collection[str] = ()
    ) -> "RetentionCounts":
        """Delete data that is older than [retention] allows; with `dry_run`, only return the numbers.

        Raises `ClockDoubted`, unless `anyway` has “clock”.
        """
        from alerts.library.clock import sure_of_time
        from alerts.subscribers import retention as rule

        opened = self._opened
        if dry_run:
            return rule.preview_retention(opened.db, self.settings, opened.now)
        sure_of_time(opened.db, self.settings, opened.now, "retention", anyway)
        return rule.apply_retention(opened.db, self.settings, opened.now)

    @call
    def why(
        self, email: str, month: AMonth = None, *, time: Callable[[datetime], str] | None = None
    ) -> "Answer":
        """What happened to one person's copy of the month's issue, and why.

        `time` writes the moments in the text; by default they are as stored, ISO 8601 in UTC.
        """
        from alerts.outbox.explain import why
        from alerts.store import moment

        opened = self._opened
        address = Address.parse(email)
        chosen = self.month(month)
        at = (lambda stored: time(moment(stored))) if time else str
        return why(opened.db, self.settings, address, chosen, opened.now, at)
