"""`alerts status`: how far the month's issue is."""

import os
import socket
from dataclasses import asdict, replace
from typing import Any

import click

from alerts import approval, home, publish
from alerts.books import Books, books
from alerts.cli.bar import duration
from alerts.cli.delivery import tell_held
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.model import Month
from alerts.store import counts

WORRYING = 0.001  # the share of complaints that the large providers warn of (S17)
_CAUSES = 10  # that many are told; --json has them all


@click.command()
@month_option
@json_option
@pass_session
def status(session: Session, month: str | None, as_json: bool) -> None:
    """Show the month's articles, editions and deliveries, and how fast a running send is.

    Missed are those whose copy failed: `alerts delivery retry` owes it to just those once more.
    """
    db, settings, chosen = session.db, session.settings, session.month(month)
    draft = publish.drafted(db, settings, chosen)
    editions = draft.editions
    resends = settings.delivery.in_doubt == "resend"
    kept = _running(books(db, chosen, session.now, resends=resends))
    document: dict[str, Any] = {
        "month": str(chosen),
        "state": approval.state(db, settings, draft).value,
        "articles": max((edition.articles for edition in editions), default=0),
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
        "running": _progress(kept),
        "reading": counts.of_month(db, chosen),
        "undecided": home.question(db, settings.database_path),
    }
    if as_json:
        print_json(document)
        return
    click.echo(f"{chosen}: {document['state']}, {document['articles']} articles")
    for edition in editions:
        click.echo(f"  {edition.language}: {edition.subject}")
    _tell(kept, chosen)
    for row in document["reading"]:
        what = f"followed: {row['title']}" if row["article"] else "opened"
        click.echo(f"  {row['language']}: {row['number']} × {what}")
    if document["undecided"]:
        session.warn(document["undecided"])


def _running(kept: Books) -> Books:
    """The same without those who hold leases but are dead; only of this machine that can be seen."""
    here = socket.gethostname()
    alive = [(who, host) for who, host in kept.holders if host != here or _alive(who)]
    return replace(kept, holders=tuple(alive))


def _alive(holder: str) -> bool:
    """Whether the `process N` that holds a lease is there."""
    try:
        os.kill(int(holder.rpartition(" ")[2]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # somebody else's, so it is there
        return True
    return True


def _progress(kept: Books) -> dict[str, Any] | None:
    """The send that is running, or None."""
    if not kept.holders:
        return None
    return {
        "holders": [f"{who} on {host}" for who, host in kept.holders],
        "done": kept.done,
        "rate": round(kept.rate, 1),
        "seconds_left": None if kept.left is None else round(kept.left),
    }


def _tell(kept: Books, month: Month) -> None:
    """The books: recipients = sent + failed + skipped + what is still open, and why."""
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
        retry = f"; `alerts delivery retry --month {month}` owes it to just those once more"
        click.echo(f"missed: {kept.missed}{retry if kept.missed else ''}")
    if kept.held:
        tell_held(click.echo, {month: kept.held})
    back = kept.returned
    if back.hard or back.soft or back.complaints:
        click.echo(
            f"came back: {back.hard} hard ({back.hard_share:.1%}), {back.soft} soft;"
            f" complaints: {back.complaints} ({back.complaint_share:.2%})"
        )
    if back.complaint_share >= WORRYING:
        click.echo("  Gmail and Yahoo want fewer than 0.1 % complaints, and act on 0.3 %")
