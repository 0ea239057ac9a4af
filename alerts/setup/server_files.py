"""What a server needs, from the templates in `server/`: crontab, systemd units, web server, mail server.

Pure but for the templates, which are read. A name in capitals between two @ is a value; a line of nothing but
a value that is empty is left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.errors import UsageError

TEMPLATES = Path(__file__).with_name("server")
UNITS = Path("/etc/systemd/system")
TIMERS = ("alerts-check.timer", "alerts-backup.timer")
UNIT_NAMES = ("alerts.service", "alerts-check.service", "alerts-backup.service", *TIMERS)
_PLAIN = re.compile(r"[A-Za-z0-9_./@:+-]+")
_VALUE = re.compile(r"@([A-Z_]+)@")


@dataclass(frozen=True, slots=True)
class ServerMachine:
    """The machine: the command's path, the account that runs it, its group and home, the folder that holds
    the state of its projects, and the folder of backups."""

    program: Path
    account: str
    group: str
    home: Path
    state: Path
    backups: Path


@dataclass(frozen=True, slots=True)
class ServerFile:
    """A text for a server: where it belongs, in words or as a path, and the text."""

    place: str
    text: str


def _units(given: Mapping[str, str]) -> tuple[ServerFile, ...]:
    return tuple(ServerFile(str(UNITS / name), filled(name, given)) for name in UNIT_NAMES)


def _one(name: str, place: str) -> Callable[[Mapping[str, str]], tuple[ServerFile, ...]]:
    return lambda given: (ServerFile(place, filled(name, given)),)


def _postfix(given: Mapping[str, str]) -> tuple[ServerFile, ...]:
    if given["LMTP"]:
        return (ServerFile("/etc/postfix/main.cf", filled("postfix-lmtp", given)),)
    return (
        ServerFile("/etc/postfix/master.cf", filled("postfix-master", given)),
        ServerFile("/etc/postfix/main.cf", filled("postfix-main", given)),
    )


KINDS: Mapping[str, Callable[[Mapping[str, str]], tuple[ServerFile, ...]]] = {
    "crontab": _one("crontab", "`crontab -e` of the project's account"),
    "systemd": _units,
    "nginx": _one("nginx", "nginx, within the server of the pages"),
    "caddy": _one("caddy", "/etc/caddy/Caddyfile"),
    "apache": _one("apache", "Apache, within the virtual host of the pages"),
    "postfix": _postfix,
    "exim": _one("exim", "Exim, its routers and transports"),
}


def server_files(kind: str, settings: Settings, server: ServerMachine) -> tuple[ServerFile, ...]:
    """The texts of one of `KINDS`. Raises `UsageError` for a path that would have to be quoted in them."""
    return KINDS[kind](values(settings, server))


def filled(name: str, given: Mapping[str, str]) -> str:
    """A template with its values."""
    lines = []
    for line in _template(name).splitlines():
        text = _VALUE.sub(lambda found: given[found[1]], line)
        if text.strip() or not line.strip():
            lines.append(text)
    return "\n".join(lines) + "\n"


@cache
def _template(name: str) -> str:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return text.replace("@HARDENING@", (TEMPLATES / "hardening.conf").read_text("utf-8").rstrip())


def values(settings: Settings, server: ServerMachine) -> Mapping[str, str]:
    """The values of the templates; raises `UsageError` as above."""
    for path in (settings.root, server.program, server.home, server.state, server.backups):
        if not _PLAIN.fullmatch(str(path)):
            raise UsageError(
                f"{path}: a path in crontabs and units has only A-Z, a-z, 0-9, _ . - + @ :;"
                " move it, or name it by a link"
            )
    admin = next(iter(settings.alert.admins), settings.sender.reply_to or settings.sender.address)
    return {
        "BIN": str(server.program.parent),
        "PROGRAM": str(server.program),
        "ROOT": str(settings.root),
        "BACKUPS": str(server.backups),
        "ADMIN": admin,
        "ACCOUNT": server.account,
        "GROUP": server.group,
        "HOME": str(server.home),
        "WRITES": " ".join(_written_paths(settings, server)),
        **_of_namespaces(settings, server),
        **_of_pages(settings),
        **_of_returns(settings),
    }


def _written_paths(settings: Settings, server: ServerMachine) -> list[str]:
    """The folders that the program writes into; what is not there is passed by (`-`), but for the first."""
    root = settings.root
    kept = [server.state, server.backups, *map(Path, settings.departures.paths)]
    if settings.delivery.relay.startswith("maildir:"):
        kept.append(root / Path(settings.delivery.relay.partition(":")[2]).expanduser())
    if settings.bounces.lmtp.startswith("unix:"):
        kept.append(Path(settings.bounces.lmtp.removeprefix("unix:")).parent)
    outside = [str(path) for path in kept if not path.is_relative_to(root)]
    return [str(root), *(f"-{path}" for path in dict.fromkeys(outside))]


def _of_namespaces(settings: Settings, server: ServerMachine) -> Mapping[str, str]:
    """Homes are hidden, unless the project or the program is in one; groups of others are unknown, unless
    the socket of LMTP is given to one."""
    inside = (settings.root, server.program, server.state, server.backups)
    homes = (Path("/home"), Path("/root"), Path("/run/user"))
    housed = any(path.is_relative_to(home) for path in inside for home in homes)
    socket = settings.bounces.lmtp.partition("unix:")[2]
    folder = Path(socket).parent
    return {
        "PROTECT_HOME": f"ProtectHome={'read-only' if housed else 'yes'}",
        "PRIVATE_USERS": "" if socket else "PrivateUsers=yes",
        "CHOWN": "SystemCallFilter=@chown" if settings.bounces.lmtp_group else "",
        "RUNTIME": f"RuntimeDirectory={folder.name}" if folder.parent == Path("/run") else "",
    }


def _of_pages(settings: Settings) -> Mapping[str, str]:
    page = urlsplit(settings.web.base_url)
    path = page.path.rstrip("/")
    return {
        "HOST": page.netloc,
        "PORT": str(settings.web.port),
        "PATH": path or "/",
        "FOLDER": f"{path}/",
        "PATHS": f"{path} {path}/*" if path else "/*",
    }


def _of_returns(settings: Settings) -> Mapping[str, str]:
    """Where mail that comes back goes: a whole domain, where it is apart from that of From; else one
    address of the domain, whose other mail is left alone."""
    sender = settings.sender
    back = Address.parse(sender.bounces or sender.address)
    apart = back.domain != Address.parse(sender.address).domain
    listens = settings.bounces.lmtp
    inside = listens.removeprefix("unix:").removeprefix("/var/spool/postfix/")
    return {
        "RETURNS": back.domain,
        "ROUTE": back.domain if apart else f"{back.local}@{back.domain}",
        "RELAY_DOMAINS": f"relay_domains = {back.domain}" if apart else "",
        "LOCAL_PARTS": ""
        if apart
        else f"local_parts = {back.local}\n  local_part_suffix = +*\n  local_part_suffix_optional",
        "LMTP": f"unix:{inside}"
        if listens.startswith("unix:")
        else f"inet:{listens}" * bool(listens),
    }
