"""`alerts run`: collects, composes, queues and sends what is owed; called by cron."""

import click

from alerts.cli.anyway import asking, known
from alerts.cli.context import Session, anyway_option, on_month, print_json, where_option
from alerts.cli.send import finish, outcomes, sending, still_owed
from alerts.cli.teller import OnceTeller, telling
from alerts.library.run_results import Prepared, Ran


@click.command()
@anyway_option
@where_option
@on_month
def run(
    session: Session, month: str | None, where: str | None, anyway: tuple[str, ...], as_json: bool
) -> int:
    """Collect, compose, queue and send what is due. Also if repeated or late, everyone is mailed once.

    Cron calls it every hour: an issue is due at schedule.run, in the alert's time zone. Every month is sent
    that is due and not overdue by more than alert.max_late; where nothing is, it prints nothing. It exits
    with 0 only if nothing is owed that was not sent: 75 if that will go by itself, 1 if a person is needed.
    Away from a terminal, how things stand is said when it changes.

    With alert.review = "required" it mails a preview to the editors, and exits 75 until they have
    approved it.

    With --month, only that issue is sent, however late it is. A month that has not ended is asked about, and
    refused where nobody can be asked (--anyway unfinished). With --where it goes only to the readers who
    match, as with `alerts queue`.
    """
    session.begin_log("run")
    allowed = known(anyway)
    with telling(session, "run", by_hand=month is not None) as teller:
        ran = _ran(session, teller, month, where, allowed)
        if as_json:
            print_json(outcomes(ran.sent))
        code = finish(session, teller, ran.sent) or _prepared(ran)
        told = {one.month for one in _months(ran) if _kept(one)}
        return code or still_owed(session, teller, month, told | ran.sent.counts.keys())


def _ran(
    session: Session,
    teller: OnceTeller,
    month: str | None,
    where: str | None,
    anyway: frozenset[str],
) -> Ran:
    """What the run did; a person at a terminal is asked before a month is sent that has not ended, or to
    surprising readers."""

    def run(allowed: frozenset[str]) -> Ran:
        return session.project.run(month, sending(session, teller, anyway=allowed), where=where)

    return asking(run, anyway)


def _months(ran: Ran) -> tuple[Ran | Prepared, ...]:
    return (ran, *ran.earlier)


def _kept(one: Ran | Prepared) -> bool:
    """Whether the run has told why the month was not queued."""
    return bool(one.held_back or one.overdue or one.waiting)


def _prepared(ran: Ran) -> int:
    """The exit code of a run whose sending ended well."""
    codes = []
    for one in _months(ran):
        if one.held_back is not None:
            codes.append(one.held_back.fault.exit_code)
        codes.append(75 if one.waiting else int(one.overdue is not None))
        codes.append(int(one.collected is not None and bool(one.collected.failed)))
    return next((code for code in codes if code), 0)
