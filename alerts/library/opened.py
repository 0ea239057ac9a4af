"""An open project: its settings, its database and the clock, shared by the parts of the library.

Every error of SQLite or of the operating system leaves the library as one of the error tree
(alerts/domain/errors.py).
"""

import functools
import getpass
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from alerts.config import load
from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError, ClockDoubted, StoreBusy, StoreError, UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.domain.person import Person

if TYPE_CHECKING:
    from sqlite_utils import Database

    from alerts.outbox.options import World

AMonth = Month | str | None
"""A month, `YYYY-MM`, or `this`, the one that goes on; the key of a special alert; None for the last month
that has ended. In the alert's time zone."""

_SHOWN = 5  # most special alerts that a message names
P = ParamSpec("P")
R = TypeVar("R")


def fresh_name() -> str:
    """A random name for a database that has none yet."""
    return secrets.token_hex(8)


def settings_at(path: Path | str | None, environ: Mapping[str, str]) -> Settings:
    """The settings of the project at `path`, or (None) of the one that contains the current folder.

    Raises `UsageError` where there is none, and `SettingsError`.
    """
    if path is None:
        root = load.find_root(Path.cwd())
    elif Path(path).is_dir():
        root = Path(path).resolve()
    else:
        raise UsageError(f"{path}: no such folder; run `alerts init {path}`")
    return load.load(root, environ)


class Opened:
    """A project with these settings.

    `clock` gives the present moment (aware); `environ` is where passwords are looked up; `caller` is
    named in the event log as the program that changes something; `prefix` is put before the name of an
    argument in an error. `db`: a connection that the caller has opened and closes.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        environ: Mapping[str, str],
        caller: str,
        prefix: str = "",
        db: "Database | None" = None,
    ) -> None:
        self.settings, self.environ = settings, environ
        self._clock, self._caller, self.prefix = clock, caller, prefix
        self.person: Person | None = None  # who is signed in, and acts
        self._changes = 0
        self.leave_rechecks: Callable[[], None] | None = None
        """Where it is set, a change of an issue renders nothing: a job sees whether approvals hold, and
        this is called when it was asked for."""
        self.doubted = False  # the last use case was refused because of the clock
        self._notes_time = db is None  # else that is for the caller to do
        if db is not None:
            self.__dict__["db"] = db

    def _channels(self) -> Mapping[str, str]:
        """The channels that are posted to, by name, with what makes each another one when it changes."""
        if not self.settings.channels:
            return {}
        from alerts.channels.channel import wanted  # most projects have none

        return wanted(self.settings)

    @cached_property
    def db(self) -> "Database":
        """The open database; committed changes survive a power loss."""
        from alerts.hooks.endpoint import wanted
        from alerts.store import (
            channel_starts,
            faults,
            hooks,
            open_database,
            subscriber_import,
        )  # 150 ms
        from alerts.store.departures_location import keep_in

        db = open_database(self.settings.database_path)
        try:
            with faults(self.settings.database_path):
                keep_in(db, self.settings.ledger_folders)
                subscriber_import.finish(db)
                hooks.agree(db, wanted(self.settings), self.now)
                channel_starts.agree(db, self._channels(), self.now)
        except BaseException:
            db.close()
            raise
        self._changes = db.conn.total_changes
        return db

    def close(self) -> None:
        """Close what was opened; later use opens it again."""
        if "db" in self.__dict__:
            with suppress(StoreError, StoreBusy):  # noting the time matters less than anything else
                self.saw()
            self.db.close()
            del self.__dict__["db"]

    def saw(self) -> None:
        """Have the database note the present moment, where anything was committed since the last time.

        Not where the clock was `doubted`: what it refused is not believed the next time either.
        """
        if not self._notes_time or "db" not in self.__dict__:
            return
        if self.db.conn.total_changes == self._changes:
            return
        from alerts.store import clock, faults

        with faults(self.settings.database_path):
            if not self.doubted:
                clock.advance(self.db, self.now)
            self._changes = self.db.conn.total_changes

    def pass_over(self) -> None:
        """What was committed since the last use case is no sign of the time: only what was said is noted."""
        self._changes = self.db.conn.total_changes

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self._clock()

    def month(self, month: AMonth) -> Month:
        """The month named, or the last one that has ended in the alert's time zone; or the special alert
        with that key. Raises `UsageError` where there is none."""
        if isinstance(month, Month):
            return month
        if not month:
            return Month.last_ended(self.now, self.settings.zone)
        key = Month.named(month, self.now, self.settings.zone)
        if key.special:
            self._check_special(key)
        return key

    def _check_special(self, key: Month) -> None:
        from alerts.store import issues

        if issues.get(self.db, key) is None:
            there = ", ".join(str(one.month) for one in issues.specials(self.db)[:_SHOWN])
            which = f"there are {there}" if there else "there is none yet"
            raise UsageError(
                f"“{key}” is no month (write YYYY-MM) and no special alert: {which};"
                f" `alerts issue new {self.prefix}special TITLE` begins one"
            )

    def actor(self, by: str = "") -> Actor:
        """The person who makes a change, for the event log; without a name, the account of this
        process; somebody who is signed in always acts under their own."""
        if self.person is not None:
            return Actor(self.person.email, self._caller, self.person.id)
        return Actor(" ".join(by.split()) or _account(), self._caller)

    def ensure_may_send(self) -> None:
        """Check that this copy of the database is the one allowed to send; raises `UndecidedCopy`."""
        from alerts.instance import identity

        identity.ensure_may_send(self.db, self.settings.database_path, fresh_name(), self.now)

    def world(self, stop: threading.Event | None = None) -> "World":
        """Relay, clocks, randomness and stop request for a send; raises `SettingsError` where relay or
        keys are wrong."""
        from alerts.mail.dkim_keys import Keyring
        from alerts.outbox.options import World
        from alerts.transport.relay import relay_of

        return World(
            relay_of(self.settings, self.environ),
            self._clock,
            time.monotonic,
            random.random,
            stop or threading.Event(),
            Keyring.load(self.settings),
            self.environ,
        )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise errors of SQLite and of the operating system as errors of the error tree."""
        from alerts.store import faults

        try:
            with faults(self.settings.database_path):
                yield
        except OSError as fault:
            from alerts.text.network_faults import system_words  # imports ssl: 15 ms

            place = fault.filename or "system"
            raise AlertsError(f"{place}: {system_words(fault)}") from fault


class ProjectPart:
    """A part of the library that works on an open project."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened


ThePart = TypeVar("ThePart", bound=ProjectPart)


def call(method: Callable[Concatenate[ThePart, P], R]) -> Callable[Concatenate[ThePart, P], R]:
    """Decorate a method of the library, so that its errors are those of the error tree."""

    @functools.wraps(method)
    def called(self: ThePart, /, *args: P.args, **options: P.kwargs) -> R:
        with self._opened.translated():
            self._opened.doubted = False
            try:
                return method(self, *args, **options)
            except ClockDoubted:
                self._opened.doubted = True
                raise
            finally:
                self._opened.saw()

    return called


def _account() -> str:
    """The name of the account that this process runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"account {os.getuid()}"
