"""Tells endpoints and commands what happens, and posts to channels, in a thread of a process that stays."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError, LockHeld
from alerts.hooks.endpoint import endpoints
from alerts.library.project import Project

LAST_WAIT = 20.0  # seconds, for the call in progress
REST = 5.0  # seconds between two looks at what is due
_LOOKS = 12  # looks at hooks for each at channels, which reads the deliveries of an issue


class HookThread:
    """Looks every few seconds for what is due; reports errors and continues. `tell` gets a line for each
    attempt, and the name of the event."""

    def __init__(
        self, settings: Settings, warn: Callable[[str], None], tell: Callable[[str, str], None]
    ) -> None:
        self._settings, self._warn, self._tell = settings, warn, tell
        self._stop = threading.Event()
        self._warned = ""

    def stop(self) -> None:
        """Stop after the call in progress."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stop.is_set():
            try:
                with Project(self._settings.root, caller="serve") as project:
                    self._work(project)
            except LockHeld:
                pass  # another process does it
            except AlertsError as fault:
                if str(fault) != self._warned:
                    self._warn(f"hooks: {fault}")
                self._warned = str(fault)
            self._stop.wait(REST)

    def _work(self, project: Project) -> None:
        looks = 0
        while not self._stop.is_set():
            if project.hooks.any_due():
                project.hooks.deliver(tell=lambda line: self._tell(line, "hook"), stop=self._stop)
            if self._due(project, looks):
                self._post(project)
            looks += 1
            self._warned = ""
            self._stop.wait(REST)

    def _due(self, project: Project, looks: int) -> bool:
        """Whether a channel is to be posted to now; looked at once in a while."""
        if not self._settings.channels or looks % _LOOKS:
            return False
        return project.channels.any_due()

    def _post(self, project: Project) -> None:
        with suppress(LockHeld):  # another process posts
            project.channels.deliver(tell=lambda line: self._tell(line, "channel"), stop=self._stop)


@contextmanager
def hooking(
    settings: Settings, warn: Callable[[str], None], tell: Callable[[str, str], None]
) -> Iterator[None]:
    """Tell them in a thread while the block runs, if there is anybody to tell, or a channel."""
    if not endpoints(settings) and not settings.channels:
        yield
        return
    worker = HookThread(settings, warn, tell)
    thread = threading.Thread(target=worker.run, name="hooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(LAST_WAIT)  # a call that is cut off is made again
