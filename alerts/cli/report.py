"""`alerts report`: what the issues of a year came to."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.context import print_table as table
from alerts.domain.errors import UsageError
from alerts.library.providers import ProviderFigures
from alerts.library.year import YearFigures

_HEADS = ("provider", "sent", "deferred", "refused", "hard", "soft", "ours", "complaints")
_SHOWN = 30  # providers on a page


@click.command()
@click.option(
    "--year",
    type=click.IntRange(1990, 9999),
    metavar="YYYY",
    help="Default: the last twelve issues.",
)
@click.option("--month", metavar="YYYY-MM", help="With --providers: of one issue.")
@click.option(
    "--providers",
    is_flag=True,
    help="By mailbox provider: accepted, deferred, refused, returned, complaints.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--html", "as_html", is_flag=True, help="Print one HTML page with everything.")
@json_option
@pass_session
def report(
    session: Session,
    year: int | None,
    month: str | None,
    providers: bool,
    as_csv: bool,
    as_html: bool,
    as_json: bool,
) -> None:
    """Show what the issues came to: people, joined, left, sent, bounced, and how much was in each language.

    The desk has the same with charts, and a page for funders to print.
    """
    if sum((as_csv, as_html, as_json)) > 1:
        raise UsageError("--csv, --html, --json: choose one")
    if month is not None and (not providers or year is not None):
        raise UsageError("--month is for --providers, without --year")
    years = session.project.years
    by_provider: Sequence[ProviderFigures] = ()
    if providers or as_json or as_html:
        by_provider = years.providers(year, month=month)
    if providers and not (as_json or as_html):
        _show_providers(session, by_provider, as_csv=as_csv)
        return
    found = years.figures() if year is None else years.of_year(year)
    privacy = session.settings.privacy
    heads, *rows = found.rows(opens=privacy.count_opens, clicks=privacy.count_clicks)
    if as_json:
        listed = [asdict(one) for one in by_provider]
        print_json({**_document(found, session), "providers": listed})
    elif as_html:
        click.echo(_html(session, found, heads, rows, by_provider, year))
    elif as_csv:
        _csv((heads, *rows))
    elif rows:
        table([tuple(row) for row in rows], tuple(heads))
    else:
        session.say("no issue has been sent in that time; `alerts status` shows how things stand")


def _document(found: YearFigures, session: Session) -> dict[str, object]:
    privacy = session.settings.privacy
    return {
        "people": found.people,
        "sent": found.sent,
        "bounced": found.bounced,
        "left": found.left,
        "bounced_by_reason": dict(found.reasons),
        "bounced_by_provider": dict(found.providers),
        "issues": [
            {
                "month": str(one.month),
                "people": one.people,
                "joined": one.joined,
                "left": one.left,
                "sent": one.sent,
                "bounced": one.bounced,
                "opens": one.opens if privacy.count_opens else None,
                "clicks": one.clicks if privacy.count_clicks else None,
                "coverage": dict(one.coverage),
            }
            for one in found.months
        ],
    }


def _rows(found: Sequence[ProviderFigures]) -> list[tuple[str, ...]]:
    return [
        (
            one.provider,
            *(
                str(number)
                for number in (
                    one.sent, one.deferred, one.failed, one.hard, one.soft, one.ours, one.complaints,
                )
            ),
        )
        for one in found
    ]  # fmt: skip


def _show_providers(session: Session, found: Sequence[ProviderFigures], *, as_csv: bool) -> None:
    if as_csv:
        _csv((_HEADS, *_rows(found)))
    elif found:
        table(_rows(found), _HEADS)
    else:
        session.say("no issue has been sent in that time; `alerts status` shows how things stand")


def _csv(rows: Sequence[Sequence[str]]) -> None:
    from alerts.text.csv_text import line_of

    for row in rows:
        click.echo(line_of(row).rstrip())


def _html(
    session: Session,
    found: YearFigures,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    by_provider: Sequence[ProviderFigures],
    year: int | None,
) -> str:
    """The page with all figures."""
    from alerts.cli.report_page import page

    when = str(year) if year else "the last twelve issues"
    facts = (
        ("readers now", f"{found.people:,}"),
        ("copies sent", f"{found.sent:,}"),
        ("came back", f"{found.bounced:,}"),
        ("unsubscribed", f"{found.left:,}"),
    )
    named = [head.replace("in_", "in ") for head in heads]
    shares = [
        [
            f"{float(cell):.0%}" if head.startswith("in_") and cell else cell
            for head, cell in zip(heads, row, strict=True)
        ]
        for row in rows
    ]
    first = _rows(by_provider)[:_SHOWN]
    return page(
        f"{session.settings.alert.name}: {when}",
        f"As of {session.now.astimezone(session.settings.zone):%Y-%m-%d}.",
        facts,
        (("Issues", named, shares), ("Mailbox providers", _HEADS, first)),
    )
