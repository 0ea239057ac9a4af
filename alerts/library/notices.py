"""Sends due notices in a thread, moments after a visitor asked for one."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from alerts.domain.errors import AlertsError, LockHeld
from alerts.library.project import Project

LAST_WAIT = 20.0  # seconds, for the relay's answer to a notice
REST = 60.0  # seconds; the longest wait between two checks of what is due


class NoticeThread:
    """Sends notices when it is woken and when one is due; reports errors and continues."""

    def __init__(
        self, root: Path, warn: Callable[[str], None], environ: Mapping[str, str] | None = None
    ) -> None:
        self._root, self._warn, self._environ = root, warn, environ
        self._stirred = threading.Event()
        self._stop = threading.Event()

    def wake(self) -> None:
        """Wake the thread: there may be a new notice."""
        self._stirred.set()

    def stop(self) -> None:
        """Stop after the message that is being sent."""
        self._stop.set()
        self._stirred.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stop.is_set():
            self._stirred.clear()
            failed = False
            try:
                with Project(self._root, environ=self._environ, caller="serve") as project:
                    report = project.send_notices(self._stop)
                failed = bool(report.relay_fault)
                if report.not_made:
                    self._warn(f"notices: a welcome waits: {report.not_made}")
                if failed:
                    self._warn(f"notices: {report.relay_fault}; trying again in a minute")
            except LockHeld:
                failed = True  # another process sends them
            except AlertsError as fault:
                failed = True
                self._warn(f"notices: {fault}")
            if failed:
                self._stop.wait(REST)
            else:
                self._stirred.wait(REST)


@contextmanager
def posting(post: NoticeThread) -> Iterator[None]:
    """Send notices in a thread while the block runs."""
    thread = threading.Thread(target=post.run, name="post", daemon=True)
    thread.start()
    try:
        yield
    finally:
        post.stop()
        thread.join(LAST_WAIT)  # a notice that is interrupted then is in doubt, and sent again
