"""Starts the fork server, and requests cells from it.

It is started, with an environment of its own, by the first user of cells, and serves all readers of
sources in this process until the last of them has ended (`using`), or inside `kept_warm`. A fork server
that died is replaced. May be used from several threads.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence

PROGRAM = ("-m", "alerts.sources.cell")
# environment variables that a cell gets; all others are left out
_KEPT = ("TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_START = 60.0  # seconds in which a cell must exist with its parser loaded
_SOON = 10.0  # seconds for any other answer
_LONGEST = 4096  # most octets of an answer


class NoServer(Exception):
    """There is no fork server, or it does not answer."""


class ForkServer:
    """One fork server. `program` are the arguments of Python that start it."""

    def __init__(self, program: Sequence[str] = PROGRAM) -> None:
        self.environment = environment()
        self.has: frozenset[str] = frozenset()  # the needs that it has loaded
        self._program, self._lock = program, threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def fork(
        self, memory: int, seconds: int, needs: Iterable[str], pipes: tuple[int, int]
    ) -> "Process":
        """A new cell that reads from the first and writes to the second of `pipes`; raises `NoServer`.

        Its `needs` are loaded before: names for `work.load`.
        """
        wanted = {"memory": memory, "seconds": seconds, "needs": sorted(set(needs))}
        with self._lock:
            answer = self._asked({"fork": wanted}, pipes, _START)
            self.has |= set(needs)
            if not isinstance(pid := answer.get("pid"), int) or self._process is None:
                raise NoServer
            return Process(pid, self, self._process.pid, self.has)

    def status(self, verb: str, process: "Process") -> int | None:
        """The answer to `poll` or `end` of a cell; None also where its server has ended, and the cell
        with it."""
        with self._lock, contextlib.suppress(NoServer):
            if self._process is not None and self._process.pid == process.server_pid:
                status = self._asked({verb: process.pid}, (), _SOON).get("status")
                return status if isinstance(status, int) else None
        return None

    @property
    def pid(self) -> int | None:
        """The process id of the fork server, if it runs."""
        return self._process.pid if self._process else None

    def runs(self, pid: int) -> bool:
        """Whether the fork server with that pid still runs, so that the pids of its cells are not
        reused."""
        process = self._process
        return process is not None and process.pid == pid and process.poll() is None

    def end(self) -> None:
        """End the process and all its cells."""
        with self._lock:
            self._ended()

    def forget(self) -> None:
        """In a fork of the process that started it: forget the server, which belongs to the parent."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.returncode = 0  # so that nobody waits for it
        self._process, self._socket, self._lock = None, None, threading.Lock()

    def _asked(self, request: object, pipes: Sequence[int], seconds: float) -> dict[str, object]:
        try:
            if self._socket is None or self._process is None or self._process.poll() is not None:
                self._ended()
                self._socket = self._started()
            text = json.dumps(request).encode() + b"\n"
            if socket.send_fds(self._socket, [text], pipes) != len(text):
                raise NoServer
            found = json.loads(_line(self._socket, time.monotonic() + seconds))
        except (OSError, ValueError, NoServer) as fault:
            self._ended()
            raise NoServer from fault
        return found if isinstance(found, dict) else {}

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *self._program],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=self.environment,
                start_new_session=True,  # Ctrl-C is for the parent, which ends its cells
            )
        self.has = frozenset()
        return ours

    def _ended(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None


class Process:
    """A cell as a process. `has` are the needs that were loaded before it was forked."""

    def __init__(self, pid: int, server: ForkServer, server_pid: int, has: frozenset[str]) -> None:
        self.pid, self.server_pid, self.has = pid, server_pid, has
        self._server, self._status, self._waited_for = server, 0, False

    def kill(self) -> None:
        """Kill it now; the thread that holds it then calls `end`."""
        if not self._waited_for and self._server.runs(self.server_pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> int | None:
        """The exit status if it ended by itself (negative for a signal); None if not within that time."""
        until = time.monotonic() + seconds
        while not self._waited_for:
            if (status := self._server.status("poll", self)) is not None:
                self._status, self._waited_for = status, True
            elif time.monotonic() > until:
                return None
            else:
                time.sleep(0.01)
        return self._status

    def end(self) -> None:
        """Kill it and wait for it."""
        self.kill()
        if not self._waited_for:
            self._server.status("end", self)
            self._waited_for = True


def environment() -> dict[str, str]:
    """The environment of a fork server: the paths of packages, and nothing that could be a secret."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # `python -m` adds the current folder; a project's folder must not be imported from
    here = os.path.abspath(os.curdir)
    paths = [
        path
        for path in map(os.path.abspath, sys.path)
        if path != here or os.path.isfile(os.path.join(path, "alerts", "__init__.py"))
    ]
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {
        **kept,
        **threads,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def _line(control: socket.socket, until: float) -> bytes:
    poll, text = select.poll(), b""
    poll.register(control, select.POLLIN)
    while not text.endswith(b"\n"):
        if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            raise NoServer
        piece = control.recv(_LONGEST)
        if not piece:
            raise NoServer
        text += piece
    return text


class _Shared:
    """The fork server of this process, and the number of its users."""

    def __init__(self) -> None:
        self.server: ForkServer | None = None
        self.forget()

    def forget(self) -> None:
        """In a fork of this process: forget the server, which belongs to the parent."""
        if self.server is not None:
            self.server.forget()
        self.lock, self.users, self.warm, self.server = threading.Lock(), 0, 0, None


_shared = _Shared()
os.register_at_fork(after_in_child=_shared.forget)


def shared_pid() -> int | None:
    """The fork server that this process shares, if it runs."""
    return _shared.server.pid if _shared.server else None


@contextlib.contextmanager
def using() -> Iterator[ForkServer]:
    """Yield the fork server that all readers of sources in this process share; it ends with the last."""
    with _shared.lock:
        server = _shared.server
        if server is None or (server.environment != environment() and not _shared.users):
            if server is not None:
                server.end()
            server = _shared.server = ForkServer()
        alone = server.environment != environment()  # others use one with other packages
        if alone:
            server = ForkServer()
        else:
            _shared.users += 1
    try:
        yield server
    finally:
        with _shared.lock:
            if not alone:
                _shared.users -= 1
            if alone or not _shared.users + _shared.warm:
                server.end()


@contextlib.contextmanager
def kept_warm() -> Iterator[None]:
    """Keep the shared fork server running inside the block, for a process that reads sources many
    times."""
    with _shared.lock:
        _shared.warm += 1
    try:
        yield
    finally:
        with _shared.lock:
            _shared.warm -= 1
            if not _shared.users + _shared.warm and _shared.server is not None:
                _shared.server.end()
