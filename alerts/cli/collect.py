"""`alerts collect`: sources to articles."""

import click

from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.collect import Collected
from alerts.collect import collect as collect_articles


@click.command()
@month_option
@json_option
@pass_session
def collect(session: Session, month: str | None, as_json: bool) -> int:
    """Collect articles from the sources; those without a date join the month."""
    result = collect_articles(session.db, session.settings, session.month(month), session.now)
    tell(session, result)
    if as_json:
        failed = [{"source": f.source, "reason": f.reason} for f in result.failed]
        counts = {name: getattr(result, name) for name in ("new", "updated", "unchanged")}
        print_json({"month": str(result.month), **counts, "failed": failed})
    else:
        click.echo(
            f"{result.month}: {result.new} new, {result.updated} updated, "
            f"{result.unchanged} unchanged, {len(result.failed)} failed"
        )
    return 1 if result.failed else 0


def tell(session: Session, result: Collected) -> None:
    """Say what collecting met on the way."""
    for note in result.notes:
        session.say(note)
    for failure in result.failed:
        session.warn(failure.reason)
