"""Trying the pages on this machine, at its own address instead of the public one."""

from collections.abc import Mapping

from alerts.config.load import load
from alerts.config.server_url import leaves_the_machine
from alerts.config.settings import Settings
from alerts.domain.errors import UsageError


def check_local(settings: Settings) -> None:
    """Raise `UsageError` where mail leaves the machine: its links would lead readers nowhere."""
    if leaves_the_machine(settings):
        raise UsageError(
            "--local: links of this machine would be mailed to readers; with delivery.relay ="
            ' "maildir:outbox" nothing leaves it'
        )


def at_local_address(
    settings: Settings, address: str, environ: Mapping[str, str]
) -> tuple[Settings, dict[str, str]]:
    """The settings, and the environment that gives them, with `address` as the public address."""
    around = {**environ, "ALERTS_WEB__BASE_URL": address.rstrip("/")}
    return load(settings.root, around), around
