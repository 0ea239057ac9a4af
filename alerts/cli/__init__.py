"""The command line: `alerts [--project DIR] [-q|-v] COMMAND`, as described in docs/cli.md.

This module imports only click. Each command has a name, a line of help and a module, which is imported
when the command is called, so that `alerts --help` is fast. Every error becomes one line on stderr and
an exit code; no traceback reaches a user.
"""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import click

from alerts import __version__
from alerts.cli.context import Session
from alerts.cli.lazy import LazyGroup
from alerts.domain.errors import AlertsError

if TYPE_CHECKING:
    import sqlite3

# name: (its click command, one line of help); in the order of `alerts --help`
COMMANDS: dict[str, tuple[str, str]] = {
    "init": (
        "alerts.cli.init:init",
        "Start a project: write alerts.toml and create subscribers.db.",
    ),
    "setup": (
        "alerts.cli.setup:setup",
        "Set up a project by answering questions; install what calls it.",
    ),
    "demo": (
        "alerts.cli.demo:demo",
        "Make a sample project and run it end to end, with no network.",
    ),
    "source": ("alerts.cli.source:source", "Add, list, check, import and remove sources."),
    "profile": ("alerts.cli.profile:profile", "Manage the partner organisations."),
    "collect": ("alerts.cli.collect:collect", "Collect articles from the sources."),
    "article": ("alerts.cli.article:article", "Show and edit the articles of the month."),
    "issue": (
        "alerts.cli.issue:issue",
        "Show, edit, check, preview and approve the issue of the month.",
    ),
    "comment": (
        "alerts.cli.comment:comment",
        "Say something about a story or the issue to the people of the desk.",
    ),
    "render": ("alerts.cli.render:render", "Write the editions as files."),
    "queue": ("alerts.cli.queue:queue", "Freeze the issue and fill the outbox."),
    "send": ("alerts.cli.send:send", "Send the outbox until nothing is due."),
    "worker": ("alerts.cli.worker:worker", "Send what a hub lends; needs no project."),
    "run": ("alerts.cli.run:run", "Collect, compose, queue and send: what cron calls."),
    "schedule": ("alerts.cli.schedule:schedule", "Run commands by the schedule in alerts.toml."),
    "serve": (
        "alerts.cli.serve:serve",
        "Serve the public pages and run the schedule, in one process.",
    ),
    "archive": ("alerts.cli.archive:archive", "Verify and export the archive of sent issues."),
    "check": ("alerts.cli.check:check", "Say what is owed and not sent; for cron and monitors."),
    "watch": ("alerts.cli.watch:watch", "Look for trouble, and mail the admins about it once."),
    "next": ("alerts.cli.next:next_", "Say what happens next, and when."),
    "status": ("alerts.cli.status:status", "Show the progress of the month's issue."),
    "report": ("alerts.cli.report:report", "Show what the issues of a year came to."),
    "delivery": ("alerts.cli.delivery:delivery", "List deliveries, and retry failed ones."),
    "why": ("alerts.cli.why:why", "Explain what happened to one person's copy."),
    "doctor": ("alerts.cli.doctor:doctor", "Check everything the next issue depends on."),
    "config": ("alerts.cli.config:config", "Show, check and change the settings."),
    "completion": ("alerts.cli.completion:completion", "Print the completion for a shell."),
    "template": (
        "alerts.cli.template:template",
        "Copy templates into the project, to change them.",
    ),
    "upgrade-check": (
        "alerts.cli.upgrade_check:upgrade_check",
        "Check settings and templates after an upgrade.",
    ),
    "backup": ("alerts.cli.backup:backup", "Copy the database, also while a send is running."),
    "restore": ("alerts.cli.restore:restore", "Replace the database by a backup."),
    "adopt": ("alerts.cli.adopt:adopt", "Make this copy of the database the one that sends."),
    "subscriber": ("alerts.cli.subscriber:subscriber", "Add, import, list and change subscribers."),
    "migrate": ("alerts.cli.migrate:migrate", "Import another system's whole export."),
    "bounce": ("alerts.cli.bounce:bounce", "Process bounces and complaints."),
    "dmarc": ("alerts.cli.dmarc:dmarc", "Show who sends as us, by the reports of receivers."),
    "clock": ("alerts.cli.clock:clock", "Show the clock and its witnesses, and mend them."),
    "retention": ("alerts.cli.retention:retention", "Delete old personal data."),
    "channel": (
        "alerts.cli.channel:channel",
        "Show and settle what is posted besides being mailed.",
    ),
    "hook": ("alerts.cli.hook:hook", "Show and test the programs that are told what happens."),
    "token": ("alerts.cli.token:token", "Manage the tokens of the HTTP API."),
    "key": ("alerts.cli.key:key", "Manage the keys that sign links."),
    "person": ("alerts.cli.person:person", "Manage the people who work at the desk."),
    "suppression": (
        "alerts.cli.suppression:suppression",
        "Manage the addresses that must not be mailed.",
    ),
}


