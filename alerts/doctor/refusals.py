"""What servers have against us, by the newest issue that was sent."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.outbox import report
from alerts.replies.gist import gist
from alerts.replies.remedies import remedy_of_ours
from alerts.store import deliveries, faults, issues


def of_us(context: CheckContext) -> Iterator[CheckOutput]:
    """Tell each refusal of us of the newest issue with its remedy, live ones and bounces."""
    settings, db = context.settings, context.open_database()
    with faults(settings.database_path):
        months = issues.frozen_months(db)
        said = deliveries.failure_causes(db, max(months)) if months else ()
        back = report.faults_of_ours(db, max(months)) if months else ""
    told = {gist(one.reply): remedy_of_ours(one.reply) for one in said}
    told = {words: remedy for words, remedy in told.items() if remedy}
    for words, remedy in told.items():
        yield CheckOutput(
            CheckLevel.WARNING, f"copies of {max(months)} are refused: {words}", remedy
        )
    if back:
        yield CheckOutput(CheckLevel.WARNING, f"of the copies of {max(months)}, {back}")
    if not told and not back:
        yield CheckOutput(CheckLevel.OK, "no refusal is about us")
