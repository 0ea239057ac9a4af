"""`alerts report`: what the issues of a year came to."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.context import print_table as table


@click.command()
@click.option(
    "--year",
    type=click.IntRange(1990, 9999),
    metavar="YYYY",
    help="Default: the last twelve issues.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@pass_session
def report(session: Session, year: int | None, as_csv: bool, as_json: bool) -> None:
    """Show what the issues came to: people, joined, left, sent, bounced, and how much was in each language.

    The desk has the same with charts, and a page for funders to print.
    """
    years = session.project.years
    found = years.figures() if year is None else years.of_year(year)
    privacy = session.settings.privacy
    heads, *rows = found.rows(opens=privacy.count_opens, clicks=privacy.count_clicks)
    if as_json:
        print_json(
            {
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
        )
    elif as_csv:
        from alerts.text.csv_text import line_of

        for row in (heads, *rows):
            click.echo(line_of(row).rstrip())
    elif rows:
        table([tuple(row) for row in rows], tuple(heads))
    else:
        session.say("no issue has been sent in that time; `alerts status` shows how things stand")
