"""Migration 61: the outbox of hooks: what other programs are to be told of (docs/adr/0051)."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run

_NOTE = """
    INSERT INTO hook_events (name, at, kind, subscriber_id, issue_id, version, detail)
    SELECT lower(hex(randomblob(16))), {at}, {kind}, {subscriber}, {issue}, {version}, {detail}
     WHERE EXISTS (SELECT 1 FROM hook_wanted WHERE kind = {kind})
"""
_OF_EVENT = """CASE NEW.kind WHEN 'delivery.bounced' THEN 'subscriber.bounced'
                             WHEN 'delivery.complained' THEN 'subscriber.complained' ELSE NEW.kind END"""
# name of the trigger: on what, when, and what is noted
_TRIGGERS = {
    "hooks_of_events": (
        "INSERT ON events",
        """NEW.kind IN ('issue.collected', 'issue.waiting', 'issue.paused', 'delivery.bounced',
                        'delivery.complained')
           AND NOT EXISTS (SELECT 1 FROM hook_events WHERE NEW.kind = 'issue.collected'
                              AND kind = NEW.kind AND issue_id = NEW.issue_id AND at = NEW.at)""",
        {
            "kind": _OF_EVENT,
            "at": "NEW.at",
            "subscriber": """coalesce(NEW.subscriber_id, (SELECT subscriber_id FROM deliveries
                                                           WHERE id = NEW.delivery_id))""",
            "issue": "NEW.issue_id",
            "version": "(SELECT version FROM issues WHERE id = NEW.issue_id)",
            "detail": "NEW.detail",
        },
    ),
    "hooks_of_new_subscribers": (
        "INSERT ON subscribers",
        "NEW.status = 'active'",
        {"kind": "'subscriber.joined'", "at": "NEW.updated_at", "subscriber": "NEW.id"},
    ),
    "hooks_of_active_subscribers": (
        "UPDATE OF status ON subscribers",
        "NEW.status = 'active' AND OLD.status <> 'active'",
        {"kind": "'subscriber.joined'", "at": "NEW.updated_at", "subscriber": "NEW.id"},
    ),
    "hooks_of_departures": (
        "UPDATE OF status ON subscribers",
        "NEW.status IN ('unsubscribed', 'erased') AND OLD.status = 'active'",
        {"kind": "'subscriber.left'", "at": "NEW.updated_at", "subscriber": "NEW.id"},
    ),
    "hooks_of_approved_issues": (
        "UPDATE OF state ON issues",
        "NEW.state = 'approved' AND OLD.state <> 'approved'",
        {
            "kind": "'issue.approved'",
            "at": """coalesce((SELECT max(at) FROM events WHERE issue_id = NEW.id
                                  AND kind = 'issue.approved'), NEW.created_at)""",
            "issue": "NEW.id",
            "version": "NEW.version",
        },
    ),
    "hooks_of_new_queued_issues": (
        "INSERT ON issues",
        "NEW.state = 'queued'",
        {
            "kind": "'issue.queued'",
            "at": "NEW.queued_at",
            "issue": "NEW.id",
            "version": "NEW.version",
        },
    ),
    "hooks_of_queued_issues": (
        "UPDATE OF state ON issues",
        "NEW.state = 'queued' AND OLD.state IN ('draft', 'approved')",
        {
            "kind": "'issue.queued'",
            "at": "NEW.queued_at",
            "issue": "NEW.id",
            "version": "NEW.version",
        },
    ),
    "hooks_of_sent_issues": (
        "UPDATE OF state ON issues",
        "NEW.state = 'sent' AND OLD.state <> 'sent'",
        {"kind": "'issue.sent'", "at": "NEW.sent_at", "issue": "NEW.id", "version": "NEW.version"},
    ),
}
_NOTHING = {"subscriber": "NULL", "issue": "NULL", "version": "NULL", "detail": "'{}'"}


@MIGRATIONS()
def m061_hooks(db: Database) -> None:
    """`hook_wanted` is what the endpoints and commands of the settings want to be told of: only that is
    noted in `hook_events`, in the transaction of the fact, with one row of `hook_deliveries` for each of
    them. `name` is the id that a receiver knows it by: random, so that a database that was restored gives
    none twice. No row holds an address. `due_at` empty: at once; `given_up`: not tried any more."""
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
    db.conn.execute(
        """CREATE TRIGGER hook_deliveries_of_events AFTER INSERT ON hook_events BEGIN
               INSERT INTO hook_deliveries (event_id, endpoint, changed_at)
               SELECT NEW.id, endpoint, NEW.at FROM hook_wanted WHERE kind = NEW.kind;
           END"""
    )
    for name, (act, when, values) in _TRIGGERS.items():
        note = _NOTE.format(**{**_NOTHING, **values})
        db.conn.execute(f"CREATE TRIGGER {name} AFTER {act} WHEN {when} BEGIN {note}; END")
