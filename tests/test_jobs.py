"""Jobs: done by one thread at a time, seen from outside, and honest about a process that died."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alerts import Project, UsageError
from alerts.domain.job import CUT_OFF, KINDS, JobQueue, JobRecord, JobState
from alerts.library.job_kinds import WORKS
from alerts.library.job_worker import JobThread, Workers
from alerts.store import jobs, stamp, transaction
from alerts.store.lock import project_lock
from tests.conftest import Alerts
from tests.factories import NOW

ENOUGH = 30.0


@contextmanager
def working(root: Path) -> Iterator[list[str]]:
    """Do the jobs of the project while the block runs; gives what was warned of."""
    warned: list[str] = []
    with Workers(root, warned.append).working():
        yield warned


def ended(project: Project, number: int) -> JobRecord:
    """The job, once it has ended."""
    waiting = threading.Event()
    for _ in range(int(ENOUGH / 0.05)):
        job = project.jobs.find(number)
        assert job is not None
        if not job.state.is_open:
            return job
        waiting.wait(0.05)
    raise AssertionError(job)


@pytest.fixture
def stories(project: Path) -> Path:
    """A project with a folder of one article."""
    (project / "stories").mkdir()
    (project / "stories" / "one.md").write_text(
        "---\ntitle: Rivers\nurl: https://example.org/rivers\n---\nWhat a river carries.\n"
    )
    with Project(project) as opened:
        opened.sources.add("stories")
    return project


def test_a_job_is_done_and_says_what_came_of_it(stories: Path) -> None:
    with Project(stories) as project:
        job, new = project.jobs.start("collect", "2026-10", by="Ana")
        assert (new, job.state, job.started_by) == (True, JobState.WAITING, "Ana")
        with working(stories) as warned:
            done = ended(project, job.id)
        assert done.state is JobState.DONE, done.fault
        assert done.result == {
            "month": "2026-10",
            "new": 1,
            "updated": 0,
            "unchanged": 0,
            "failed": [],
        }
        assert done.began_at
        assert done.ended_at >= done.began_at
        assert not warned


def test_every_kind_has_its_work() -> None:
    assert KINDS.keys() == WORKS.keys()


def test_the_same_work_is_open_once(project: Path) -> None:
    with Project(project) as opened:
        first, new = opened.jobs.start("lint", "2026-10")
        again, second = opened.jobs.start("lint", "2026-10", {"links": True})
        other, third = opened.jobs.start("lint", "2026-09")
        assert (new, second, third) == (True, False, True)
        assert again == first
        assert other.id != first.id
        assert [one.id for one in opened.jobs.latest()] == [other.id, first.id]


def test_two_who_ask_at_once_get_one_job(project: Path) -> None:
    found: list[tuple[JobRecord, bool]] = []
    start = threading.Barrier(8)

    def ask() -> None:
        with Project(project) as opened:
            _ = opened.db
            start.wait()
            found.append(opened.jobs.start("collect", "2026-10"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({job.id for job, _ in found}) == 1
    assert sum(new for _, new in found) == 1


def test_a_job_that_is_refused_says_why(project: Path) -> None:
    with Project(project) as opened:
        job, _ = opened.jobs.start("send", "2026-10")
        with project_lock(opened.settings.database_path, "send", NOW), working(project):
            failed = ended(opened, job.id)
        assert failed.state is JobState.FAILED
        assert "works on this project" in failed.fault
        assert failed.result is None


def test_what_there_is_no_job_for_is_refused(project: Path) -> None:
    with Project(project) as opened:
        with pytest.raises(UsageError, match="there is no job “dance”; there are collect"):
            opened.jobs.start("dance")
        with pytest.raises(UsageError, match="the arguments of a job “collect” are: none"):
            opened.jobs.start("collect", arguments={"deep": True})


# Takes the lock of a queue and a job as the thread of `serve` does, says so, and waits to be killed.
DIES = """
import sys, threading
from alerts import Project
from alerts.domain.job import JobQueue
from alerts.library import job_kinds, job_worker

