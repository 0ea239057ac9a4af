"""The clock of the machine. Only entry points read it; below them, `now` is an argument."""

from datetime import UTC, datetime


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
