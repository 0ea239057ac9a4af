"""Reports the learned limit of the relay."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.outbox import relay_limit
from alerts.store import faults


def learned(context: CheckContext) -> Iterator[CheckOutput]:
    """Report the limit that a refusal has shown, if there is one."""
    settings, db = context.settings, context.open_database()
    with faults(settings.database_path):
        known = relay_limit.standing(db, settings.delivery.relay, context.now)
    if known:
        remedy = (
            "have the account's limit raised and call `alerts send --forget-limit`, send by another relay,"
            " or wait: each call goes on where the last one stopped"
        )
        yield CheckOutput(CheckLevel.HINT, known, remedy)
    else:
        yield CheckOutput(CheckLevel.OK, "no limit of the relay is known")
