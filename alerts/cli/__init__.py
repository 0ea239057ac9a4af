"""The command line: `alerts [--project DIR] [-q|-v] COMMAND`, as the contract in docs/cli.md says.

This module imports click alone and knows each command by a name, a line of help and the module that
holds it, which is imported when the command is called: `alerts --help` stays instant. Every fault
leaves as one line on stderr and an exit code; no traceback reaches a user.
"""

import importlib
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from alerts import __version__
from alerts.cli.session import Session
from alerts.errors import AlertsError

# name: (where its click command is, one line of help); in the order of `alerts --help`
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("alerts.cli.init:init", "Start a project: write alerts.toml and make subscribers.db."),
    "demo": (
        "alerts.cli.demo:demo",
        "Make a sample project and run it end to end, with no network.",
    ),
    "source": ("alerts.cli.source:source", "Add, list, check, import and remove sources."),
    "profile": ("alerts.cli.profile:profile", "Keep the partner organisations."),
    "collect": ("alerts.cli.collect:collect", "Collect articles from the sources."),
    "article": ("alerts.cli.article:article", "See and shape the articles of the month."),
    "issue": (
        "alerts.cli.issue:issue",
        "See, edit, check, preview and approve the issue of the month.",
    ),
    "render": ("alerts.cli.render:render", "Write the editions as files."),
    "queue": ("alerts.cli.queue:queue", "Freeze the issue and fill the outbox."),
    "send": ("alerts.cli.send:send", "Work the outbox until nothing is due."),
    "run": ("alerts.cli.run:run", "Collect, compose, queue and send: what cron calls."),
    "schedule": ("alerts.cli.schedule:schedule", "Run by the clock, as alerts.toml says."),
    "serve": (
        "alerts.cli.serve:serve",
        "Serve the public pages, and run by the clock: one process.",
    ),
    "archive": ("alerts.cli.archive:archive", "Prove and export the archive of what was sent."),
    "status": ("alerts.cli.status:status", "Show how far the month's issue is."),
    "delivery": ("alerts.cli.delivery:delivery", "See the deliveries, retry the missed ones."),
    "why": ("alerts.cli.why:why", "Tell what happened to one person's copy."),
    "doctor": ("alerts.cli.doctor:doctor", "Check everything the next issue depends on."),
    "backup": ("alerts.cli.backup:backup", "Copy the database, also while a send is running."),
    "restore": ("alerts.cli.backup:restore", "Put a backup in the place of the database."),
    "adopt": ("alerts.cli.backup:adopt", "Say that this copy of the database lives on."),
    "subscriber": ("alerts.cli.subscriber:subscriber", "Add, import, list and change subscribers."),
    "bounce": ("alerts.cli.bounce:bounce", "Act on mail that comes back."),
    "retention": ("alerts.cli.retention:retention", "Let go what is too old to be kept."),
    "key": ("alerts.cli.key:key", "Keep the keys that sign links."),
    "suppression": (
        "alerts.cli.suppression:suppression",
        "Keep the addresses that must not be mailed.",
    ),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The project's folder; default: the current one, or the nearest parent with alerts.toml.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.version_option(__version__, prog_name="alerts")
@click.pass_context
def alerts(ctx: click.Context, project: Path | None, quiet: bool, verbose: bool) -> None:
    """The monthly alert: collect articles, render one e-mail per language, mail everyone once."""
    ctx.obj = Session(project, quiet=quiet, verbose=verbose)
    ctx.call_on_close(ctx.obj.close)


def call(arguments: list[str]) -> int:
    """Carry out one command line; returns its exit code (0, 1, 2 or 75), prints any fault."""

    try:
        result: Any = alerts.main(arguments, prog_name="alerts", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return _fail("interrupted", 1)
    except click.ClickException as fault:
        hint = (
            f" (see `{fault.ctx.command_path} --help`)"
            if isinstance(fault, click.UsageError) and fault.ctx
            else ""
        )
        return _fail(fault.format_message().replace("\n", " ") + hint, fault.exit_code)
    except AlertsError as fault:
        return _fail(str(fault), fault.exit_code)
    except sqlite3.Error as fault:
        from alerts.store import translated  # imports sqlite-utils, so not before it is needed

        known = translated(fault, Path("subscribers.db"))
        return _fail(str(known), known.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        return _fail(f"{fault.filename or 'system'}: {fault.strerror or fault}", 1)
    return result if isinstance(result, int) else 0


def _fail(message: str, code: int) -> int:
    click.echo(f"alerts: {message}", err=True)
    return code


def main() -> None:
    """The console script. A mistake of ours is one line too; ALERTS_TRACEBACK=1 shows the whole of it."""
    try:
        code = call(sys.argv[1:])
    except Exception as fault:
        if os.environ.get("ALERTS_TRACEBACK"):
            raise
        import traceback  # costs 7 ms

        place = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        words = " ".join(str(fault).split())
        code = _fail(
            f"a mistake in the program ({type(fault).__name__} in {where}): {words}; nothing is lost."
            " Please report it with what ALERTS_TRACEBACK=1 shows",
            1,
        )
    sys.exit(code)
