"""Migration 16: gmail.com and googlemail.com are one mailbox."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m016_one_mailbox(db: Database) -> None:
    """gmail.com and googlemail.com are one mailbox, and get one `email_key`.

    Of two people with one mailbox, the one who joined last is kept; if either has left, both have. The
    history and the id of the other one are merged into the kept one: links that were mailed lead to the
    kept one.
    """
    db.conn.execute(
        """CREATE TABLE merged_subscribers (
               id INTEGER PRIMARY KEY REFERENCES subscribers (id) ON DELETE CASCADE,
               kept_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
               CHECK (id <> kept_id)
           ) STRICT"""
    )
    one = "replace(email_key, '@googlemail.com', '@gmail.com')"
    other = one.replace("email_key", "o.email_key")
    two = f"""SELECT o.id, o.status, o.created_at, n.id, n.status, n.created_at
                FROM subscribers AS o JOIN subscribers AS n ON n.email_key = {other}
               WHERE o.email_key LIKE '%@googlemail.com'"""  # noqa: S608
    for *old, new_id, new_status, new_at in db.conn.execute(two).fetchall():
        pair = sorted(
            [(old[1] != "pending", old[2], old[0]), (new_status != "pending", new_at, new_id)]
        )
        _keep_one(db, pair[1][2], pair[0][2], left="unsubscribed" in (old[1], new_status))
    db.conn.execute(
        f"UPDATE subscribers SET email_key = {one} WHERE email_key LIKE '%@googlemail.com'"  # noqa: S608
    )
    for table in ("suppressions", "confirmations"):
        db.conn.execute(
            f"UPDATE OR IGNORE {table} SET email_key = {one} WHERE email_key LIKE '%@googlemail.com'"  # noqa: S608
        )
    db.conn.execute("DELETE FROM suppressions WHERE email_key LIKE '%@googlemail.com'")
    db.conn.execute(
        """UPDATE confirmations SET state = 'over', email = '', email_key = NULL, name = '',
                  consent = '', consent_source = '', network = '', added_id = NULL
            WHERE email_key LIKE '%@googlemail.com'"""
    )


def _keep_one(db: Database, kept: int, other: int, *, left: bool) -> None:
    """Empty the row of a person who has the same mailbox as another, and give that one its history."""
    ids = {"kept": kept, "other": other}
    for table in ("deliveries", "events", "notices", "former_addresses"):
        db.conn.execute(
            f"UPDATE OR IGNORE {table} SET subscriber_id = :kept WHERE subscriber_id = :other",  # noqa: S608
            ids,
        )
    db.conn.execute("UPDATE deliveries SET reply = '' WHERE subscriber_id = ?", (other,))
    db.conn.execute(
        """UPDATE subscribers SET email = '', email_key = NULL, name = '', status = 'erased', tags = '[]',
                  consent = '', consent_source = '', consent_at = '', paused_until = '', sections = '[]'
            WHERE id = ?""",
        (other,),
    )
    db.conn.execute("INSERT INTO merged_subscribers VALUES (?, ?)", (other, kept))
    if left:
        db.conn.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE id = ?", (kept,))
