"""Installs what calls the command on this machine: the crontab of this account, or systemd units."""

import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from alerts.domain.errors import InputError, UsageError
from alerts.setup.server_files import UNITS, ServerFile
from alerts.text.atomic_file import atomic_file
from alerts.text.decoding import received

_BEGIN, _END = "# alerts: {root}", "# alerts: end of {root}"


def with_ours(crontab: str, root: Path, lines: str) -> str:
    """A crontab with our lines between two marks: in place of those that were there, else at the end."""
    begin, end = _BEGIN.format(root=root), _END.format(root=root)
    ours = f"{begin}\n{lines}{end}\n"
    there = re.compile(rf"^{re.escape(begin)}\n.*?^{re.escape(end)}\n", re.DOTALL | re.MULTILINE)
    if there.search(crontab):
        return there.sub(lambda _: ours, crontab, count=1)
    before = crontab if not crontab or crontab.endswith("\n") else f"{crontab}\n"
    return before + ours


def install_crontab(root: Path, lines: str, environ: Mapping[str, str]) -> bool:
    """Have the crontab of this account hold our lines; whether that changed it. Raises `InputError` where
    there is no cron, or it refuses."""
    there = received(_crontab(["-l"], b"", environ, {0, 1}).stdout)
    wanted = with_ours(there, root, lines)
    if wanted == there:
        return False
    _crontab(["-"], wanted.encode(), environ, {0})
    return True


def _crontab(
    words: list[str], given: bytes, environ: Mapping[str, str], good: set[int]
) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(
            ["crontab", *words], input=given, capture_output=True, env=dict(environ), timeout=30
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise InputError("crontab: it cannot be run here; is cron installed?") from fault
    if done.returncode not in good:
        raise InputError("crontab: it did not take the lines; print them with --print crontab")
    return done


def install_units(files: Iterable[ServerFile], account: str, folder: Path = UNITS) -> list[Path]:
    """Write the units that are new or differ; the ones that were written. Raises `UsageError` where this
    account may not, or the service would run as root."""
    if account == "root":
        raise UsageError(
            "--install systemd: the project belongs to root; give it to an account of its own"
            " (`chown -R alerts: DIR`), which the service then runs as"
        )
    changed = []
    for one in files:
        path = folder / Path(one.place).name
        if path.is_file() and path.read_bytes() == one.text.encode():
            continue
        try:
            with atomic_file(path, 0o644) as out:
                out.write(one.text.encode())
        except PermissionError as fault:
            raise UsageError(
                f"{path}: only root may write units: sudo alerts --project DIR setup --install systemd"
            ) from fault
        changed.append(path)
    return changed
