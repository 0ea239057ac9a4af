"""How fast to send, by what providers said to the last issue."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.month import Month
from alerts.library.advice import advice, first_send
from alerts.library.providers import by_provider
from alerts.store import faults, year_figures
from alerts.transport.relay import leaves_the_machine


def seen(context: CheckContext) -> Iterator[CheckOutput]:
    """Tell which provider asked for fewer messages, and at which rate to send there."""
    settings, db = context.settings, context.open_database()
    with faults(settings.database_path):
        last = year_figures.issues_until(db, Month.of(context.now, settings.zone), 1)
        figures = by_provider(db, [number for number, _ in last])
        readers = year_figures.active(db)
    steps = first_send(readers, ever_sent=bool(last), warm_up=settings.delivery.warm_up)
    if steps and leaves_the_machine(settings):
        yield CheckOutput(
            CheckLevel.HINT,
            f"the first issue goes to {readers:,} readers at once, from a sender that nobody knows",
            f"begin slowly: delivery.warm_up = [{steps}] (messages on the first, second, … day)",
        )
        return
    said = [*advice(figures)]
    for words, remedy in said:
        yield CheckOutput(CheckLevel.WARNING, words, remedy)
    if not said:
        yield CheckOutput(
            CheckLevel.OK,
            "no provider asked for fewer messages" if last else "nothing was sent yet",
        )
