"""`alerts subscriber unsubscribe`: unsubscribe one person, or all that are selected."""

import click

from alerts.cli.context import Session, confirm, json_option, pass_session, print_json
from alerts.cli.subscriber.options import chosen, filter_options
from alerts.domain.address import Address
from alerts.domain.errors import UsageError
from alerts.text.plural import counted

_ALL = "unsubscribe names an EMAIL, or selects people with --where, --tag, --language or --status"


@click.command()
@click.argument("email", required=False)
@filter_options
@click.option("--dry-run", is_flag=True, help="Only say how many would be unsubscribed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_session
def unsubscribe(
    session: Session,
    /,
    email: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Unsubscribe one person, or all who are selected; their queued deliveries are skipped.

    A selection is counted and confirmed first. What was cut off is continued by the same command.
    """
    if (email is None) == (not any(filters.values())):
        raise UsageError(_ALL)
    if email is None:
        _selected(session, filters, dry_run=dry_run, yes=yes, as_json=as_json)
        return
    address = Address.parse(email)
    if dry_run:
        left = session.project.subscribers.show(email).person.on_the_list
    else:
        left = session.project.subscribers.unsubscribe(email)
    if as_json:
        print_json(
            {"selected": 1, "on_the_list": int(left), "unsubscribed": int(left and not dry_run)}
        )
        return
    done = "would be unsubscribed" if dry_run else "unsubscribed"
    click.echo(f"{address}: {done if left else 'unchanged'}")


def _selected(
    session: Session, filters: dict[str, str | None], *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Count the people who are selected, have a person confirm it, and unsubscribe exactly these."""
    selected, leaving = 0, set[int]()
    for person in chosen(session, **filters):
        selected += 1
        if person.on_the_list:
            leaving.add(person.id)
    number, done = counted(len(leaving), "person", "people"), 0
    if leaving and not dry_run:
        if not yes:
            nobody = f"{number} would be unsubscribed: --yes does it without asking"
            confirm(f"Unsubscribe {number}?", nobody=nobody, refused="nobody was unsubscribed")
        people = (one for one in chosen(session, **filters) if one.id in leaving)
        done = session.project.subscribers.unsubscribe_all(people)
    if as_json:
        print_json({"selected": selected, "on_the_list": len(leaving), "unsubscribed": done})
    elif not selected:
        click.echo("nobody is selected, so nothing changed")
    elif not leaving:
        click.echo(f"none of the {selected:,} selected is on the list, so nothing changed")
    elif dry_run:
        click.echo(f"{number} would be unsubscribed")
    else:
        click.echo(f"{counted(done, 'person', 'people')} unsubscribed")
