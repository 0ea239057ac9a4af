"""Migration 49: what keeps old months from costing anything (docs/adr/0042)."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run

# What the pages of the archive are made of.
_SHOWN = (
    "issues",
    "issue_versions",
    "editions",
    "shown_editions",
    "archived",
    "withdrawals",
    "withdrawn_pictures",
    "imported_issues",
    "share_pictures",
    "issue_documents",
    "issue_pictures",
)


@MIGRATIONS()
def m049_history(db: Database) -> None:
    """`settled_counts` are those of an issue that is sent, by state, and the quarters of an hour in
    which it was sent; none while it is not. `archive_changes`
    counts every change of what the archive shows. `whole_checks` is when all of the file was checked last,
    and which file that was."""
    run(
        db,
        """
        CREATE TABLE settled_counts (
            issue_id INTEGER PRIMARY KEY REFERENCES issues (id),
            states TEXT NOT NULL CHECK (json_valid(states)),
            quarters TEXT NOT NULL CHECK (json_valid(quarters))
        ) STRICT;
        CREATE TRIGGER settled_counts_of_sent_issues AFTER UPDATE OF state ON issues
            WHEN NEW.state <> 'sent'
            BEGIN DELETE FROM settled_counts WHERE issue_id = NEW.id; END;
        INSERT INTO settled_counts
            SELECT issue_id, json_object('sent', sent, 'failed', failed, 'skipped', skipped), quarters FROM (
                SELECT issue_id, CAST(total(state = 'sent') AS INTEGER) AS sent,
                       CAST(total(state = 'failed') AS INTEGER) AS failed,
                       CAST(total(state = 'skipped') AS INTEGER) AS skipped,
                       json_group_array(DISTINCT printf('%s:%02d:00Z', substr(changed_at, 1, 13),
                           CAST(substr(changed_at, 15, 2) AS INTEGER) / 15 * 15))
                           FILTER (WHERE attempts > 0) AS quarters
                  FROM deliveries WHERE issue_id IN (SELECT id FROM issues WHERE state = 'sent')
                 GROUP BY issue_id);
        CREATE TABLE archive_changes (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL
        ) STRICT;
        INSERT INTO archive_changes VALUES (1, 0);
        CREATE TABLE whole_checks (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            checked_at TEXT NOT NULL,
            file TEXT NOT NULL
        ) STRICT
        """,
    )
    for table in _SHOWN:
        for act in ("INSERT", "UPDATE", "DELETE"):
            db.conn.execute(
                f"""CREATE TRIGGER {table}_{act.lower()}_shown AFTER {act} ON {table}
                    BEGIN UPDATE archive_changes SET number = number + 1; END"""  # noqa: S608
            )
