"""`alerts issue import`: import a text that `export` wrote and an editor changed."""

from pathlib import Path

import click

from alerts.cli.context import (
    Session,
    by_option,
    issue_options,
    json_option,
    pass_session,
    print_json,
    read_text,
)
from alerts.cli.issue.taken_in import COUNTED, take_in
from alerts.domain.errors import Conflict, InputError, TextFault


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@issue_options("Default: the month that the text names.")
@by_option
@json_option
@pass_session
def import_(session: Session, file: Path, month: str | None, by: str, as_json: bool) -> None:
    """Import FILE, as written by `export` and changed (- is stdin), completely or not at all."""
    text = read_text(file)
    name = "stdin" if str(file) == "-" else file
    try:
        done = take_in(session, month, text, by)
    except Conflict as fault:
        raise Conflict(f"{fault}; export it again and repeat your changes") from fault
    except TextFault as fault:
        for line, words in fault.faults[1:]:
            session.warn(f"{name}, line {line}: {words}")
        line, words = fault.faults[0]
        raise InputError(f"{name}, line {line}: {words}; nothing was imported") from fault
    if as_json:
        numbers = {n: getattr(done.taken, n) for n in COUNTED}
        written = {"letters": list(done.taken.introductions), "faces": list(done.taken.faces)}
        print_json({"month": str(done.month), **numbers, **written})