def work(work):
    print("began", flush=True)
    threading.Event().wait()

job_kinds.WORKS["collect"] = work
job_worker.JobThread(Project(sys.argv[1]).settings.root, JobQueue.OTHERS, print).run()
"""


def test_a_job_of_a_killed_process_is_shown_as_failed_and_one_that_waits_is_done(
    stories: Path,
) -> None:
    with Project(stories) as project:
        job, _ = project.jobs.start("collect", "2026-10")
        with subprocess.Popen(
            [sys.executable, "-c", DIES, str(stories)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "began\n"
            running = project.jobs.find(job.id)
            assert running is not None
            assert running.state is JobState.RUNNING
            waits, _ = project.jobs.start("lint", "2026-10")
            os.kill(process.pid, signal.SIGKILL)
        with working(stories):
            done = ended(project, waits.id)
            dead = ended(project, job.id)
        assert done.state is JobState.DONE, done.fault
        assert (dead.state, dead.fault) == (JobState.FAILED, CUT_OFF)
        again, new = project.jobs.start("collect", "2026-10")
        assert new
        assert again.id != job.id


def test_a_second_server_does_no_job_that_the_first_one_does(project: Path) -> None:
    with Project(project) as opened:
        held = project_lock(opened.settings.database_path, "serve", NOW, "jobs-others.lock")
        job, _ = opened.jobs.start("collect", "2026-10")
        second = JobThread(project, JobQueue.OTHERS, pytest.fail)
        with held:
            thread = threading.Thread(target=second.run)
            thread.start()
            second.stop()
            thread.join(ENOUGH)
            waits = opened.jobs.find(job.id)
        assert waits is not None
        assert waits.state is JobState.WAITING


def test_progress_is_kept_while_it_runs_only(project: Path) -> None:
    with Project(project) as opened:
        job, _ = opened.jobs.start("send", "2026-10")
        with transaction(opened.db):
            jobs.advance(opened.db, job.id, 1, 9, "too early")
            taken = jobs.take(opened.db, ["send"], NOW)
            jobs.advance(opened.db, job.id, 3, 9, "3 of 9 are sent")
        assert taken is not None
        assert taken.began_at == stamp(NOW)
        shown = opened.jobs.find(job.id)
        assert shown is not None
        assert (shown.done, shown.total, shown.words) == (3, 9, "3 of 9 are sent")
        with transaction(opened.db):
            jobs.end(opened.db, job.id, NOW, result={}, fault="")
            jobs.end(opened.db, job.id, NOW, result=None, fault="twice")
        last = opened.jobs.find(job.id)
        assert last is not None
        assert (last.state, last.fault) == (JobState.DONE, "")


def test_retention_deletes_old_jobs_and_no_open_ones(project: Path, alerts: Alerts) -> None:
    with Project(project) as opened:
        old, _ = opened.jobs.start("collect", "2026-10")
        with transaction(opened.db):
            jobs.take(opened.db, ["collect"], NOW.replace(year=2020))
            jobs.end(opened.db, old.id, NOW.replace(year=2020), result={}, fault="")
        waits, _ = opened.jobs.start("collect", "2026-10")
        assert alerts("retention").code == 0
        assert [one.id for one in opened.jobs.latest()] == [waits.id]


def test_an_erasure_deletes_the_jobs_that_mention_the_person(project: Path) -> None:
    with Project(project) as opened:
        opened.subscribers.add("Ana@example.org")
        where = {"where": "email = ana@example.org"}
        job, _ = opened.jobs.start("queue", "2026-10", where)
        other, _ = opened.jobs.start("queue", "2026-09")
        with transaction(opened.db):
            for _ in (job, other):
                taken = jobs.take(opened.db, ["queue"], NOW)
                assert taken is not None
                jobs.end(opened.db, taken.id, NOW, result={}, fault="")
        opened.subscribers.erase("ana@example.org")
        assert [one.id for one in opened.jobs.latest()] == [other.id]
