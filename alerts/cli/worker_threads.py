"""A thread that dies ends the process, so that systemd or a container starts it anew: half a server that
goes on looks alive to everybody."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alerts.domain.errors import AlertsError
from alerts.text.mistakes import place_of


class WorkerThreads:
    """Whether one of the threads of this process has died; the first one is told of."""

    def __init__(self) -> None:
        self.dead, self._leaving = "", False
        self._lock = threading.Lock()

    def leave(self) -> None:
        """The process is ending: how its threads end does not matter any more."""
        self._leaving = True

    def died(self, name: str, why: str) -> None:
        """A thread has ended that nobody had stopped: stop the process as SIGTERM does."""
        if self._leaving:
            return
        with self._lock:
            first, self.dead = not self.dead, self.dead or f"the thread “{name}” has died ({why})"
        if first:
            os.kill(os.getpid(), signal.SIGTERM)

    def start(
        self, name: str, work: Callable[[], None], leaving: Callable[[], bool]
    ) -> threading.Thread:
        """Start a thread that is to work until `leaving` is true."""

        def watched() -> None:
            why = "it has returned"
            try:
                work()
            except SystemExit:
                why = "it could not start"
            finally:
                if not leaving():
                    self.died(name, why)

        thread = threading.Thread(target=watched, name=name, daemon=True)
        thread.start()
        return thread

    def unhandled(self, args: "threading.ExceptHookArgs") -> None:
        """What Python calls for an exception that a thread did not handle."""
        why = place_of(args.exc_value) if args.exc_value else "unknown"
        self.died(args.thread.name if args.thread else "?", why)


@contextmanager
def watched_threads() -> Iterator[WorkerThreads]:
    """Watch all threads while the block runs; raises `AlertsError` at its end where one has died."""
    workers, before = WorkerThreads(), threading.excepthook
    threading.excepthook = workers.unhandled
    try:
        yield workers
    finally:
        threading.excepthook = before
    if workers.dead:
        raise AlertsError(f"{workers.dead}, so the process ends; start it again")
