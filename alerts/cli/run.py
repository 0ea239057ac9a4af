"""`alerts run`: collect, compose, queue and send the month's issue; what cron calls."""

import click

from alerts import approval, publish
from alerts.cli import collect as collecting
from alerts.cli import queue as queueing
from alerts.cli.review import mail_previews
from alerts.cli.send import finish, post_first, recent, work
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.collect import collect
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

    With --month that issue is sent however late it is, and no other. Without, it is sent unless it is
    overdue by more than alert.max_late, and so are the open ones that are not.
    """
    chosen = session.month(month)
    with project_lock(session.settings.database_path, "run", session.now):
        session.settle_home()
        prepared = _prepare(session, chosen, named=month is not None)
        post_first(session)
        months = [chosen] if month else recent(session)
        report = work(session, months)
    if as_json:
        print_json({state.value: report.outcomes[state] for state in DeliveryState})
    return finish(session, months, report) or prepared


def _prepare(session: Session, month: Month, *, named: bool) -> int:
    """Collect and queue the month's issue, unless that was done.

    Returns 0, or the exit code that the run ends with if sending ends well: something failed, or the
    issue is held back until its editors have done their part.
    """
    settings, db = session.settings, session.db
    stored = issues.get(db, month)
    failed = False
    if stored is None or not stored.frozen:
        if not named and (words := _overdue(session, month)):
            session.warn(words)
            return int(bool(publish.composed(db, settings, month).articles))
        if approval.under_review(db, settings, month):
            session.explain(f"{month}: under review, so not collected; `alerts collect` does")
        else:
            collected = collect(db, settings, month, session.now)
            collecting.tell(session, collected)
            failed = bool(collected.failed)
    draft = publish.drafted(db, settings, month)
    try:
        queued = publish.queue(db, settings, month, session.now, session.actor(), draft)
        queueing.tell(session, queued)
    except (AwaitingApproval, Incomplete) as pause:
        if settings.alert.review == "required":
            mail_previews(session, draft)
        session.warn(str(pause))
        return pause.exit_code
    return int(failed)


def _overdue(session: Session, month: Month) -> str:
    """What is said of an issue that is too late to be sent unasked; empty where it is not."""
    from alerts.cli.schedule import overdue  # imports APScheduler, which most runs can do without

    return overdue(session, month, session.now)
