"""DMARC aggregate reports: who sends as us, by what receivers have seen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from alerts.mailbox.dmarc_xml import DmarcReport
from alerts.store import stamp, transaction


@dataclass(frozen=True, slots=True)
class DmarcSource:
    """What an address has sent as us: how many messages, how many of them were aligned by DKIM or SPF,
    how many were refused or put aside, who signed them, and how many receivers have seen them."""

    source: str
    header_from: str
    number: int
    aligned: int
    dkim: int
    spf: int
    held: int
    signed_by: str
    receivers: int
    last_at: str

    @property
    def failed(self) -> int:
        """The messages for which neither DKIM nor SPF was aligned."""
        return self.number - self.aligned


def add(db: Database, report: DmarcReport, now: datetime) -> bool:
    """Keep a report; False where it is known."""
    known = f"{report.receiver}\n{report.number}\n{report.domain}\n{report.begun}"
    with transaction(db):
        cursor = db.conn.execute(
            """INSERT OR IGNORE INTO dmarc_reports
                      (digest, receiver, domain, policy, begun_at, ended_at, read_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (
                hashlib.sha256(known.encode()).digest(),
                report.receiver,
                report.domain,
                report.policy,
                _at(report.begun),
                _at(report.ended),
                stamp(now),
            ),
        )
        if not cursor.rowcount:
            return False
        number = cursor.lastrowid
        db.conn.executemany(
            """INSERT INTO dmarc_rows (report_id, source, header_from, dkim, spf, disposition, signed_by,
                                       number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    number,
                    one.source,
                    one.header_from,
                    one.dkim,
                    one.spf,
                    one.disposition,
                    one.signed_by,
                    one.number,
                )
                for one in report.rows
            ],
        )
    return True


def sources(db: Database, domain: str, since: datetime) -> Sequence[DmarcSource]:
    """Who has sent as that domain, or below it, since then; the most messages first."""
    rows = db.conn.execute(
        """SELECT r.source, r.header_from, sum(r.number),
                  CAST(total(r.number * (r.dkim = 'pass' OR r.spf = 'pass')) AS INTEGER),
                  CAST(total(r.number * (r.dkim = 'pass')) AS INTEGER),
                  CAST(total(r.number * (r.spf = 'pass')) AS INTEGER),
                  CAST(total(r.number * (r.disposition <> 'none')) AS INTEGER),
                  max(r.signed_by), count(DISTINCT p.receiver), max(p.ended_at)
             FROM dmarc_rows AS r JOIN dmarc_reports AS p ON p.id = r.report_id
            WHERE p.ended_at >= ? AND (p.domain = ? OR substr(p.domain, -length(?) - 1) = '.' || ?)
            GROUP BY r.source, r.header_from ORDER BY 3 DESC, 1, 2""",
        (stamp(since), domain, domain, domain),
    ).fetchall()
    return [DmarcSource(*row) for row in rows]


def number_of_reports(db: Database, since: datetime) -> int:
    """How many reports end after that moment."""
    row = db.conn.execute(
        "SELECT count(*) FROM dmarc_reports WHERE ended_at >= ?", (stamp(since),)
    ).fetchone()
    return int(row[0])


def forget(db: Database, before: datetime) -> None:
    """Forget the reports that ended before that moment."""
    with transaction(db):
        db.conn.execute("DELETE FROM dmarc_reports WHERE ended_at < ?", (stamp(before),))


def _at(seconds: int) -> str:
    return stamp(datetime.fromtimestamp(min(seconds, 253_402_300_000), UTC))
