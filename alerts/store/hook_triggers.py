"""The triggers that note what hooks are to be told of, in the transaction of the fact, whoever writes it.

They are there only while somebody wants to be told: without hooks an import of a million people costs
nothing more. They are compared with these texts whenever a project is opened, so those of an older version,
or of a table that a migration has made anew, are replaced.
"""

from collections.abc import Mapping

from sqlite_utils import Database

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


def _texts() -> Mapping[str, str]:
    """Each trigger by its name."""
    found = {
        "hooks_of_endpoints": """CREATE TRIGGER hooks_of_endpoints AFTER INSERT ON hook_events BEGIN
               INSERT INTO hook_deliveries (event_id, endpoint, changed_at)
               SELECT NEW.id, endpoint, NEW.at FROM hook_wanted WHERE kind = NEW.kind;
           END"""
    }
    for name, (act, when, values) in _TRIGGERS.items():
        note = _NOTE.format(**{**_NOTHING, **values})
        found[name] = f"CREATE TRIGGER {name} AFTER {act} WHEN {when} BEGIN {note}; END"
    return found


def agree(db: Database, *, wanted: bool) -> bool:
    """Whether the triggers are as they should be: all of them, or none where nothing is `wanted`."""
    return _there(db) == (dict(_texts()) if wanted else {})


def renew(db: Database, *, wanted: bool) -> None:
    """Make them so, within the caller's transaction."""
    for name in _there(db):
        db.conn.execute(f"DROP TRIGGER {name}")
    for text in _texts().values() if wanted else ():
        db.conn.execute(text)


def _there(db: Database) -> dict[str, str]:
    rows = db.conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'hooks_of_*'"
    )
    return dict(rows.fetchall())
