"""The URL of a server in the settings, such as `smtp://user@host:587`: what is the same for all of them.

Takes it apart and keeps passwords out of it; what else must be in it, each server's own module says.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from alerts.errors import SettingsError


def taken_apart(url: str, setting: str) -> SplitResult:
    """The parts, the port among them a number; raises `SettingsError` that names the setting."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at here, since asking for a bad one raises
    except ValueError as fault:
        raise SettingsError(f"{setting}: {fault}") from fault
    return parts


def refuse_password(parts: SplitResult, setting: str) -> None:
    """Raises `SettingsError` where a password stands in the URL, where `--json` and logs may show it."""
    section = setting.partition(".")[0]
    if parts.password:
        raise SettingsError(
            f"{setting}: keep the password out of the URL; set the variable that"
            f" {section}.password_env names, or {section}.password_file"
        )


def is_loopback(host: str) -> bool:
    """Whether a server of that name, or address, is this machine itself."""
    try:
        return bool(ip_address(host).is_loopback)
    except ValueError:
        return host == "localhost"
