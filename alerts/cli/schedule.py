"""`alerts schedule`: the commands that cron would call, called by our own clock.

Each act runs as `alerts …` in a process of its own, so it reads the settings anew, cannot harm the
clock, and stops between two messages when this process is told to stop. Run under systemd or in a
container; a restart at any moment costs nothing, because what is due follows from the database.
"""

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from alerts import scheduler
from alerts.cli.session import Session, pass_session
from alerts.due import Due, candidates, issue_due
from alerts.errors import AlertsError
from alerts.model import Month
from alerts.store import faults, issues
from alerts.store import secrets as keys


@click.command()
@pass_session
def schedule(session: Session) -> None:
    """Run by the clock, as [schedule] in alerts.toml says, until stopped.

    Collects, sends the last month's issue when its moment has come (or was missed by no more than
    alert.max_late), and tries deferred deliveries again.
    """
    settings = session.settings
    scheduler.check(settings)
    clock = Clock(session, settings.root)
    for act in scheduler.ACTS:
        session.say(f"{act}: {getattr(settings.schedule, act) or 'not by the clock'}")
    session.say(f"times are those of {settings.alert.timezone}; stop with Ctrl-C")
    scheduler.serve(settings, clock.tick, clock.stop)
    session.say("stopped")


@dataclass
class Clock:
    """What happens at a tick. `failed` is a month whose run failed: not to be tried again before
    the next tick of `collect` or `run`, since what is wrong seldom heals in minutes."""

    session: Session
    root: Path
    failed: Month | None = None
    stopping: bool = False
    child: "subprocess.Popen[bytes] | None" = None

    def tick(self, act: str) -> None:
        """Do what is due; a fault is told and the clock goes on."""
        try:
            with contextlib.closing(Session(self.root)) as fresh:
                settings, now = fresh.settings, fresh.now
                last = Month.last_ended(now, settings.zone)
                found = {m: _due(fresh, m, now) for m in candidates(last, settings.alert.max_late)}
                too_late = overdue(fresh, last, now)
            if act == "retention":
                self._command("retention")
                return
            if act == "bounces":
                if settings.bounces.mailbox:
                    self._command("bounce", "process")
                return
            if act == "collect":
                self._command("collect", "--month", str(last.plus(1)))
            for month, due in found.items():
                if due is Due.OWED and (act != "send" or self.failed != month):
                    code = self._command("run", "--month", str(month))
                    self.failed = month if code in (1, 2) else None
            if too_late and act != "send":
                self.session.warn(too_late)
            if act in ("send", scheduler.START):
                self._command("send")
        except AlertsError as fault:
            self.session.warn(str(fault))

    def stop(self) -> None:
        """Tell the act under way to stop, and begin no other."""
        self.stopping = True
        if self.child is not None:
            self.child.terminate()

    def _command(self, *arguments: str) -> int:
        """Carry out one command line of ours, in a process of its own; returns its exit code."""
        if self.stopping:
            return 75
        flags = ["-q"] * self.session.quiet + ["-v"] * self.session.verbose
        line = [sys.executable, "-m", "alerts", *flags, "--project", str(self.root), *arguments]
        self.session.explain(f"$ alerts {' '.join(arguments)}")
        # A session of its own: Ctrl-C in the terminal reaches it once, through us.
        self.child = subprocess.Popen(line, stdin=subprocess.DEVNULL, start_new_session=True)
        if self.stopping:  # told to while it was being started
            self.child.terminate()
        code = self.child.wait()
        self.child = None
        return code


def overdue(session: Session, month: Month, now: datetime) -> str:
    """What is said of an issue that is too late to be sent unasked; empty where it is not."""
    if _due(session, month, now) is not Due.OVERDUE:
        return ""
    return (
        f"the issue of {month} is overdue by more than alert.max_late"
        f" ({session.settings.alert.max_late.days} days): `alerts run --month {month}` sends it"
    )


def _due(session: Session, month: Month, now: datetime) -> Due:
    """What is to be done about one month's issue, as the rows say."""
    settings = session.settings
    with faults(settings.database_path):
        return issue_due(
            now,
            scheduler.planned(settings, month),
            began=keys.project_began(session.db),
            frozen=month in issues.frozen_months(session.db),
            max_late=settings.alert.max_late,
        )
