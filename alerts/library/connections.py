"""Connections to the database: one for each visit that reads, and one writer thread.

A visit that reads has a connection of its own. Visits that write pass their work to one thread, which
does all waiting jobs with one commit: many visitors share it, and each is answered once it is on disk.
SQLite allows one writer at a time, and others poll; so after each commit the writer thread sleeps twice
its duration (at most 0.1 s), and a running send finds the database free most of the time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue, SimpleQueue
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import StoreError
from alerts.store import faults, group_commit, open_database
from alerts.store.lock import waiting

READERS = 8  # most reading visits at once; the others wait
WRITERS = 64  # most writing visits at once
MOST_TOGETHER = 32  # most writes in one commit, so that it is short
REST = 2.0  # pause before the next transaction, as a multiple of the last one's duration
MOST_REST = 0.1  # seconds

T = TypeVar("T")
Job = tuple[Callable[[Database], Any], "Future[Any]"]


class Pool:
    """The connections of one process; may be used from any thread.

    `warn` gets messages about faults after a commit, when nobody waits for them. `most_rest` is the
    longest pause of the writer between two commits, in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        warn: Callable[[str], None] = lambda line: None,
        *,
        most_rest: float = MOST_REST,
    ) -> None:
        self._settings, self._warn, self._most_rest = settings, warn, most_rest
        self._idle: LifoQueue[Database] = LifoQueue()
        self._desk: SimpleQueue[Job | None] = SimpleQueue()
        self._clerk: threading.Thread | None = None
        self._hiring = threading.Lock()
        self._files: WeakKeyDictionary[Database, int] = WeakKeyDictionary()  # the inode of each

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Yield a connection; raises `StoreBusy` and `StoreError`, also for errors of its use."""
        with faults(self._settings.database_path):
            db = self._fresh(self._idle_one()) or self._opened()
            try:
                yield db
            except BaseException:
                db.close()
                raise
            self._idle.put(db)

    def write(self, work: Callable[[Database], T]) -> T:
        """Run `work`, whose transactions are on disk when this returns.

        Raises the exceptions of `work` and of the commit.
        """
        with self._hiring:
            if self._clerk is None:
                self._clerk = threading.Thread(target=self._serve, name="writer", daemon=True)
                self._clerk.start()
        done: Future[T] = Future()
        self._desk.put((work, done))
        return done.result()

    def close(self) -> None:
        """Close all connections; may only be called when no visit is in progress."""
        if self._clerk is not None:
            self._desk.put(None)
            self._clerk.join()
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _idle_one(self) -> Database | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None

    def _opened(self) -> Database:
        path = self._settings.database_path
        db = open_database(path, threads=True)
        self._files[db] = path.stat().st_ino
        return db

    def _fresh(self, db: Database | None) -> Database | None:
        """The connection; if its file was replaced by another, it is closed, and None is returned."""
        if db is not None and self._files.get(db) != self._settings.database_path.stat().st_ino:
            db.close()
            return None
        return db

    def _serve(self) -> None:
        """The writer thread: run the jobs until there is a None among them."""
        db: Database | None = None
        while (first := self._desk.get()) is not None:
            jobs = [first]
            over = False
            with suppress(Empty):
                while len(jobs) < MOST_TOGETHER:
                    job = self._desk.get_nowait()
                    if job is None:
                        over = True
                        break
                    jobs.append(job)
            began = time.monotonic()
            try:
                path = self._settings.database_path
                with faults(path), waiting(path):
                    db = self._fresh(db) or self._opened()
                    self._together(db, jobs)
            except Exception as fault:
                for _, done in jobs:
                    if not done.done():
                        done.set_exception(fault)
                if db is not None:
                    db.close()
                    db = None
            if over:
                break
            time.sleep(min(self._most_rest, REST * (time.monotonic() - began)))
        if db is not None:
            db.close()

    def _together(self, db: Database, jobs: list[Job]) -> None:
        """Do these with one commit, tell each how it went once that is on disk, and then do what they
        left for after the commit. Where a departure cannot be kept, each is done by itself, so that
        only those who leave hear of it."""
        try:
            went, acts = _committed(db, jobs)
        except StoreError:
            if len(jobs) == 1:
                raise
            for job in jobs:
                try:
                    self._together(db, [job])
                except StoreError as fault:
                    job[1].set_exception(fault)
            return
        for done, result, failed in went:
            if failed is None:
                done.set_result(result)
            else:
                done.set_exception(failed)
        for act in acts:
            try:
                act()
            except Exception as fault:
                self._warn(f"after a commit, which stands: {type(fault).__name__}")


def _committed(
    db: Database, jobs: list[Job]
) -> tuple[list[tuple[Future[Any], Any, Exception | None]], list[Callable[[], object]]]:
    """Do jobs with one commit; what came of each, and what is to be done after it."""
    went: list[tuple[Future[Any], Any, Exception | None]] = []
    with group_commit(db) as acts:
        for work, done in jobs:
            try:
                went.append((done, work(db), None))
            except Exception as fault:
                went.append((done, None, fault))
    return went, acts
