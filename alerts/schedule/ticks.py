"""Runs what is due at each tick: the commands that cron would call.

Each action runs as `alerts …` in a process of its own, so it reads the settings again, cannot affect
the clock, and stops between two messages when this process is told to stop. The program can be
restarted at any moment, because the database decides what is due.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from alerts.config import load
from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError, TryLater
from alerts.domain.month import Month
from alerts.outbox.windows import openings
from alerts.schedule import cron
from alerts.schedule.due_issues import Due
from alerts.schedule.owed import special_turns, turns
from alerts.store import faults, open_database, outbox, scheduled_specials
from alerts.text.network_faults import system_words

_STOPPED = 75  # the exit code for a command that was not started


@dataclass
class Ticker:
    """Runs what is due in the project at `root`.

    `options` are put before each command, such as `-q`; `log` is the log.format of each; `warn` gets
    messages about faults, `explain` each command. `rested` are months that a run has left as they were:
    they are not tried again before the next tick of `collect` or `run`, since the cause rarely disappears
    within minutes.
    """

    root: Path
    warn: Callable[[str], None]
    explain: Callable[[str], None]
    options: Sequence[str] = ()
    log: str = "auto"
    rested: frozenset[Month] = frozenset()
    stopping: bool = False
    child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def tick(self, act: str) -> None:
        """Run what is due; a fault is reported, and the clock continues."""
        try:
            settings = load.load(self.root, os.environ)
            if act == "retention":
                self._command("retention")
                return
            if act == "bounces":
                if settings.bounces.mailbox:
                    self._command("bounce", "process")
                if settings.alert.admins:
                    self._command("watch")
                return
            if act == "collect":
                self._command("collect", "--month", str(Month.of(datetime.now(UTC), settings.zone)))
            self._run(act, settings)
            if act in ("send", cron.START):
                self._command("send")
        except AlertsError as fault:
            self.warn(str(fault))
        except OSError as fault:  # no process can be started now
            self.warn(f"{act}: {system_words(fault)}")

    def next_moment(self) -> datetime | None:
        """When the first send window opens for which something waits, or the first special alert goes; None
        where nothing is to come."""
        if self.stopping:
            return None
        try:
            settings = load.load(self.root, os.environ)
            now = datetime.now(UTC)
            db = open_database(settings.database_path)
            try:
                with faults(settings.database_path):
                    moments = [one.at for one in scheduled_specials.waiting(db) if one.at > now]
                    if settings.windows.on:
                        months, _ = outbox.open_months(db, now - settings.alert.max_late)
                        moments += [one.at for one in openings(db, settings, now, months)]
            finally:
                db.close()
        except AlertsError:  # the next tick tells it; this is asked every minute
            return None
        return min(moments, default=None)

    def stop(self) -> None:
        """Stop the running action, and start no other."""
        self.stopping = True
        if self.child is not None:
            self.child.terminate()

    def _run(self, act: str, settings: Settings) -> None:
        """Run, where an issue is owed; and where the last one is overdue, so that it is told."""
        db = open_database(settings.database_path)
        try:
            now = datetime.now(UTC)
            found = (*special_turns(db, settings, now), *turns(db, settings, now))
        finally:
            db.close()
        owed = frozenset(turn.month for turn in found if turn.due is Due.OWED)
        overdue = found[-1].due is Due.OVERDUE or any(
            turn.month.special and turn.due is Due.OVERDUE for turn in found
        )
        told = act != "send" and overdue
        if owed - (self.rested if act == "send" else frozenset()) or told:
            code = self._command("run")
            self.rested = owed if code != TryLater.exit_code else frozenset()

    def _command(self, *arguments: str) -> int:
        """Run one `alerts` command in a process of its own; returns its exit code."""
        if self.stopping:
            return _STOPPED
        where = ["--project", str(self.root)]
        line = [sys.executable, "-m", "alerts", *self.options, *where, *arguments]
        self.explain(f"$ alerts {' '.join(arguments)}")
        # A session of its own: Ctrl-C in the terminal reaches it once, through us.
        around = os.environ | {"ALERTS_LOG__FORMAT": self.log}
        self.child = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # results, which may name people; the log is on stderr
            start_new_session=True,
            env=around,
        )
        if self.stopping:  # told to stop while it was being started
            self.child.terminate()
        code = self.child.wait()
        self.child = None
        return code
