"""What every command shares: the project, its settings and database, the clock, and how to speak.

Results go to stdout, messages to stderr. This is where the clock is read; below, `now` is an
argument.
"""

import getpass
import json
import os
import secrets
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alerts import project
from alerts.errors import InputError, UsageError
from alerts.model import Actor, Month
from alerts.settings import Settings

if TYPE_CHECKING:
    from sqlite_utils import Database

    from alerts.publish import Draft

pass_session = click.pass_obj
month_option = click.option(
    "--month",
    metavar="YYYY-MM",
    help="Default: the last month that has ended, in the alert's time zone.",
)
out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where they go; default: the folder “build” of the project.",
)
by_option = click.option(
    "--by",
    default="",
    metavar="NAME",
    help="Who does this, for the event log; default: your account on this machine.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


class Session:
    """One call of the command line."""

    def __init__(self, folder: Path | None, *, quiet: bool = False, verbose: bool = False) -> None:
        self.folder, self.quiet, self.verbose = folder, quiet, verbose

    @cached_property
    def settings(self) -> Settings:
        """The project's settings; raises `UsageError` or `SettingsError`."""
        if self.folder is not None and not self.folder.is_dir():
            raise UsageError(f"{self.folder}: no such folder; run `alerts init {self.folder}`")
        root = self.folder.resolve() if self.folder else project.find_root(Path.cwd())
        return project.load(root, os.environ)

    @cached_property
    def db(self) -> "Database":
        """The project's database, open; what a command has done with it survives power loss."""
        from alerts.store import open_database  # imports sqlite-utils: 150 ms that --help can save

        return open_database(self.settings.database_path)

    def settle_home(self) -> None:
        """See to it that this copy of the database may send; raises `UndecidedCopy`."""
        from alerts import home

        home.settle(self.db, self.settings.database_path, self.fresh_name(), self.now)

    def fresh_name(self) -> str:
        """A random name for a project, if it needs one."""
        return secrets.token_hex(8)

    def close(self) -> None:
        """Close what was opened."""
        if "db" in self.__dict__:
            self.db.close()

    @property
    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)

    def month(self, text: str | None) -> Month:
        """The month named, or the last one that has ended."""
        return Month.parse(text) if text else Month.last_ended(self.now, self.settings.zone)

    def actor(self, by: str = "") -> Actor:
        """Who works here, and by which command, for the event log."""
        context = click.get_current_context(silent=True)
        path = context.command_path.split(" ", 1)[-1] if context else ""
        return Actor(" ".join(by.split()) or _account(), path)

    def recheck(self, month: Month, by: str = "", draft: "Draft | None" = None) -> None:
        """Void approvals of what the month's issue is no longer, and say so.

        `draft`: the issue as it was just looked at, to spare a rendering.
        """
        from alerts import approval  # renders, so not for every command

        actor, now = self.actor(by), self.now
        voided = approval.recheck(self.db, self.settings, month, actor, now, draft)
        if voided:
            self.warn(f"{month}: has changed, so its approval by {', '.join(voided)} is void")

    def say(self, message: str) -> None:
        """A message for the person at the terminal; silent under --quiet."""
        if not self.quiet:
            click.echo(message, err=True)

    def explain(self, message: str) -> None:
        """A message only under --verbose."""
        if self.verbose:
            click.echo(message, err=True)

    def warn(self, message: str) -> None:
        """Something went wrong that did not stop the command."""
        click.echo(f"alerts: {message}", err=True)


def _account() -> str:
    """The name of the account that this process runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"account {os.getuid()}"


def read_text(file: Path, largest: int = 20_000_000) -> str:
    """A text that somebody wrote, - is stdin; UTF-8, or UTF-16 with its mark; raises `InputError`."""
    name = "stdin" if str(file) == "-" else str(file)
    with click.open_file(str(file), "rb") as stream:
        octets: bytes = stream.read(largest + 1)
    if len(octets) > largest:
        raise InputError(f"{name}: larger than {largest:,} octets")
    encoding = "utf-16" if octets[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return octets.decode(encoding)
    except UnicodeDecodeError as fault:
        line = octets[: fault.start].count(b"\n") + 1
        raise InputError(f"{name}, line {line}: not UTF-8; save the file as UTF-8") from fault


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def print_table(rows: list[tuple[str, ...]], headings: tuple[str, ...]) -> None:
    """Aligned columns on stdout; nothing but the headings where there are no rows."""
    table = [headings, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        click.echo(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
