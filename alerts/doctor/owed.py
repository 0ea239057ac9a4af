"""Is everything sent that was owed?"""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.library.check import check
from alerts.library.standing import MonthStanding, Needs, Stand
from alerts.store import faults


def owed(context: CheckContext) -> Iterator[CheckOutput]:
    """Each month that is owed and not sent, as `alerts check` has it."""
    db = context.open_database()
    with faults(context.settings.database_path):
        found = check(db, context.settings, context.now)
    for one in found.open:
        yield CheckOutput(_level(one), _words(one), one.why)
    for one in found.dropped:
        yield CheckOutput(CheckLevel.OK, f"{one.month} is not sent: it was dropped {one.why}")
    if not found.open:
        yield CheckOutput(CheckLevel.OK, "nothing is owed that was not sent")


def _level(one: MonthStanding) -> CheckLevel:
    """What waits for its editors, or goes by itself, is no error."""
    if one.needs is Needs.PERSON and one.stand is not Stand.UNAPPROVED:
        return CheckLevel.ERROR
    return CheckLevel.WARNING


def _words(one: MonthStanding) -> str:
    return f"{one.month} is owed and not sent: {one.stand.value}, {one.missing} of {one.owed} copies missing"
