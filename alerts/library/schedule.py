"""The schedule of a project: each action runs at its moments, as a command in a process of its own.

So no action delays another, and the program can be restarted at any moment: the database decides what
is due.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from alerts.config.settings import Settings
from alerts.schedule import cron
from alerts.schedule.ticks import Ticker


def check(settings: Settings, *, idle: bool = False) -> Mapping[str, str]:
    """The cron line of each action, empty where it is not scheduled.

    Raises `SettingsError` for a line that cannot be parsed, and where every line is empty, unless
    `idle`.
    """
    cron.check(settings, idle=idle)
    return {act: getattr(settings.schedule, act) for act in cron.ACTS}


def keep(
    settings: Settings,
    until: Callable[[], None],
    warn: Callable[[str], None],
    explain: Callable[[str], None],
    options: Sequence[str] = (),
    *,
    log: str = "auto",
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Run what is due, until `until` returns; then the running action is ended between two messages.
    `beat` is called every quarter of a minute, whatever is running.

    `options` are put before each command, such as `-q`; `warn` gets messages about faults, `explain`
    each command.
    """
    ticker = Ticker(settings.root, warn, explain, options, log)
    moments = cron.Moments(ticker.tick, ticker.stop, ticker.next_moment, beat, warn)
    cron.serve(settings, moments, until)


@contextmanager
def in_use(settings: Settings, what: str, now: datetime) -> Iterator[None]:
    """Keep the database from being replaced inside the block; raises `LockHeld` while it is being
    replaced."""
    from alerts.store.lock import file_in_use

    with file_in_use(settings.database_path, what, now):
        yield
