"""Migration 61: the outbox of hooks: what other programs are to be told of (docs/adr/0051)."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m058_hooks(db: Database) -> None:
    """`hook_wanted` is what the endpoints and commands of the settings want to be told of: only that is
    noted in `hook_events`, in the transaction of the fact (`store/hook_triggers.py`), with one row of
    `hook_deliveries` for each of them. `name` is the id that a receiver knows it by: random, so that a
    database that was restored gives none twice. No row holds an address. `due_at` empty: at once;
    `given_up`: not tried any more."""
    run(
        db,
        """
        CREATE TABLE hook_wanted (
            kind TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            PRIMARY KEY (kind, endpoint)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_events (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            subscriber_id INTEGER,
            issue_id INTEGER,
            version INTEGER,
            detail TEXT NOT NULL CHECK (json_valid(detail))
        ) STRICT;
        CREATE INDEX hook_events_of_issues ON hook_events (issue_id, kind) WHERE issue_id IS NOT NULL;
        CREATE TABLE hook_deliveries (
            endpoint TEXT NOT NULL,
            event_id INTEGER NOT NULL REFERENCES hook_events (id) ON DELETE CASCADE,
            state TEXT NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'delivered', 'given_up', 'dropped')),
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at TEXT NOT NULL DEFAULT '',
            changed_at TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (endpoint, event_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX hook_deliveries_open ON hook_deliveries (endpoint, due_at) WHERE state = 'queued';
        CREATE INDEX hook_deliveries_by_event ON hook_deliveries (event_id)
        """,
    )
