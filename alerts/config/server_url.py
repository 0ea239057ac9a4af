"""Parses the URL of a server in the settings, such as `smtp://user@host:587`.

Refuses passwords in it; other requirements are checked by the module of each kind of server.
"""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from alerts.domain.errors import SettingsError

if TYPE_CHECKING:
    from alerts.config.settings import Settings


def taken_apart(url: str, setting: str) -> SplitResult:
    """The parts of `url`, with a valid port; raises `SettingsError`, which names the setting."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a malformed port raises here
    except ValueError as fault:
        raise SettingsError(
            f"{setting}: no valid address; write one as smtp://user@host:587 is written"
        ) from fault
    return parts


def refuse_password(parts: SplitResult, setting: str, section: str = "") -> None:
    """Raise `SettingsError` for a password in the URL, which `--json` and logs might show. `section` has
    the settings of the password, if it is not that of `setting`."""
    section = section or setting.partition(".")[0]
    if parts.password:
        raise SettingsError(
            f"{setting}: keep the password out of the URL; set the variable that"
            f" {section}.password_env names, or {section}.password_file"
        )


def is_loopback(host: str) -> bool:
    """True if a host of that name, or IP address, is this machine."""
    name = host.lower().rstrip(".")
    try:
        return bool(ip_address(name).is_loopback)
    except ValueError:
        return name == "localhost"


def leaves_the_machine(settings: "Settings") -> bool:
    """Whether the relay is not a folder, `null:`, or a server on this machine."""
    relay = settings.delivery.relay
    if relay.startswith(("maildir:", "null:")):
        return False
    return not is_loopback(taken_apart(relay, "delivery.relay").hostname or "")
