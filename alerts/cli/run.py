"""`alerts run`: collect, compose, queue and send the month's issue; what cron calls."""

import click

from alerts import approval, publish
from alerts.cli import collect as collecting
from alerts.cli import queue as queueing
from alerts.cli.review import mail_previews
from alerts.cli.send import finish, recent, work
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.collect import collect
from alerts.dispatch import Report
from alerts.errors import AwaitingApproval, Incomplete
from alerts.model import DeliveryState, Month
from alerts.store import issues
from alerts.store.lock import project_lock


@click.command()
@month_option
@json_option
@pass_session
def run(session: Session, month: str | None, as_json: bool) -> int:
    """Collect, compose, queue and send. Twice, late or after a crash: everyone is mailed once.

    With alert.review = "required" it mails a preview to the editors, and exits 75 until they have
    approved it.
    """
    code, report = run_month(session, session.month(month), named=month is not None)
    if as_json:
        print_json({state.value: report.outcomes[state] for state in DeliveryState})
    return code


def run_month(session: Session, month: Month, *, named: bool = True) -> tuple[int, Report]:
    """The whole pipe for one month, under the project's lock; exit code and what was sent.

    `named`: the month was asked for, so it is sent however late it is, and no other is.
    """
    settings, db = session.settings, session.db
    with project_lock(settings.database_path, "run", session.now):
        stored = issues.get(db, month)
        failed, held = False, 0  # the exit code of what holds the issue back
        if approval.under_review(db, settings, month):
            session.explain(f"{month}: under review, so not collected; `alerts collect` does")
        elif stored is None or not stored.frozen:
            collected = collect(db, settings, month, session.now)
            collecting.tell(session, collected)
            failed = bool(collected.failed)
        try:
            queued = publish.queue(db, settings, month, session.now, session.actor())
            queueing.tell(session, queued)
        except (AwaitingApproval, Incomplete) as pause:
            if settings.alert.review == "required":
                mail_previews(session, month)
            session.warn(str(pause))
            held = pause.exit_code
        months = [month] if named else sorted({*recent(session)})
        report = work(session, months)
    if held and named:
        return held, report
    return finish(session, months, report) or held or int(failed), report


__all__ = ["run", "run_month"]
