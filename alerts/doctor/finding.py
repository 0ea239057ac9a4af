"""The input and the results of a check."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import TemplateFault
from alerts.sources.fetch import Fetcher


class CheckLevel(StrEnum):
    """How serious a result is. An error means that an issue is not sent or does not arrive."""

    OK = "ok"
    HINT = "hint"
    WARNING = "warning"
    ERROR = "error"


class CheckOutput(NamedTuple):
    """One result of a check; `remedy` may be empty if the text contains it."""

    level: CheckLevel
    about: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A result with the name of its check."""

    check: str
    level: CheckLevel
    about: str
    remedy: str = ""


Ask = Callable[[str, str], tuple[str, ...]]
"""(name, type) → the records, TXT strings joined; none where there are none. Raises `NoAnswer`."""


class Timetable(NamedTuple):
    """A crontab, or the files of systemd units: where it is, its kind, and its text.

    A `crontab` has five fields before the command, a `system crontab` names an account after them; a
    `unit` is a service with its timer, where it has one.
    """

    place: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CheckContext:
    """The input of all checks: a project, the time, and access to database, passwords and network.

    `open_database` and `password` raise their errors; `password` takes the name of a settings section.
    `page_faults` renders the public pages with sample values and yields their errors. `timetables` are
    those of cron and systemd on this machine, `server_zone` is its time zone; `environ` holds secrets.
    """

    settings: Settings
    now: datetime
    open_database: Callable[[], Database]
    password: Callable[[str], str | None]
    ask: Ask
    fetcher: Fetcher
    page_faults: Callable[[], Iterator[TemplateFault]] = lambda: iter(())
    timetables: Callable[[], Iterator[Timetable]] = lambda: iter(())
    server_zone: str = "UTC"
    environ: Mapping[str, str] = field(default_factory=dict)


Check = Callable[[CheckContext], Iterator[CheckOutput]]
