"""`alerts setup --install`, for real: by the system's own crontab and into /etc/systemd/system.

Run as root, in a mount namespace of the test's: what is installed goes with it.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.setup.test_setup import GOOD

_ACCOUNT = "daemon"  # stands for an account of the project's own

_SCRIPT = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /etc/systemd/system
mount -t tmpfs tmpfs /var/spool/cron
install -d -m 1730 -g crontab /var/spool/cron/crontabs
echo '0 1 * * * theirs' | crontab -
"""
_VERIFY = "systemd-analyze verify --man=no --recursive-errors=no /etc/systemd/system/alerts*"


def _installed(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    """What the lines of a shell do, as `ALERTS`, after those of `_SCRIPT`."""
    if os.geteuid():
        raise AssertionError("this test needs root, and the Debian packages cron and systemd")
    call = f"{sys.executable} -m alerts --project {root}"
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", _SCRIPT + script.replace("ALERTS", call)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


def test_crontab_and_units_are_installed_once_and_are_read_by_their_programs(
    tmp_path: Path,
) -> None:
    root = tmp_path / "p"
    options = " ".join(f"'{word}'" for word in GOOD)
    done = _installed(
        root,
        f"""
ALERTS setup {options} --install crontab 2>&1 >/dev/null
crontab -l >{tmp_path}/first
ALERTS setup --install crontab 2>&1
crontab -l | cmp - {tmp_path}/first
ALERTS setup --install systemd 2>&1 && exit 9
chown -R {_ACCOUNT}: {root}
ALERTS setup --install systemd 2>&1
ls /etc/systemd/system
{_VERIFY}
ALERTS setup --install systemd 2>&1
""",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (tmp_path / "first").read_text().splitlines()
    assert lines[0] == "0 1 * * * theirs"
    assert (lines[1], lines[-1]) == (f"# alerts: {root}", f"# alerts: end of {root}")
    assert "crontab of this account: written" in done.stdout
    assert "crontab of this account: nothing to change" in done.stdout
    assert "the project belongs to root" in done.stdout
    assert done.stdout.count("/etc/systemd/system/alerts.service: written") == 1
    assert "\nalerts-backup.timer\n" in done.stdout
    assert done.stderr == ""
