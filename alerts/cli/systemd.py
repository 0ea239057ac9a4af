"""Tells systemd how a service is doing (sd_notify(3)): ready, alive, stopping. Nothing without systemd.

The protocol is a datagram to the socket that the variable NOTIFY_SOCKET names; a name that begins with @ is
one of the abstract namespace.
"""

import os
import socket
from collections.abc import Callable, Mapping


class ServiceManager:
    """The manager of this process, if it has one; its variables are taken out of the environment, so that
    the commands that a service starts do not speak for it."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._address = os.environ.pop("NOTIFY_SOCKET", "")
        self.watched = watches_us(os.environ, os.getpid())
        self._warn = warn
        for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
            os.environ.pop(name, None)

    def ready(self) -> None:
        """The service answers."""
        self._tell("READY=1")

    def alive(self) -> None:
        """The service still works; systemd restarts it where that is not said in time (WatchdogSec=)."""
        if self.watched:
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The service is ending its work in progress."""
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        to = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
                speaker.sendto(state.encode(), to)
        except OSError:
            self._warn(f"systemd was not told {state}: its socket does not answer")
            self._address = ""


def watches_us(environ: Mapping[str, str], pid: int) -> bool:
    """Whether systemd wants to hear from the process with that number."""
    for_us = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
    return for_us and environ.get("WATCHDOG_USEC", "0").strip() not in ("", "0")
