"""`alerts dmarc`: who sends as us, by the DMARC reports of receivers."""

from dataclasses import asdict
from datetime import timedelta

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.text.plural import counted


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    default=30,
    show_default=True,
    metavar="N",
    help="Reports of so many days.",
)
@json_option
@pass_session
def dmarc(session: Session, days: int, as_json: bool) -> None:
    """Show who sends mail as the domain in From, by the DMARC reports that came to the mailbox of bounces.

    Known is an address for which DKIM or SPF vouches: our relay, or another service of ours. Unknown is
    one for which neither does: a service that was forgotten, a forwarder, or a forger. Name the address of
    bounces in `rua=` of the DMARC record; `alerts bounce process` reads the reports.
    """
    found = session.project.dmarc.sources(timedelta(days=days))
    if as_json:
        sides = (("known", found.known), ("unknown", found.unknown))
        print_json(
            {
                "domain": found.domain,
                "since": found.since.isoformat(),
                "reports": found.reports,
                "sources": [
                    {**asdict(one), "failed": one.failed, "standing": side}
                    for side, listed in sides
                    for one in listed
                ],
            }
        )
        return
    if not found.reports:
        session.say(
            f"no report of the last {counted(days, 'day')}; add the address of bounces to rua= of the DMARC"
            f" record of {found.domain}"
        )
        return
    rows: list[tuple[str, ...]] = []
    for side, listed in (("known", found.known), ("unknown", found.unknown)):
        rows += [
            (
                side,
                one.source,
                one.header_from,
                f"{one.number:,}",
                f"{one.dkim:,}",
                f"{one.spf:,}",
                f"{one.held:,}",
                one.signed_by or "-",
            )
            for one in listed
        ]
    print_table(
        rows,
        ("", "address", "as", "messages", "DKIM", "SPF", "refused", "signed by"),
    )
