"""What this machine has: the command, the account that runs it, and the programs that call it."""

import grp
import os
import pwd
import shutil
import sys
from pathlib import Path

from alerts.setup.server_files import KINDS, ServerMachine

_PROGRAMS = {
    "nginx": "nginx",
    "caddy": "caddy",
    "apache2": "apache",
    "httpd": "apache",
    "exim4": "exim",
    "exim": "exim",
    "postfix": "postfix",
}


def server(root: Path, backups: Path | None = None) -> ServerMachine:
    """This machine: the account is the one that owns the project's folder, which is ours if it is new."""
    number = root.stat().st_uid if root.is_dir() else os.geteuid()
    try:
        account = pwd.getpwuid(number)
        name, home = account.pw_name, Path(account.pw_dir)
        group = grp.getgrgid(account.pw_gid).gr_name
    except KeyError:  # in a container, say
        name, group, home = str(number), str(number), root
    state = os.environ.get("XDG_STATE_HOME") if number == os.geteuid() else None
    return ServerMachine(
        _program(),
        name,
        group,
        home,
        Path(state or home / ".local" / "state") / "alerts",
        backups or root / "backups",
    )


def _program() -> Path:
    """The command by its full path: the one that is running, else the one of this Python."""
    called = Path(sys.argv[0])
    if called.name == "alerts" and (found := shutil.which(str(called))):
        return Path(found).absolute()
    return Path(sys.executable).with_name("alerts")


def kinds_here() -> tuple[str, ...]:
    """The kinds of `server_files` that this machine uses: systemd, where it runs, else crontab; its web
    server and its mail server."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    there = {kind for program, kind in _PROGRAMS.items() if shutil.which(program, path=path)}
    there.add("systemd" if Path("/run/systemd/system").is_dir() else "crontab")
    return tuple(kind for kind in KINDS if kind in there)
