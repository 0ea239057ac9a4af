"""Connections to the database, kept open between visits: one for each visit that is under way.

A visit holds its connection for itself, so SQLite's own locking is all there is between visits and
everything else that works on the project. Writers of this process take turns: SQLite lets one write at
a time and has the others ask again now and then, which under load leaves some of them unlucky.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue

from sqlite_utils import Database

from alerts.settings import Settings
from alerts.store import faults, open_database

MOST = 8  # visits at once that touch the database; the others wait for their turn


class Pool:
    """The connections of one process; safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: LifoQueue[Database] = LifoQueue()
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection; raises `StoreBusy` and `StoreError`, also for what is done with it."""
        path = self._settings.database_path
        with faults(path):
            try:
                db = self._idle.get_nowait()
            except Empty:
                # `full` whatever the setting: what was answered with success is on disk (P6)
                db = open_database(path, synchronous="full", threads=True)
            try:
                yield db
            except BaseException:
                db.close()
                raise
            self._idle.put(db)

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """The same, for a visit that will write: one at a time."""
        with self._turn, self.reading() as db:
            yield db

    def close(self) -> None:
        """Close what is idle; to be called when no visit is under way."""
        while not self._idle.empty():
            self._idle.get_nowait().close()
