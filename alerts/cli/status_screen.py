"""`alerts status` at a terminal: the month on one screen, cut to its width."""

from collections.abc import Sequence
from datetime import datetime

from alerts.cli import check
from alerts.cli.context import Session
from alerts.cli.hub_line import hub_words
from alerts.cli.progress import duration
from alerts.cli.terminal import (
    Part,
    TableColumn,
    Tone,
    by_name,
    print_line,
    print_prose,
    print_rows,
    signed,
)
from alerts.cli.versions import correction_lines, dropped_lines, scheduled_line, version_lines
from alerts.library.standing import MonthStanding, Needs
from alerts.library.status import Status
from alerts.outbox.report import WORRYING, Cause, DeliveryReport
from alerts.text.plural import counted

_EDITIONS = (
    TableColumn(whole=True),
    TableColumn(gives=1, right=True, whole=True),
    TableColumn(gives=2, least=16),
)
_DELIVERIES = (
    TableColumn(whole=True),
    TableColumn(gives=1, right=True, whole=True),
    TableColumn(gives=2, least=12),
)
_CAUSES = 3  # most causes of one state; --json has all


def show(found: Status, owed: Sequence[MonthStanding], session: Session) -> None:
    """Print how the month stands: editions, deliveries by state with their causes, and what is owed."""
    articles = counted(found.articles, "article")
    month = (f"{found.month}  ", Tone.HEADING)
    print_line(month, by_name(found.state.value), f"  {articles}")
    if found.segment:
        print_prose(str(found.segment))
    if found.scheduled and not found.frozen:
        print_prose(scheduled_line(found.scheduled, session))
    if found.fault:
        print_prose(f"cannot be rendered: {found.fault}", lead="✗ ", tone=Tone.BROKEN)
    if found.editions:
        print_line("")
        print_rows([_edition(one.language, len(one.html.encode()), one.subject) for one in found.editions],
                   _EDITIONS, indent=2)  # fmt: skip
    _deliveries(found.report, session)
    for one in found.waiting:
        print_line(one.words, indent=2)
    for line in (
        *version_lines(found.versions),
        *correction_lines(found.corrections),
    ):
        print_prose(line, indent=2)
    for line in dropped_lines(found.dropped):
        print_prose(line, lead="· ", tone=Tone.BY_ITSELF)
    for row in found.reading:
        what = f"followed: {row['title']}" if row["article"] else "opened"
        print_line(f"{row['language']}: {row['number']} × {what}", indent=2)
    if found.hub:
        print_line(f"hub: {hub_words(found.hub)}")
    if found.relay_limit:
        print_line(signed(Tone.BY_ITSELF, found.relay_limit))
    for words in found.notes:
        print_prose(words, lead="! ", tone=Tone.NEEDS_YOU)
    for words in filter(None, (found.ours, found.undecided)):
        print_prose(words, lead="✗ ", tone=Tone.BROKEN)
    for standing in owed:
        tone = Tone.NEEDS_YOU if standing.needs is Needs.PERSON else Tone.BY_ITSELF
        print_line(signed(tone, f"owed: {check.line(standing)}"))


def _edition(language: str, octets: int, subject: str) -> tuple[Part, ...]:
    return (language, Tone.BY_ITSELF), f"{octets / 1024:.0f} KB", subject


def _deliveries(report: DeliveryReport, session: Session) -> None:
    """How many deliveries are in each state, in the order of a delivery's life, each with its causes."""
    if not report.recipients:
        return
    print_line("")
    print_line(f"{counted(report.recipients, 'recipient')}")
    if report.holders:
        left = "" if report.left is None else f", {duration(report.left)} left"
        share = report.done / report.recipients
        print_line(
            signed(Tone.BY_ITSELF, f"sending: {report.done:,} of {report.recipients:,}"),
            f" ({share:.0%}), {report.rate:,.0f} a second{left}",
            indent=2,
        )
    rows: list[tuple[Part, ...]] = []
    for state, number in report.counts.items():
        if number:
            rows.extend(_state(state, number, report, session))
    print_rows(rows, _DELIVERIES, indent=2)
    back = report.returned
    if back.hard or back.soft or back.complaints:
        tone = Tone.BROKEN if back.complaint_share >= WORRYING else Tone.BY_ITSELF
        told = (
            f"{back.hard} hard, {back.soft} soft bounces, {counted(back.complaints, 'complaint')}"
        )
        print_line(signed(tone, told), f" ({back.complaint_share:.2%})", indent=2)


def _state(
    state: str, number: int, report: DeliveryReport, session: Session
) -> list[tuple[Part, ...]]:
    """One state, and below it its most frequent causes."""
    note = ""
    if state == "deferred" and report.next_due:
        note = f"next attempt {session.human(datetime.fromisoformat(report.next_due))}"
    causes = [cause for cause in report.causes if cause.state == state]
    rows: list[tuple[Part, ...]] = [(by_name(state), f"{number:,}", (note, Tone.FAINT))]
    rows.extend((("", f"{one.number:,}", (_cause(one), Tone.FAINT))) for one in causes[:_CAUSES])
    if (more := len(causes) - _CAUSES) > 0:
        rows.append(("", "", (f"and {counted(more, 'more cause')}", Tone.FAINT)))
    return rows


def _cause(cause: Cause) -> str:
    reason = cause.reason.replace("_", " ")
    return (
        f"{reason}: {cause.gist}, e.g. {cause.email or 'one who was erased'}"
        if cause.gist
        else reason
    )
