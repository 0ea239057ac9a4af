"""Connections to the database: one for each visit that reads, and one at which all writing is done.

A visit that reads holds a connection for itself. Visits that write hand what they have to do to one
thread, the desk, which does all that has come in within one transaction: many visitors share a commit,
and each is answered once it is on disk. SQLite lets one write at a time and has the others ask again now
and then; so the desk leaves the database alone after each commit, for longer than that took, and a send
under way finds it free most of the time, however many visitors there are.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue, SimpleQueue
from typing import Any, TypeVar

from sqlite_utils import Database

from alerts.settings import Settings
from alerts.store import faults, open_database, transaction

READERS = 8  # visits at once that read; the others wait for their turn
WRITERS = 64  # … and that write
MOST_TOGETHER = 32  # writes in one transaction, so that it stays short
REST = 2.0  # times what a transaction took, before the next one
MOST_REST = 0.1  # seconds

T = TypeVar("T")
Job = tuple[Callable[[Database], Any], "Future[Any]"]


class Pool:
    """The connections of one process; safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: LifoQueue[Database] = LifoQueue()
        self._desk: SimpleQueue[Job | None] = SimpleQueue()
        self._clerk: threading.Thread | None = None
        self._hiring = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection; raises `StoreBusy` and `StoreError`, also for what is done with it."""
        with faults(self._settings.database_path):
            try:
                db = self._idle.get_nowait()
            except Empty:
                db = self._opened()
            try:
                yield db
            except BaseException:
                db.close()
                raise
            self._idle.put(db)

    def write(self, work: Callable[[Database], T]) -> T:
        """Have `work` done in a transaction, which is on disk when this returns.

        Raises what `work` raises, which then has written nothing, and what befell the transaction.
        """
        with self._hiring:
            if self._clerk is None:
                self._clerk = threading.Thread(target=self._serve, name="desk", daemon=True)
                self._clerk.start()
        done: Future[T] = Future()
        self._desk.put((work, done))
        return done.result()

    def close(self) -> None:
        """Close all; to be called when no visit is under way."""
        if self._clerk is not None:
            self._desk.put(None)
            self._clerk.join()
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _opened(self) -> Database:
        return open_database(self._settings.database_path, threads=True)

    def _serve(self) -> None:
        """What the desk does, until there is a None among the jobs."""
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
                with faults(self._settings.database_path):
                    db = db or self._opened()
                    _together(db, jobs)
            except Exception as fault:
                for _, done in jobs:
                    if not done.done():
                        done.set_exception(fault)
                if db is not None:
                    db.close()
                    db = None
            if over:
                break
            time.sleep(min(MOST_REST, REST * (time.monotonic() - began)))
        if db is not None:
            db.close()


def _together(db: Database, jobs: list[Job]) -> None:
    """Do these in one transaction, and tell each how it went once that is on disk."""
    went: list[tuple[Future[Any], Any, Exception | None]] = []
    with transaction(db):
        for work, done in jobs:
            try:
                with transaction(db):
                    went.append((done, work(db), None))
            except Exception as fault:
                went.append((done, None, fault))
    for done, result, failed in went:
        if failed is None:
            done.set_result(result)
        else:
            done.set_exception(failed)
