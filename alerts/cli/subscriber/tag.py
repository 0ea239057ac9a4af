"""`alerts subscriber tag`: add a tag to selected people, or remove it."""

import click

from alerts.cli.context import Session, pass_session
from alerts.cli.subscriber.options import chosen, filter_options


@click.command()
@click.argument("word", metavar="TAG")
@click.option("--remove", is_flag=True, help="Remove the tag instead.")
@filter_options
@pass_session
def tag(session: Session, /, word: str, remove: bool, **filters: str | None) -> None:
    """Give a tag to everyone selected, all of them or nobody; without a selection, to everyone."""
    people = chosen(session, **filters)
    changed = session.project.subscribers.tag(people, word, remove=remove)
    session.say(f"{changed} changed: “{word.strip()}” {'removed' if remove else 'given'}")
