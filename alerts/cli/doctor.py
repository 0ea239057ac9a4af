"""`alerts doctor`: is everything as it must be for the next issue to go out and arrive?"""

import click

from alerts.cli.passwords import password
from alerts.cli.session import Session, json_option, pass_session, print_json


@click.command()
@click.option(
    "--offline", is_flag=True, help="Ask nobody: no relay, no mailbox, no DNS, no sources."
)
@json_option
@pass_session
def doctor(session: Session, offline: bool, as_json: bool) -> int:
    """Check settings, clock, catalogues, database, relay login, mailbox, DNS and sources.

    Each finding comes with its remedy. Exits 1 where there is an error. Changes and sends nothing.
    """
    from alerts.doctor import examine
    from alerts.doctor.finding import Level, Patient
    from alerts.doctor.names import system_names
    from alerts.sources.fetch import Fetcher

    settings = session.settings
    patient = Patient(
        settings=settings,
        now=session.now,
        open_database=lambda: session.db,
        password=lambda section: password(settings, section),
        ask=system_names(),
        fetcher=Fetcher(settings),
    )
    found, counts = [], dict.fromkeys(Level, 0)
    for finding in examine(patient, offline=offline):
        counts[finding.level] += 1
        found.append(
            {
                "check": finding.check,
                "level": finding.level.value,
                "about": finding.about,
                "remedy": finding.remedy,
            }
        )
        if not as_json:
            click.echo(f"{finding.check:<10}  {finding.level.value:<7}  {finding.about}")
            if finding.remedy:
                click.echo(f"{'':<21}→ {finding.remedy}")
    if as_json:
        print_json(
            {"errors": counts[Level.ERROR], "warnings": counts[Level.WARNING], "findings": found}
        )
    else:
        session.say(f"{counts[Level.ERROR]} errors, {counts[Level.WARNING]} warnings")
    return 1 if counts[Level.ERROR] else 0