@click.group(
    cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The project's folder; default: the current one, or the nearest parent with alerts.toml.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only errors and warnings.")
@click.option("-v", "--verbose", is_flag=True, help="Print more messages.")
@click.version_option(__version__, prog_name="alerts")
@click.pass_context
def alerts(ctx: click.Context, project: Path | None, quiet: bool, verbose: bool) -> None:
    """The monthly alert: collect articles, render one e-mail per language, mail everyone once."""
    session = Session(project, quiet=quiet, verbose=verbose)
    if isinstance(ctx.obj, list):  # of `call`, which tells how the command ended
        ctx.obj.append(session)
    ctx.obj = session
    ctx.call_on_close(ctx.obj.close)


def call(arguments: list[str]) -> int:
    """Run one command line; returns its exit code (0, 1, 2 or 75), prints any error."""

    begun: list[Session] = []
    try:
        result: Any = alerts.main(arguments, prog_name="alerts", standalone_mode=False, obj=begun)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return _fail("interrupted", 1)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        return 0 if not arguments else help_wanted.exit_code
    except click.ClickException as fault:
        hint = (
            f" (see `{fault.ctx.command_path} --help`)"
            if isinstance(fault, click.UsageError) and fault.ctx
            else ""
        )
        words = fault.format_message().replace("\n", " ")
        words = re.sub(r"\. Did you mean '([^']+)'\?$", r"; did you mean \1?", words)
        return _fail(words + hint, fault.exit_code)
    except AlertsError as fault:
        if begun and (log := begun[0].log) is not None:
            log.write("error", "ended", str(fault), {"exit_code": fault.exit_code})
            return fault.exit_code
        return _fail(str(fault), fault.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        from alerts.text.network_faults import system_words  # imports ssl: 15 ms

        return _fail(f"{fault.filename or 'system'}: {system_words(fault)}", 1)
    except Exception as fault:
        if not _of_sqlite(fault):
            raise
        from alerts.store import translated  # imports sqlite-utils, so only when it is needed

        known = translated(fault, Path("subscribers.db"))
        return _fail(str(known), known.exit_code)
    return result if isinstance(result, int) else 0


def _of_sqlite(fault: Exception) -> "TypeGuard[sqlite3.Error]":
    """Whether SQLite raised it; only if sqlite3 is imported already, because importing it takes 5 ms."""
    module = sys.modules.get("sqlite3")
    return module is not None and isinstance(fault, module.Error)


def _fail(message: str, code: int) -> int:
    click.echo(f"alerts: {message}", err=True)
    return code


def run(arguments: list[str]) -> int:
    """Like `call`, with an internal error as one line too; ALERTS_TRACEBACK=1 shows the traceback."""
    try:
        return call(arguments)
    except Exception as fault:
        if os.environ.get("ALERTS_TRACEBACK"):
            raise
        from alerts.text.mistakes import place_of  # costs 7 ms

        return _fail(
            f"an error in the program ({place_of(fault)}); nothing is lost."
            " Please report it with the output of ALERTS_TRACEBACK=1",
            1,
        )


def main() -> None:
    """The entry point of `python -m alerts`, and of console scripts that an older version installed."""
    import runpy  # costs 5 ms

    runpy.run_module("alerts", run_name="__main__")
