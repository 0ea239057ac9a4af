"""The context of every command: the project, its settings and database, the clock, and output.

Results go to stdout, messages to stderr. The clock is read here; elsewhere, `now` is an argument.
"""

import functools
import sys
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alerts.domain.errors import InputError, UsageError
from alerts.text.decoding import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from alerts.cli.log import LogWriter
    from alerts.config.settings import Settings
    from alerts.domain.month import Month
    from alerts.library.next_step import NextStep
    from alerts.library.project import Project
    from alerts.library.voided import Voided


pass_session = click.pass_obj
_MONTH = "Default: the last month that has ended, in the alert's time zone; “this”: the one that goes on."
out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to; default: the folder “build” of the project.",
)
by_option = click.option(
    "--by",
    default="",
    metavar="NAME",
    help="Your name, for the event log; default: your account on this machine.",
)
anyway_option = click.option(
    "--anyway",
    multiple=True,
    metavar="NAME",
    help="Go on although NAME is refused; may be repeated.",
)
where_option = click.option(
    "--where",
    metavar="QUESTION",
    help='Only to readers who match: "language=es and tag=member and joined>2026-01"; "": to all.',
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def issue_options(month_help: str) -> "Callable[[Callable[..., Any]], Callable[..., Any]]":
    """The options by which a command is told its issue: `--month`, or `--issue` with any key. The command
    gets the one that was given as `month`; raises `UsageError` where both were."""

    def with_options(command: "Callable[..., Any]") -> "Callable[..., Any]":
        @functools.wraps(command)
        def one(*args: Any, month: str | None, issue: str | None, **given: Any) -> Any:
            if month is not None and issue is not None:
                raise UsageError("--month, --issue: one issue at a time; give one of them")
            return command(*args, month=issue if month is None else month, **given)

        wanted = click.option("--issue", metavar="KEY", help="The same for any issue, by its key.")
        return click.option("--month", metavar="YYYY-MM", help=month_help)(wanted(one))

    return with_options


month_option = issue_options(_MONTH)


def on_month(command: "Callable[..., Any]") -> "Callable[..., Any]":
    """A command about one month that can print JSON: gives it the session, `month` and `as_json`."""
    return month_option(json_option(pass_session(command)))


class Session:
    """One call of the command line; `clock` is the one of the machine."""

    @staticmethod
    def clock() -> datetime:
        """The present moment, in UTC."""
        from alerts.library.system_clock import system_clock  # no library for --help

        return system_clock()

    def __init__(self, folder: Path | None, *, quiet: bool = False, verbose: bool = False) -> None:
        self.folder, self.quiet, self.verbose = folder, quiet, verbose
        self.log: LogWriter | None = None

    @cached_property
    def project(self) -> "Project":
        """The project; raises `UsageError` or `SettingsError`."""
        from alerts.library.project import Project  # 20 ms, which --help does not need

        context = click.get_current_context(silent=True)
        path = context.command_path.split(" ", 1)[-1] if context else ""
        return Project(self.folder, clock=self.clock, caller=path, prefix="--")

    @property
    def settings(self) -> "Settings":
        """The project's settings; raises `UsageError` or `SettingsError`."""
        return self.project.settings

    def close(self) -> None:
        """Close the database, if it is open."""
        if "project" in self.__dict__:
            self.project.close()

    @property
    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock()

    def month(self, text: str | None) -> "Month":
        """The month of that text, or the last one that has ended."""
        return self.project.month(text)

    def warn_voided(self, voided: "Iterable[Voided]") -> None:
        """Say whose approvals hold no more."""
        for one in voided:
            names = ", ".join(one.names)
            self.warn(f"{one.month}: has changed, so its approval by {names} is void")

    def human(self, moment: datetime) -> str:
        """A moment as a person reads it, in the alert's time zone: “in 2 days, Mon 2 Nov 09:00”."""
        from alerts.text.human_time import human

        return human(moment, self.now, self.settings.zone)

    def dated(self, moment: datetime) -> str:
        """The same within a sentence: “Mon 2 Nov 09:00, in 2 days”."""
        from alerts.text.human_time import date_and_time, distance

        now, zone = self.now, self.settings.zone
        return f"{date_and_time(moment, now, zone)}, {distance(moment, now, zone)}"

    def tell_next(self, step: "NextStep") -> None:
        """Say the next step as the last line: on stderr, because it is a message; silent under --quiet."""
        if self.quiet:
            return
        why = step.why if step.at is None else f"{step.why} {self.human(step.at)}"
        if sys.stdout.isatty() and sys.stderr.isatty():
            from alerts.cli import terminal  # imports rich, which is only needed on a terminal

            terminal.print_next(step.command, why, why.partition(", ")[0] if step.at else why)
        else:
            click.echo(f"next: {step.command}  ({why})", err=True)

    def begin_log(self, command: str, *, service: bool = False) -> None:
        """Write messages as lines of a log from now on, if log.format asks for it; a `service` does so by
        default. Raises `UsageError` or `SettingsError`."""
        kind = self.settings.log.format
        if kind == "auto" and not service:
            return
        from alerts.cli.log import LogWriter

        self.log = LogWriter("plain" if kind == "auto" else kind, command, self.clock)

    def show(self, result: str, event: str, **ids: object) -> None:
        """Print a result on stdout, or into the log where there is one."""
        if self.log is not None:
            self.log.write("info", event, result, ids)
        else:
            click.echo(result)

    def say(self, message: str, event: str = "", **ids: object) -> None:
        """Print a message to stderr; silent under --quiet."""
        if not self.quiet:
            self._tell("info", message, event, ids)

    def explain(self, message: str, event: str = "", **ids: object) -> None:
        """Print a message to stderr, only under --verbose."""
        if self.verbose:
            self._tell("debug", message, event, ids)

    def warn(self, message: str, event: str = "", **ids: object) -> None:
        """Print a warning about a problem that did not stop the command."""
        self._tell("warning", message, event, ids)

    def _tell(self, level: str, message: str, event: str, ids: "Mapping[str, object]") -> None:
        if self.log is not None:
            self.log.write(level, event, message, ids)
        else:
            click.echo(f"alerts: {message}" if level == "warning" else message, err=True)


def asked(question: str, *, default: bool = False) -> bool | None:
    """What the person at the terminal answers; None where stdin or stderr is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return click.confirm(question, default=default, err=True)


def confirm(question: str, *, nobody: str, refused: str) -> None:
    """Have a person confirm it; raises `UsageError` with `refused`, or `nobody` where none can be asked."""
    answer = asked(question)
    if not answer:
        raise UsageError(nobody if answer is None else refused)


def read_text(file: Path, largest: int = 20_000_000) -> str:
    """The text in a file, or on stdin for -; raises `InputError`."""
    name = "stdin" if str(file) == "-" else str(file)
    with click.open_file(str(file), "rb") as stream:
        octets: bytes = stream.read(largest + 1)
    if len(octets) > largest:
        raise InputError(f"{name}: larger than {largest:,} octets")
    return written(octets, name)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    import json  # costs 4 ms, which --help does not need

    click.echo(json.dumps(document, ensure_ascii=not speaks_unicode(), indent=2))


def speaks_unicode() -> bool:
    """Whether stdout takes every character; JSON for another one is written with escapes."""
    return (sys.stdout.encoding or "utf-8").lower().replace("_", "-").startswith("utf")


def next_fields(step: "NextStep") -> "Mapping[str, Any]":
    """The next step in a JSON document: the command, why, and from when on."""
    at = step.at.isoformat() if step.at else None
    return {"next": step.command, "next_why": step.why, "next_at": at}


def on_terminal() -> bool:
    """Whether a person reads stdout; piped output is for programs."""
    return sys.stdout.isatty()


def print_table(rows: list[tuple[str, ...]], headings: tuple[str, ...]) -> None:
    """Print aligned columns on stdout, one line per row; only the headings where there are no rows.

    On a terminal, headings are bold, and the table is cut to its width.
    """
    if sys.stdout.isatty():
        from alerts.cli import terminal  # imports rich, which is only needed on a terminal

        terminal.print_table(rows, headings)
        return
    table = [headings, *rows]
    widths = [max(_columns(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        cells = zip(row, widths, strict=True)
        click.echo("  ".join(f"{c}{' ' * (width - _columns(c))}" for c, width in cells).rstrip())


def _columns(text: str) -> int:
    """The number of terminal columns of a text: two for 漢, none for a combining mark."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # costs 15 ms

    return cell_len(text)
