"""`alerts setup`: about ten questions, and what calls the command on this machine."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from alerts.cli.context import Session, pass_session
from alerts.config import load
from alerts.domain.errors import SettingsError, UsageError
from alerts.setup.questions import QUESTIONS

FILES = ("crontab", "systemd", "nginx", "caddy", "apache", "postfix", "exim", "dns")


def _answers(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each question."""
    for question in reversed(QUESTIONS):
        words = f"{question.words} {question.about[0].upper()}{question.about[1:]}."
        option = click.option(f"--{question.name}", metavar="ANSWER", help=words)
        command = option(command)
    return command


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@_answers
@click.option("--source", metavar="LOCATION", help="A first feed, page, calendar or folder.")
@click.option(
    "--relay-password-file",
    metavar="FILE",
    type=click.File("r"),
    help="Where the password of the relay is read from; - is stdin.",
)
@click.option("--test-to", metavar="ADDR", help="Mail a test to ADDR at the end.")
@click.option(
    "--print",
    "shown",
    multiple=True,
    type=click.Choice((*FILES, "all")),
    help="Print what a server needs, on stdout; may be repeated.",
)
@click.option(
    "--install",
    multiple=True,
    type=click.Choice(("crontab", "systemd")),
    help="Install the crontab of this account, or (as root) the systemd units.",
)
@click.option(
    "--backups",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where crontab and units put backups; default: the folder backups of the project.",
)
@click.option("--no-input", is_flag=True, help="Ask nothing: the options are the answers.")
@click.option("--offline", is_flag=True, help="Try nothing on the network, and mail no test.")
@pass_session
def setup(
    session: Session,
    /,
    folder: Path | None,
    shown: tuple[str, ...],
    install: tuple[str, ...],
    backups: Path | None,
    *,
    no_input: bool,
    **options: Any,
) -> int:
    """Set up the project in DIR (default: the one here, else a new one here), by about ten questions.

    Each has a default, is checked when it is answered, and is asked again where the answer is wrong. On an
    existing project the defaults are the present values, and only what is answered differently is changed;
    comments stay. Nothing is written until all are answered. An answer that is given as an option is not
    asked for.

    It ends with the findings of the doctor, a test mail, and what the server needs. --print and --install
    alone do only that, for an existing project. Exits 1 where the doctor finds an error, or the test fails.
    """
    from alerts.cli.setup_end import server_end, setup_end

    root = _root(session, folder)
    given = {one.name: options[one.name] for one in QUESTIONS if options[one.name] is not None}
    asked_more = given or no_input or options["source"] or options["test_to"]
    if (shown or install) and not asked_more and (root / load.FILE_NAME).is_file():
        session.folder = root
        server_end(session, shown, install, backups)
        return 0
    if not no_input and not _person():
        raise UsageError("nobody can be asked here: give the answers as options, with --no-input")
    return setup_end(
        session,
        root,
        given,
        shown=shown,
        install=install,
        backups=backups,
        asks=not no_input,
        source=options["source"] or "",
        password_file=options["relay_password_file"],
        test_to=options["test_to"] or "",
        offline=options["offline"],
    )


def _root(session: Session, folder: Path | None) -> Path:
    """The folder that is named, else that of the project around us, else the current one."""
    if named := folder or session.folder:
        if named.exists() and not named.is_dir():
            raise SettingsError(f"{named}: it is no folder; name the one of the project")
        return named.resolve()
    try:
        return load.find_root(Path.cwd())
    except UsageError:
        return Path.cwd()


def _person() -> bool:
    """Whether somebody sits at the terminal."""
    return os.isatty(0) and os.isatty(2)
