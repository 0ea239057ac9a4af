"""Keeps cells for reuse, and gets an answer from one by a deadline.

A `Cells` gives each document to an idle cell, or has one made: at most as many as there are processors,
and as sources that are read at once. A cell that is late, dies or sends a malformed answer is killed,
and its document has failed; the next document gets a new cell. May be used from several threads.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from signal import SIGXCPU, Signals
from types import TracebackType
from typing import Any, TypeVar

from alerts.domain.errors import InputError
from alerts.domain.printable import printable
from alerts.sources.cell import frames, servers
from alerts.sources.cell.checks import Malformed
from alerts.sources.cell.job import LANGUAGES, Job
from alerts.sources.deadline import Deadline

T = TypeVar("T")

# octets of address space of a cell, including Python and its packages (about 250 MB)
MEMORY = 2**30
_MOST_DOCUMENTS = 100  # documents of one cell; then it is replaced
_LONGEST_LIFE = 60.0  # seconds of work of one cell
_START = 60.0  # seconds in which a plug-in must have loaded
_FIRST = 0.5  # least seconds for a document in a cell that was made for it
# Octets; a larger document gets a cell with the language model at once, so that it is not read twice.
_LARGE = 100_000


class _LanguagesWanted(Exception):
    """The document has a text whose language must be guessed, but the cell has no language model."""


class Cells:
    """The cells of one collection, made by `server`, or by the one that this process shares."""

    def __init__(
        self, concurrency: int, *, memory: int = MEMORY, server: servers.ForkServer | None = None
    ) -> None:
        most = max(1, min(concurrency, max(2, os.cpu_count() or 1)))
        self._memory = memory
        self._turn, self._lock = threading.BoundedSemaphore(most), threading.Lock()
        self._idle: list[_Cell] = []
        self._all: set[_Cell] = set()
        self._closed = False
        self._use = contextlib.ExitStack()
        self._server = server or self._use.enter_context(servers.using())

    def __enter__(self) -> "Cells":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, job: Job, body: bytes, read: Callable[[Any], T], deadline: Deadline) -> T:
        """The result of `read` for the cell's answer; raises `InputError` where there is no valid
        answer.

        The wait for a free cell is added to `deadline`, so that a slow document takes no time from
        another.
        """
        asked = time.monotonic()
        with self._turn:
            deadline.extend(time.monotonic() - asked)
            job = replace(job, seconds=max(1.0, deadline.seconds))
            if len(body) < _LARGE and LANGUAGES not in self._server.has:
                with contextlib.suppress(_LanguagesWanted):
                    return self._answered(job, body, read, deadline, job.needs)
            return self._answered(job, body, read, deadline, job.needs | job.may_need)

    def _answered(
        self,
        job: Job,
        body: bytes,
        read: Callable[[Any], T],
        deadline: Deadline,
        needs: frozenset[str],
    ) -> T:
        cell = self._ready(job, deadline, needs)
        cell.documents += 1
        kept = False
        try:
            answer = _exchanged(cell, job, body, deadline)
            kept = not answer.get("unexpected")
            if answer.get("wants") == LANGUAGES and LANGUAGES not in needs:
                raise _LanguagesWanted
            if isinstance(error := answer.get("error"), str):
                raise InputError(printable(error, 1000))
            return read(answer.get("value"))
        except Malformed as fault:
            kept = False
            raise InputError(_malformed(job)) from fault
        finally:
            self._release(cell, kept=kept)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the running cells."""
        with self._lock:
            return tuple(cell.process.pid for cell in self._all)

    def close(self) -> None:
        """End all cells and start no more. The documents of busy cells fail."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._all -= set(idle)
            for cell in self._all:
                cell.process.kill()  # the thread that waits for it closes it
        for cell in idle:
            cell.end()
        self._use.close()

    def _ready(self, job: Job, deadline: Deadline, needs: frozenset[str]) -> "_Cell":
        """A cell that has loaded the parser of `job`.

        A cell that died while it was idle has not read the document, so another cell gets it.
        """
        while True:
            cell, cold = self._taken(job, deadline, needs)
            start = Deadline(max(_START, deadline.left()))
            ready = False
            try:
                frames.send(cell.inwards, job.to_json(), start.left)
                ready = frames.receive(cell.outwards, start.left) == b""
            except (frames.Late, frames.Closed):
                ready = False
            finally:
                if not ready:
                    self._release(cell, kept=False)
            if ready and cold:
                deadline.extend(max(0.0, min(_FIRST, deadline.seconds) - deadline.left()))
            if ready:
                return cell
            if cold:
                raise InputError(_no_process(job))

    def _taken(self, job: Job, deadline: Deadline, needs: frozenset[str]) -> "tuple[_Cell, bool]":
        """An idle cell that has loaded the needs of the job, and False; or a new one and True."""
        unfit = None
        with self._lock:
            if self._closed:
                raise InputError(f"{job.place}: not read, because reading was stopped")
            if fit := next((one for one in self._idle if needs <= one.process.has), None):
                self._idle.remove(fit)
                return fit, False
            if self._idle:
                unfit = self._idle.pop()
                self._all.discard(unfit)
        if unfit:
            unfit.end()
        try:
            seconds = round(_LONGEST_LIFE + deadline.seconds) + 5
            cell = _Cell(self._server, self._memory, seconds, needs)
        except (OSError, servers.NoServer) as fault:
            raise InputError(_no_process(job)) from fault
        with self._lock:
            self._all.add(cell)
            if self._closed:
                cell.process.kill()
        return cell, True

    def _release(self, cell: "_Cell", *, kept: bool) -> None:
        """Keep a cell for the next document, or end it."""
        young = cell.documents < _MOST_DOCUMENTS and time.monotonic() - cell.began < _LONGEST_LIFE
        with self._lock:
            if kept and young and not self._closed:
                self._idle.append(cell)
                return
            self._all.discard(cell)
        cell.end()


class _Cell:
    """One child process, and the two pipes to it."""

    def __init__(
        self, server: servers.ForkServer, memory: int, seconds: int, needs: frozenset[str]
    ) -> None:
        theirs_in, self.inwards = os.pipe()
        self.outwards, theirs_out = os.pipe()
        try:
            self.process = server.fork(memory, seconds, needs, (theirs_in, theirs_out))
        except (OSError, servers.NoServer):
            os.close(self.inwards)
            os.close(self.outwards)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        os.set_blocking(self.inwards, False)
        self.documents, self.began = 0, time.monotonic()

    def end(self) -> None:
        """Kill the process, wait for it, and close the pipes. Called once, by the thread that holds the
        cell."""
        self.process.end()
        os.close(self.inwards)
        os.close(self.outwards)


def _exchanged(cell: _Cell, job: Job, body: bytes, deadline: Deadline) -> dict[str, Any]:
    """The answer to a document, by the deadline; raises `InputError` or `Malformed`."""
    try:
        frames.send(cell.inwards, body, deadline.left)
        answer = json.loads(frames.receive(cell.outwards, deadline.left))
    except frames.Late as fault:
        raise InputError(_late(job, deadline)) from fault
    except frames.Closed as fault:
        raise InputError(_dead(job, cell, deadline)) from fault
    except (ValueError, RecursionError) as fault:
        raise Malformed from fault
    if not isinstance(answer, dict):
        raise Malformed
    return answer


def _no_process(job: Job) -> str:
    return f"{job.place}: cannot be read: no process to parse it in could be started"


def _malformed(job: Job) -> str:
    return f"{job.place}: cannot be read (its parser gave a malformed answer)"


def _late(job: Job, deadline: Deadline) -> str:
    return f"{job.place}: not read within {deadline.seconds:g} s ({deadline.setting})"


def _dead(job: Job, cell: _Cell, deadline: Deadline) -> str:
    """Why a cell gave no answer, from its exit status; one that still runs sent a malformed answer."""
    code = cell.process.wait(1)
    if code is None:
        return _malformed(job)
    if -code == SIGXCPU:
        return _late(job, deadline)
    how = Signals(-code).name if code < 0 else f"exit code {code}"
    return f"{job.place}: cannot be read (its parser was stopped: {how})"
