"""The processes and networks of `benchmarks.hub`: a parent that has the program loaded and forks it for
each command, with the times of a lease shortened, and a TCP proxy that cuts, delays and holds connections.
"""

import ctypes
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

LEASE, SPARE, CONTROL, PATIENCE = 4, 1.5, 8, 6.0  # seconds, in place of 30, 6, 60 and 40
_NEWNET = 0x40000000  # of setns(2)
LONGEST_DELAY = 0.4  # seconds by which a slow proxy holds each piece


def enter(namespace: str) -> None:
    """Move this thread, and what it starts, into a network namespace."""
    handle = os.open(Path("/run/netns") / namespace, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, _NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
    finally:
        os.close(handle)


class Proxy:
    """A way to a server that can be cut (refused and closed), slow, or held (nothing passes)."""

    def __init__(self, port: int, server: socket.socket) -> None:
        """`server` listens; all of it leads to that port of this machine."""
        self._to = port
        self.state = "open"
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._server = server
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def set(self, state: str) -> None:
        """Change how connections fare, those that are open too."""
        self.state = state
        if state == "cut":
            for pair in self._pairs:
                for one in pair:
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
            self._pairs.clear()

    def _serve(self) -> None:
        while True:
            client, _ = self._server.accept()
            if self.state == "cut":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._pairs.append((client, server))
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(a, b), daemon=True).start()

    def _pass(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65536):
                while self.state == "held":
                    time.sleep(0.02)
                if self.state == "slow":
                    time.sleep(random.random() * LONGEST_DELAY)
                b.sendall(data)
        for one in (a, b):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@dataclass
class Parent:
    """Forks the program for each command; knows the exit codes of those that have ended."""

    ended: dict[int, int] = field(default_factory=dict)
    _answers: dict[int, int] = field(default_factory=dict)
    _number: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> "Parent":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hub_processes", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def start(
        self, folder: Path, *arguments: str, offset: float = 0, fence: bool = True, **env: str
    ) -> int:
        """Start a command, whose wall clock is `offset` seconds ahead; its process id."""
        assert self._process.stdin
        with self._news:
            self._number += 1
            number = self._number
            order = [number, str(folder), arguments, offset, fence, env]
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            self._news.wait_for(lambda: number in self._answers)
            return self._answers[number]

    def wait(self, pid: int, seconds: float) -> int | None:
        """Its exit code; None where it has not ended by then."""
        with self._news:
            self._news.wait_for(lambda: pid in self.ended, seconds)
            return self.ended.get(pid)

    def stop(self, pid: int, sign: int = signal.SIGKILL) -> None:
        """Send a signal, if it lives."""
        if pid not in self.ended:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            kind, a, b = line.split()
            with self._news:
                if kind == "began":
                    self.ended.pop(int(b), None)  # of an earlier process with this number
                (self._answers if kind == "began" else self.ended)[int(a)] = int(b)
                self._news.notify_all()


def _main() -> None:
    from alerts import cli
    from alerts.cli import send, worker
    from alerts.hub import claims, lend, worker_claims, worker_settlements
    from alerts.library import hub

    del send, worker, hub  # loaded before the forks
    claims.LEASE, claims.CONTROL = LEASE, CONTROL
    worker_claims._SPARE, worker_settlements._PATIENCE = SPARE, PATIENCE
    lend._SIGN, lend._END = 0.5, LEASE * 3.0
    out = threading.Lock()

    def tell(*words: object) -> None:
        with out:
            print(*words, flush=True)

    def follow(pid: int) -> None:
        tell("ended", pid, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    for line in sys.stdin:
        number, folder, arguments, offset, fence, env = json.loads(line)
        with out:
            pid = os.fork()
        if not pid:
            _child(cli, folder, arguments, offset, fence, env)
        tell("began", number, pid)
        threading.Thread(target=follow, args=(pid,), daemon=True).start()


def _child(
    cli: Any, folder: str, arguments: list[str], offset: float, fence: bool, env: dict[str, str]
) -> None:
    code = 70
    try:
        os.chdir(folder)
        os.environ.update(env)
        if space := os.environ.get("HUB_NAMESPACE"):
            enter(space)
        log = os.open(os.environ["HUB_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        from alerts.hub.worker_claims import HubClaims
        from alerts.library import hub, system_clock

        def clock() -> datetime:
            return datetime.now(UTC) + timedelta(seconds=offset)

        for module in (hub, system_clock):
            vars(module)["system_clock"] = clock
        if not fence:  # workers that trust their leases for ever
            HubClaims.lost = lambda self, lease: False  # type: ignore[method-assign]
            HubClaims._over = lambda self, leases: None  # type: ignore[method-assign]
        random.seed()
        code = cli.call(list(arguments))
    finally:
        os._exit(code)


if __name__ == "__main__" and sys.argv[1:] == ["serve"]:
    _main()
