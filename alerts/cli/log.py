"""Writes messages as lines of a log to stderr, from any thread."""

from collections.abc import Callable, Mapping
from datetime import datetime

import click

from alerts.text.log_line import log_line


class LogWriter:
    """The log of one command; `kind` is plain or json."""

    def __init__(self, kind: str, command: str, clock: Callable[[], datetime]) -> None:
        self.kind, self._command, self._clock = kind, command, clock

    def write(self, level: str, event: str, message: str, ids: Mapping[str, object]) -> None:
        """One line for each message; an event without a name of its own has that of its level."""
        name = f"{self._command}.{event or level}"
        line = log_line(self.kind, self._clock(), level, name, message, ids)
        click.echo(line, err=True)
