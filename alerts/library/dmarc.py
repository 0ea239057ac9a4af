"""`project.dmarc`: who sends as us, by the DMARC reports of receivers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.bounces.dmarc_mail import attachment, report_in
from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.library.opened import ProjectPart, call
from alerts.mailbox.dmarc_xml import DmarcReport
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.store import dmarc
from alerts.store.dmarc import DmarcSource

KEPT = timedelta(days=400)
WITHIN = 20.0  # seconds in which a report must be parsed
SPAN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DmarcPicture:
    """Who sent as `domain` since that moment, by so many reports. `known`: DKIM or SPF vouches for at
    least one of its messages; `unknown`: for none."""

    domain: str
    since: datetime
    reports: int
    known: tuple[DmarcSource, ...]
    unknown: tuple[DmarcSource, ...]


class Dmarc(ProjectPart):
    """The DMARC reports that came to the mailbox of bounces."""

    @call
    def sources(self, span: timedelta = SPAN) -> DmarcPicture:
        """Who sent as the domain in From within that time."""
        opened = self._opened
        return picture(opened.db, opened.settings, opened.now - span)


def picture(db: Database, settings: Settings, since: datetime) -> DmarcPicture:
    """Who sent as the domain in From since that moment."""
    domain = Address.parse(settings.sender.address).domain
    found = dmarc.sources(db, domain, since)
    return DmarcPicture(
        domain,
        since,
        dmarc.number_of_reports(db, since),
        tuple(one for one in found if one.aligned),
        tuple(one for one in found if not one.aligned),
    )


def read(message: bytes) -> DmarcReport | None:
    """The report in a mail, parsed in a cell; None where there is none. Raises `InputError`."""
    found = attachment(message)
    if found is None:
        return None
    with Cells(1) as cells:
        return report_in(found, cells, Deadline(WITHIN))


def keep(db: Database, report: DmarcReport, now: datetime) -> str:
    """Keep a report, once; says in words what it was."""
    new = dmarc.add(db, report, now)
    dmarc.forget(db, now - KEPT)
    number = sum(one.number for one in report.rows)
    known = "" if new else ", known already"
    return f"DMARC report of {report.receiver} on {report.domain}: {number:,} messages{known}"
