"""Does jobs, in a thread of `alerts serve` per queue, each with a connection of its own.

A lock beside the database lets one process at a time do the jobs of a queue; the kernel releases it when
that process dies. So whoever holds it knows that a job that is still “running” belongs to a dead process:
it is set to failed, with what to do. Jobs that wait are done, whoever asked for them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError, LockHeld, StoreBusy
from alerts.domain.job import CUT_OFF, KINDS, JobQueue, JobRecord
from alerts.library.job_kinds import WORKS, JobProgress, JobWork
from alerts.library.project import Project
from alerts.library.system_clock import system_clock
from alerts.store import jobs, open_database, transaction
from alerts.store.lock import project_lock
from alerts.text.mistakes import place_of

LAST_WAIT = 20.0  # seconds, for the job in progress when the process is told to stop
REST = 15.0  # seconds; the longest wait between two looks at what is asked for
EACH = 1.0  # seconds between two notes of the progress


class JobThread:
    """Does the jobs of one queue when it is woken; reports errors and continues."""

    def __init__(
        self,
        root: Path,
        queue: JobQueue,
        warn: Callable[[str], None],
        shown: Settings | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self._clock = clock
        self._root, self._queue, self._warn = root, queue, warn
        self._shown = shown if queue in (JobQueue.DRAFTS, JobQueue.TESTS) else None
        self._kinds = [name for name, kind in KINDS.items() if kind.queue is queue]
        self._woken = threading.Event()
        self._stop = threading.Event()

    def wake(self) -> None:
        """Wake the thread: there may be a new job."""
        self._woken.set()

    def stop(self) -> None:
        """Stop; a send ends after the message that is being sent."""
        self._stop.set()
        self._woken.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stop.is_set():
            self._woken.clear()
            try:
                with Project(self._root, clock=self._clock, caller="serve") as project:
                    self._hold(project)
            except LockHeld:
                pass  # another process does them
            except AlertsError as fault:
                self._warn(f"jobs: {fault}")
            self._woken.wait(REST)

    def _hold(self, project: Project) -> None:
        """Do jobs as the one process that does, until stopped."""
        database = project.settings.database_path
        name = f"jobs-{self._queue.value}.lock"
        with project_lock(database, "serve", project.now, name):
            with transaction(project.db):
                jobs.abandon(project.db, self._kinds, CUT_OFF, project.now)
            while not self._stop.is_set():
                self._woken.clear()
                self.do_waiting(project)
                self._woken.wait(REST)

    def do_waiting(self, project: Project) -> None:
        """Do the jobs that wait, one after another, until there is none or it is to stop."""
        while not self._stop.is_set() and (job := self._take(project)) is not None:
            self._do(project.settings, job)

    def _take(self, project: Project) -> JobRecord | None:
        try:
            with transaction(project.db):
                return jobs.take(project.db, self._kinds, project.now)
        except StoreBusy:
            return None

    def _do(self, settings: Settings, job: JobRecord) -> None:
        """Do one job, and store what came of it."""
        result: Any = None
        with self._project(settings) as project:
            work = JobWork(project, job, self._stop)
            fault = ""
            try:
                with noting(settings, job, work.progress, self._clock):
                    result = WORKS[job.kind](work)
            except AlertsError as refused:
                fault = str(refused)
            except Exception as mistake:
                fault = f"an error in the program ({place_of(mistake)}); nothing is lost, please report it"
                self._warn(f"job {job.id}, {job.kind}: {fault}")
            last = work.progress
            with transaction(project.db):
                jobs.advance(project.db, job.id, last.done, last.total, last.words)
                jobs.end(project.db, job.id, project.now, result=result, fault=fault)

    @contextmanager
    def _project(self, settings: Settings) -> Iterator[Project]:
        """The project in which a job is done, by its settings as they are now; a draft, and a test of
        it, are made with those of the pages that show it."""
        if self._shown is None:
            with Project(settings.root, clock=self._clock, caller="serve") as project:
                yield project
            return
        db = open_database(self._shown.database_path)
        try:
            yield Project.over(self._shown, db, self._clock(), "serve")
        finally:
            db.close()


@contextmanager
def noting(
    settings: Settings, job: JobRecord, progress: JobProgress, clock: Callable[[], datetime]
) -> Iterator[None]:
    """Store the progress of a job every second while the block runs, by a connection of its own: the
    job's own may be in the middle of a transaction."""
    over = threading.Event()

    def note() -> None:
        said = (0, 0, "")
        with Project(settings.root, clock=clock, caller="serve") as project:
            while not over.wait(EACH):
                now = (progress.done, progress.total, progress.words)
                if now == said:
                    continue
                with suppress(StoreBusy), transaction(project.db):  # the next second is soon enough
                    jobs.advance(project.db, job.id, *now)
                    said = now

    thread = threading.Thread(target=note, name="job progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Workers:
    """The threads that do jobs, one per queue."""

    def __init__(
        self, root: Path, warn: Callable[[str], None], shown: Settings | None = None
    ) -> None:
        """`shown` are the settings of the pages that show drafts, by default those of the folder."""
        self._threads = [JobThread(root, queue, warn, shown) for queue in JobQueue]

    def wake(self) -> None:
        """Wake them: there may be a new job."""
        for one in self._threads:
            one.wake()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Do jobs while the block runs."""
        with ExitStack() as stack:
            for one in self._threads:
                stack.enter_context(_in_thread(one))
            yield


@contextmanager
def _in_thread(worker: JobThread) -> Iterator[None]:
    thread = threading.Thread(target=worker.run, name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(LAST_WAIT)  # a job that lasts longer is cut off, and shown as failed
