"""`alerts demo`: a sample project, run end to end; says the command of each step as it is done.

The sample sources carry the dates of the month asked for, by default the last one that has ended, so
that `alerts run` in the project finds that month already sent.
"""

import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alerts.cli.context import Session, json_option, month_option, pass_session, print_json
from alerts.cli.context import print_table as table
from alerts.config.load import FILE_NAME
from alerts.config.themes import LOOKS
from alerts.text.plural import counted

if TYPE_CHECKING:
    from alerts.library.demo import DemoReport


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@month_option
@click.option(
    "--theme", type=click.Choice(list(LOOKS)), help="The look of its e-mails; default: magazine."
)
@json_option
@pass_session
def demo(
    session: Session, folder: Path | None, month: str | None, theme: str | None, as_json: bool
) -> None:
    """Make a sample project in DIR (default: demo) and run it end to end, with no network."""
    from alerts.library.demo import demo as run_demo  # imports all that a month needs

    root = (folder or session.folder or Path("demo")).resolve()
    report = run_demo(
        root,
        month,
        theme=theme or "",
        told=lambda words: session.say(f"$ alerts {_shown(words, root)}"),
    )
    if as_json:
        print_json(_document(report))
    else:
        _print(report)


def _document(report: "DemoReport") -> dict[str, Any]:
    return {
        "month": str(report.month),
        "subscribers": [asdict(one) for one in report.copies],
        "outbox": str(report.outbox),
        "editions": str(report.editions),
        "sign_in": report.sign_in,
    }


def _shown(arguments: tuple[str, ...], root: Path) -> str:
    """A short form of a command line, with paths relative to the project."""
    words = [argument.replace(f"{root}{os.sep}", "") for argument in arguments]
    return " ".join(w if len(w) < 60 else f"{w[:40]}…" for w in words)


def _print(report: "DemoReport") -> None:
    copies = report.copies
    table(
        [(one.email, one.language, one.subject or f"nothing: {one.reason}") for one in copies],
        ("subscriber", "language", "got"),
    )
    sent = sum(1 for one in copies if one.message)
    command = f"{_command()} --project {_from_here(report.root)}"
    got = f"{sent} of {counted(len(copies), 'subscriber')} got the alert of {report.month}"
    click.echo(f"""
{got}; the others are not to be mailed.

messages  {_from_here(report.outbox)}{os.sep}  one file each; open any in a mail program
editions  {_from_here(report.editions)}{os.sep}  .html, .txt and .eml by language, with pictures
settings  {_from_here(report.root / FILE_NAME)}

Try next:
  {command} status
  {command} issue show
  {command} run        # a second run sends nothing more
  {command} serve --local

The last one serves the pages and the desk; sign in there, within 15 minutes, at
  {report.sign_in}""")


def _from_here(path: Path) -> Path:
    """The path relative to the current folder, if it is inside it."""
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _command() -> str:
    """The command by which this program was called, so that the printed commands can be pasted."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{Path(sys.executable)} -m alerts"
    known = shutil.which(called.name)
    on_path = known is not None and Path(known).resolve() == called.resolve()
    return called.name if on_path else str(called)
