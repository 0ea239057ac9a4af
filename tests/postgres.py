"""A real PostgreSQL: a cluster of its own, by an unprivileged user, in a temporary folder, on loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

ACCOUNT = "nobody"  # PostgreSQL refuses to run as root


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"{name} is missing: .ci/packages tests"
    return path


class Postgres:
    """A cluster with one database; a context manager that removes it."""

    listens = "127.0.0.1"
    options = ""  # of postgres(1)

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="alerts-pg-"))
        self._user = pwd.getpwnam(ACCOUNT) if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.data = self._folder / "data"
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "alerts", "-N")
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """Its database `postgres`, over loopback."""
        return f"postgresql://alerts@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses='{self.listens}' -k {self._folder} {self.options}"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-o", options, "-l", log, "-w", "start")

    def crash(self) -> None:
        """Stop it as a power loss does, but for the disk."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        subprocess.run(
            [_program(program), *arguments],
            check=check,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
        )
