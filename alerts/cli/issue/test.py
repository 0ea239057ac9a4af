"""`alerts issue test`: mail the editions to one address as a test."""

import click

from alerts.cli.context import Session, by_option, month_option, pass_session
from alerts.domain.delivery import DeliveryState


@click.command()
@month_option
@click.option("--to", required=True, metavar="ADDR", help="The address.")
@click.option("--language", metavar="LANG", help="Only the edition in this language; default: all.")
@click.option(
    "--where", default="", metavar="QUESTION", help="Only the editions that these readers get."
)
@by_option
@pass_session
def test(
    session: Session, month: str | None, to: str, language: str | None, where: str, by: str
) -> int:
    """Mail the editions to ADDR as a test; their subjects begin with [TEST].

    It is not recorded as a delivery, and its unsubscribe link does not work.
    """
    chosen = session.month(month)
    outcomes = session.project.previews.mail(to, chosen, language=language, where=where, by=by)
    if not outcomes:
        session.say(f"{chosen}: no articles, so there is nothing to test")
    for tag, outcome in outcomes.items():
        if outcome.state is DeliveryState.SENT:
            session.say(f"{chosen} in “{tag}”: sent to {to}")
        else:
            session.warn(f"{chosen} in “{tag}”: not sent: {outcome.reply}")
    return int(any(one.state is not DeliveryState.SENT for one in outcomes.values()))
