"""`alerts subscriber list`: the people on the list, one line each."""

import sys
from collections.abc import Iterable

import click

from alerts.cli.context import Session, json_option, on_terminal, pass_session, speaks_unicode
from alerts.cli.subscriber.options import chosen, filter_options
from alerts.domain.subscriber import Subscriber
from alerts.library.lists import write_json


@click.command("list")
@filter_options
@json_option
@pass_session
def list_(session: Session, /, as_json: bool, **filters: str | None) -> None:
    """List the subscribers; erased ones only with --status erased."""
    people = chosen(session, **filters)
    if as_json:
        write_json(people, sys.stdout, escaped=not speaks_unicode())
        return
    if on_terminal():
        _show(people)
    else:
        for person in people:
            columns = (f"{person.standing:<12}", f"{person.language:<5}", person.email, person.name)
            click.echo("  ".join(column for column in columns if column).rstrip())
    if not session.quiet:  # the step costs more than the list
        session.tell_next(session.project.next_step())


def _show(people: Iterable[Subscriber]) -> None:
    """The same as a table that fits the terminal; the address is cut last."""
    from alerts.cli import terminal  # imports rich, which is only needed on a terminal
    from alerts.cli.terminal import TableColumn

    rows = [
        (terminal.by_name(person.standing), person.language, person.email, person.name)
        for person in people
    ]
    columns = (
        TableColumn("STATUS", 1, whole=True),
        TableColumn(gives=2, whole=True),
        TableColumn("EMAIL", least=24),
        TableColumn("NAME", 3, least=8),
    )
    terminal.print_rows(rows, columns)
