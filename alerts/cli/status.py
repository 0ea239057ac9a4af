"""`alerts status`: the progress of the month's issue."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import click

from alerts.cli import check
from alerts.cli.check import command_code
from alerts.cli.context import Session, next_fields, on_month, on_terminal, print_json
from alerts.cli.delivery import tell_held
from alerts.cli.hub_line import hub_words
from alerts.cli.progress import duration
from alerts.cli.versions import (
    correction_document,
    correction_lines,
    dropped_document,
    dropped_lines,
    scheduled_line,
    version_document,
    version_lines,
)
from alerts.domain.month import Month
from alerts.library.standing import CheckedMonths, MonthStanding
from alerts.library.status import Status
from alerts.outbox.report import WORRYING, DeliveryReport
from alerts.text.plural import counted

_CAUSES = 10  # most causes that are printed; --json has all


@click.command()
@on_month
def status(session: Session, month: str | None, as_json: bool) -> int:
    """Show the month's articles, editions and deliveries, and the rate of a running send.

    Names what is owed and not sent (of the month, or without --month of any), and then exits with 75, or with
    1 if a person is needed.

    Missed are readers whose copy failed: `alerts delivery retry` queues it for them again.
    """
    chosen = session.month(month)
    found = session.project.status(chosen)
    checked = session.project.check()
    owed = checked.of([chosen]) if month else checked
    step = session.project.next_step(month, checked=checked)
    if as_json:
        if found.fault:
            session.warn(_fault(found))
        print_json({**_document(found, owed), **next_fields(step)})
    elif on_terminal():
        from alerts.cli import status_screen  # imports rich, which is only needed on a terminal

        status_screen.show(found, owed.open, session)
    else:
        _print(session, found, owed.open)
    check.tell_holidays(session, checked.holidays)
    if not as_json:
        session.tell_next(step)
    return command_code(owed)


def _document(found: Status, owed: CheckedMonths) -> dict[str, Any]:
    """What `--json` prints, without the next step."""
    stands = check.document(replace(owed, months=owed.open))
    editions, kept = found.editions, found.report
    return {
        "month": str(found.month),
        "state": found.state.value,
        "articles": found.articles,
        "editions": [
            {
                "language": edition.language,
                "subject": edition.subject,
                "articles": edition.articles,
                "html_bytes": len(edition.html.encode()),
                "text_bytes": len(edition.text.encode()),
            }
            for edition in editions
        ],
        "deliveries": kept.counts,
        "recipients": kept.recipients,
        "missed": kept.missed,
        "held": kept.held,
        "reasons": kept.reasons,
        "causes": [asdict(cause) for cause in kept.causes],
        "returned": asdict(kept.returned),
        "next_due": kept.next_due,
        "waiting": [
            {"at": one.at.isoformat(), "zone": one.zone, "number": one.number}
            for one in found.waiting
        ],
        "running": _progress(kept),
        "reading": found.reading,
        "relay_limit": found.relay_limit,
        "hub": found.hub.document() if found.hub else None,
        "ours": found.ours,
        "notes": list(found.notes),
        "undecided": found.undecided,
        "fault": found.fault,
        "owed": stands["months"],
        "versions": [version_document(one) for one in found.versions],
        "recalled": found.recalled,
        "segment": asdict(found.segment) if found.segment else None,
        "scheduled": found.scheduled.isoformat() if found.scheduled else None,
        "dropped": dropped_document(found.dropped),
        "corrections": [correction_document(one) for one in found.corrections],
    }


def _fault(found: Status) -> str:
    return f"{found.month} cannot be rendered: {found.fault}"


def _print(session: Session, found: Status, owed: Sequence[MonthStanding]) -> None:
    """The same for a pipe: one line per fact, warnings on stderr."""
    if found.fault:
        session.warn(_fault(found))
    click.echo(f"{found.month}: {found.state.value}, {counted(found.articles, 'article')}")
    if found.segment:
        click.echo(str(found.segment))
    if found.scheduled and not found.frozen:
        click.echo(scheduled_line(found.scheduled, session))
    for edition in found.editions:
        click.echo(f"  {edition.language}: {edition.subject}")
    _tell(found.report, found.month)
    for one in found.waiting:
        click.echo(f"  {one.words}")
    if found.hub:
        click.echo(f"  hub: {hub_words(found.hub)}")
    for line in (
        *version_lines(found.versions),
        *correction_lines(found.corrections),
        *dropped_lines(found.dropped),
    ):
        click.echo(line)
    for row in found.reading:
        what = f"followed: {row['title']}" if row["article"] else "opened"
        click.echo(f"  {row['language']}: {row['number']} × {what}")
    for told in filter(None, (found.relay_limit, found.ours, *found.notes)):
        click.echo(told)
    if found.undecided:
        session.warn(found.undecided)
    for standing in owed:
        session.warn(f"owed: {check.line(standing)}")


def _progress(kept: DeliveryReport) -> dict[str, Any] | None:
    """The send that is running, or None."""
    if not kept.holders:
        return None
    return {
        "holders": [f"{who} on {host}" for who, host in kept.holders],
        "done": kept.done,
        "rate": round(kept.rate, 1),
        "seconds_left": None if kept.left is None else round(kept.left),
    }


def _tell(kept: DeliveryReport, month: Month) -> None:
    """Print the report: recipients = sent + failed + skipped + open, and the causes."""
    told = " + ".join(f"{number} {state}" for state, number in kept.counts.items() if number)
    click.echo(f"recipients: {kept.recipients}" + (f" = {told}" if told else ""))
    if kept.holders:
        left = "" if kept.left is None else f", {duration(kept.left)} left"
        who = ", ".join(f"{who} on {host}" for who, host in kept.holders)
        click.echo(
            f"sending: {kept.done} of {kept.recipients} ({kept.done / kept.recipients:.0%}),"
            f" {kept.rate:,.0f} a second{left}; {who}"
        )
    advised = ""
    for cause in kept.causes[:_CAUSES]:
        example = (
            f": {cause.gist}, e.g. {cause.email or 'one who was erased'}" if cause.gist else ""
        )
        click.echo(f"  {cause.state}: {cause.number} {cause.reason}{example}")
        if cause.remedy and cause.remedy != advised:
            click.echo(f"    {cause.remedy}")
            advised = cause.remedy
    if len(kept.causes) > _CAUSES:
        more = len(kept.causes) - _CAUSES
        click.echo(f"  … and {more} more causes: `alerts status --json`")
    if kept.next_due:
        click.echo(f"  next attempt: {kept.next_due}")
    if kept.recipients:
        retry = f"; `alerts delivery retry {month.option}` queues only these again"
        click.echo(f"missed: {kept.missed}{retry if kept.missed else ''}")
    if kept.held:
        tell_held(click.echo, {month: kept.held})
    back = kept.returned
    if back.hard or back.soft or back.complaints:
        click.echo(
            f"bounces: {back.hard} hard ({back.hard_share:.1%}), {back.soft} soft;"
            f" complaints: {back.complaints} ({back.complaint_share:.2%})"
        )
    if back.complaint_share >= WORRYING:
        click.echo("  Gmail and Yahoo expect fewer than 0.1 % complaints, and block at 0.3 %")
