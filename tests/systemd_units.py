"""A real systemd with units of the test's alone, in namespaces of its own: no unit of this machine is in it.

Run as root. The project is at /srv/alert there, and belongs to `ACCOUNT`; the command is `PROGRAM`.
The network is that of the test. Nothing outside the namespaces is changed: what they mount goes with them.
"""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import alerts
from tests.postfix import wait

ACCOUNT = "nobody"
ROOT, PROGRAM = Path("/srv/alert"), Path("/opt/alerts-of-test/bin/alerts")

_BOOT = """
set -e
mount --make-rprivate /
mount -t proc proc /proc
for folder in /run /srv /opt /etc/systemd /usr/lib/systemd/system; do
    mkdir -p $folder; mount -t tmpfs -o mode=755 tmpfs $folder
done
mkdir -p /run/of-test/{{code,packages,python}} {root} /etc/systemd/system {program.parent}
mount --bind -o ro {code} /run/of-test/code
mount --bind -o ro {packages} /run/of-test/packages
mount --bind -o ro {prefix} /run/of-test/python
cp -a {project}/. {root}
chown -R {account}: {root}
chmod 700 {root}
cp {units}/* /etc/systemd/system
cat >{program} <<'PROGRAM'
#!/bin/sh
export PYTHONPATH=/run/of-test/code:/run/of-test/packages PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH=/run/of-test/python/lib
exec {python} -m alerts "$@"
PROGRAM
chmod 755 {program}
export container=other
exec /lib/systemd/systemd --system --unit=of-test.target --log-target=null --show-status=0
"""
_TARGET = "[Unit]\nDefaultDependencies=no\n"


@dataclass(frozen=True)
class Systemd:
    """The manager, by the number of its process out here."""

    pid: int

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in its namespaces, as root."""
        line = ["nsenter", "-t", str(self.pid), "-m", "-p", *words]
        return subprocess.run(line, capture_output=True, text=True, check=False)

    def start(self, unit: str) -> Mapping[str, str]:
        """Start a unit; how it ended, or is: systemd's Result, ActiveState and ExecMainStatus."""
        self.run("systemctl", "start", unit)
        shown = self.run(
            "systemctl", "show", unit, "-p", "Result,ActiveState,ExecMainStatus"
        ).stdout
        return dict(line.split("=", 1) for line in shown.splitlines())

    def said(self, name: str) -> str:
        """What a unit of that name has printed."""
        return self.run("cat", f"/run/{name}.said").stdout


@contextlib.contextmanager
def systemd(project: Path, units: Mapping[str, str]) -> Iterator[Systemd]:
    """A systemd with these units, by their file names, and a copy of the project."""
    if os.geteuid():
        raise AssertionError("this test needs root, and the Debian package systemd")
    with tempfile.TemporaryDirectory(prefix="alerts-systemd-") as folder:
        for name, text in units.items():
            log = f"append:/run/{name}.said"
            said = f"\n[Service]\nStandardOutput={log}\nStandardError={log}\n"
            Path(folder, name).write_text(text + said * name.endswith(".service"))
        for name in ("of-test.target", "sysinit.target", "basic.target", "shutdown.target"):
            Path(folder, name).write_text(_TARGET)
        script = _BOOT.format(
            root=ROOT,
            program=PROGRAM,
            account=ACCOUNT,
            project=shlex.quote(str(project)),
            units=folder,
            code=shlex.quote(str(Path(alerts.__file__).parents[1])),
            packages=shlex.quote(sysconfig.get_path("purelib")),
            prefix=shlex.quote(sys.base_prefix),
            python=f"/run/of-test/python/bin/{Path(sys.executable).resolve().name}",
        )
        line = [
            "unshare",
            "--mount",
            "--pid",
            "--ipc",
            "--uts",
            "--cgroup",
            "--fork",
            "--kill-child",
        ]
        with subprocess.Popen(
            [*line, "bash", "-c", script], stderr=subprocess.PIPE, text=True
        ) as above:
            try:
                wait(lambda: bool(_children(above.pid)) or above.poll() is not None, lambda: "")
                assert above.poll() is None, above.stderr and above.stderr.read()
                manager = Systemd(_children(above.pid)[0])
                wait(
                    lambda: "running" in manager.run("systemctl", "is-system-running").stdout,
                    lambda: manager.run("systemctl", "status").stdout,
                )
                yield manager
            finally:
                for pid in _children(above.pid):
                    os.kill(pid, signal.SIGKILL)
                above.kill()


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
