"""The address of the LMTP listener of `alerts serve`: a Unix socket, or a port on loopback."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alerts.config.server_url import is_loopback
from alerts.config.settings import Settings
from alerts.domain.errors import InputError

_LONGEST = 107  # most octets of a socket's path, on Linux


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """A socket in the file system."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


@dataclass(frozen=True, slots=True)
class LoopbackPort:
    """A TCP port that only this machine can reach."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(text: str, root: Path) -> UnixSocket | LoopbackPort:
    """`unix:/run/alerts/lmtp` (a relative path begins at `root`), `127.0.0.1:2424` or `[::1]:2424`.

    Raises `InputError`, whose text follows the name of the setting.
    """
    kind, _, name = text.partition(":")
    if kind == "unix" and name:
        path = root / name
        if len(bytes(path)) > _LONGEST:
            raise InputError(f"{path}: the path of a socket has at most {_LONGEST} octets")
        return UnixSocket(path)
    match = re.fullmatch(r"(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})", text)
    if not match or not 0 < int(match[3]) <= 65535:
        raise InputError(
            f"“{text}” is neither a socket such as unix:/run/alerts/lmtp nor a port such as"
            " 127.0.0.1:2424"
        )
    host = match[1] or match[2]
    if not is_loopback(host):
        raise InputError(
            f"“{host}” is not a loopback address, and other machines must not reach this port; write"
            " 127.0.0.1 or [::1], and let the mail server of this machine pass the mail on"
        )
    return LoopbackPort("127.0.0.1" if host == "localhost" else host, int(match[3]))


def socket_mode(text: str) -> int:
    """The permissions in a text such as `0660`; raises `InputError`."""
    if not re.fullmatch(r"0?[0-7]{3}", text):
        raise InputError(f"“{text}” is not a mode such as 0660")
    return int(text, 8)


def faults(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield (section, key, fault) for each fault of the settings that are read here."""
    bounces = settings.bounces
    try:
        if bounces.lmtp:
            parse(bounces.lmtp, settings.root)
    except InputError as fault:
        yield "bounces", "lmtp", str(fault)
    try:
        socket_mode(bounces.lmtp_mode)
    except InputError as fault:
        yield "bounces", "lmtp_mode", str(fault)
