"""`alerts doctor`: check whether the next issue can be sent and will arrive."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from alerts.cli.check import command_code
from alerts.cli.context import (
    Session,
    json_option,
    next_fields,
    on_terminal,
    pass_session,
    print_json,
)
from alerts.domain.errors import AlertsError
from alerts.text.plural import counted

if TYPE_CHECKING:
    from alerts.doctor.finding import CheckLevel, CheckResult
    from alerts.library.standing import CheckedMonths


@click.command()
@click.option("--offline", is_flag=True, help="Without network: no relay, mailbox, DNS or sources.")
@json_option
@pass_session
def doctor(session: Session, offline: bool, as_json: bool) -> int:
    """Check settings, clock, what is owed, cron and systemd, catalogues, templates, database, relay login,
    mailbox, DNS and sources.

    Each finding has a remedy. Exits 1 if there is an error, 75 if something is owed that will go by itself.
    Changes and sends nothing.
    """
    from alerts.doctor.finding import CheckLevel

    found = show_findings(session, offline=offline, as_json=as_json)
    counts = found.counts
    checked = _checked(session)
    step = session.project.next_step(error=found.first_error, checked=checked)
    if as_json:
        print_json(
            {
                "errors": counts[CheckLevel.ERROR],
                "warnings": counts[CheckLevel.WARNING],
                "findings": found.rows,
                **next_fields(step),
            }
        )
    else:
        session.say(
            f"{counted(counts[CheckLevel.ERROR], 'error')}, {counted(counts[CheckLevel.WARNING], 'warning')}"
        )
        session.tell_next(step)
    if counts[CheckLevel.ERROR] or checked is None:
        return 1
    return command_code(checked)


@dataclass(slots=True)
class FindingsShown:
    """What was found: rows for JSON, how many of each level, and what to do about the first error."""

    rows: list[dict[str, str]]
    counts: "dict[CheckLevel, int]"
    first_error: str = ""

    @property
    def errors(self) -> int:
        """How many errors there are."""
        from alerts.doctor.finding import CheckLevel

        return self.counts[CheckLevel.ERROR]


def show_findings(session: Session, *, offline: bool, as_json: bool = False) -> FindingsShown:
    """Examine the project, and print each finding as it is made, unless `as_json`."""
    from alerts.doctor.examine import examined
    from alerts.doctor.finding import CheckLevel
    from alerts.web.page_samples import faults

    shown = FindingsShown([], dict.fromkeys(CheckLevel, 0))
    for finding in examined(session.project, faults, offline=offline):
        shown.counts[finding.level] += 1
        if finding.level is CheckLevel.ERROR:
            shown.first_error = shown.first_error or finding.remedy or finding.about
        shown.rows.append(
            {
                "check": finding.check,
                "level": finding.level.value,
                "about": finding.about,
                "remedy": finding.remedy,
            }
        )
        if not as_json:
            _print(finding)
    return shown


def _checked(session: Session) -> "CheckedMonths | None":
    """What is owed; None where that cannot be known, which is among the findings then."""
    try:
        return session.project.check()
    except AlertsError:
        return None


def _print(finding: "CheckResult") -> None:
    """Print one result: on a terminal with a sign and a colour, else on one line, its remedy on
    another."""
    check, level, about, remedy = finding.check, finding.level.value, finding.about, finding.remedy
    if on_terminal():
        from alerts.cli import terminal  # imports rich, which is only needed on a terminal

        terminal.print_finding(check, level, about, remedy)
        return
    click.echo(f"{check:<10}  {level:<7}  {about}")
    if remedy:
        click.echo(f"{'':<21}→ {remedy}")
