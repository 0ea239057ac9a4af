"""Migration 62: what relays and mailbox providers report over HTTP and in DMARC reports."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m059_relay_reports(db: Database) -> None:
    """`relay_events` remembers what a relay has reported, by a digest of its id, so that a request that is
    repeated does nothing; `relay_counts` how much of which kind. `dmarc_reports` are the aggregate reports
    of receivers (RFC 9990), each once; `dmarc_rows` what they say of each address that sends as us
    (docs/adr/0052)."""
    run(
        db,
        """
        CREATE TABLE relay_events (
            relay TEXT NOT NULL,
            digest BLOB NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (relay, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX relay_events_by_time ON relay_events (at);
        CREATE TABLE relay_counts (
            relay TEXT NOT NULL,
            kind TEXT NOT NULL,
            number INTEGER NOT NULL,
            last_at TEXT NOT NULL,
            PRIMARY KEY (relay, kind)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE dmarc_reports (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            receiver TEXT NOT NULL,
            domain TEXT NOT NULL,
            policy TEXT NOT NULL,
            begun_at TEXT NOT NULL,
            ended_at TEXT NOT NULL,
            read_at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX dmarc_reports_by_end ON dmarc_reports (ended_at);
        CREATE TABLE dmarc_rows (
            report_id INTEGER NOT NULL REFERENCES dmarc_reports (id) ON DELETE CASCADE,
            source TEXT NOT NULL,
            header_from TEXT NOT NULL,
            dkim TEXT NOT NULL,
            spf TEXT NOT NULL,
            disposition TEXT NOT NULL,
            signed_by TEXT NOT NULL,
            number INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX dmarc_rows_by_report ON dmarc_rows (report_id)
        """,
    )
