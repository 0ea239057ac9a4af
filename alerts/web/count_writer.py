"""Counts opens and clicks after their requests were answered.

An answer adds its token to counts in memory; a thread verifies the tokens and writes the numbers,
together with other writes at that moment. So no reader waits for the database, and no writer for a
reader. Counts that are not written when the process is killed are lost; they are not about persons.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from alerts.domain.errors import AlertsError
from alerts.library.connections import Pool
from alerts.library.links import Seen, count
from alerts.mail.tokens import Purpose

MOST_TOKENS = 10_000  # most different tokens that wait to be counted; more are left out
REST = 5.0  # seconds, before another attempt when the database was busy


class CountWriter:
    """What is still to be counted; safe to use from any thread."""

    def __init__(self, pool: Pool, warn: Callable[[str], None]) -> None:
        self._pool, self._warn = pool, warn
        self._waiting: Counter[Seen] = Counter()
        self._lock = threading.Lock()
        self._stirred, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, purpose: Purpose, token: str, now: datetime) -> None:
        """Count one more open or click, later; returns at once."""
        seen = (purpose, token, now.replace(hour=0, minute=0, second=0, microsecond=0))
        with self._lock:
            if seen in self._waiting or len(self._waiting) < MOST_TOKENS:
                self._waiting[seen] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="counts", daemon=True)
                self._thread.start()
        self._stirred.set()

    def close(self) -> None:
        """Write the waiting counts, once, and end."""
        self._stop.set()
        self._stirred.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stirred.wait()
            self._stirred.clear()
            if not self._write():
                self._stop.wait(REST)
                self._stirred.set()
        self._write()

    def _write(self) -> bool:
        """Write the waiting counts; False where that failed, and they wait for the next attempt."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        if not taken:
            return True
        try:
            self._pool.write(lambda db: count(db, taken))
        except AlertsError as fault:
            self._warn(f"opens and clicks are not counted yet: {fault}")
            with self._lock:
                self._waiting.update(taken)
            return False
        return True
