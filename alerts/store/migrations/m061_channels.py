"""Migration 61: the outbox of channels: what is to be posted where (docs/adr/0050)."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m061_channels(db: Database) -> None:
    """`channel_starts` has each channel of the settings, and since when: issues that were queued before are
    not posted there. `channel_posts` has a row for each post; `article_id` is empty for that of an issue.
    `name` names it to the network each time it is sent. `doubted_at` is when it was first sent without an
    answer that tells whether it is there: empty where it certainly is not."""
    run(
        db,
        """
        CREATE TABLE channel_starts (
            channel TEXT PRIMARY KEY,
            identity TEXT NOT NULL,
            since TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE channel_posts (
            id INTEGER PRIMARY KEY,
            channel TEXT NOT NULL,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            article_id TEXT NOT NULL,
            language TEXT NOT NULL,
            name TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'posting', 'posted', 'held', 'given_up', 'dropped')),
            attempts INTEGER NOT NULL DEFAULT 0,
            doubted_at TEXT NOT NULL DEFAULT '',
            due_at TEXT NOT NULL DEFAULT '',
            made_at TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            url TEXT NOT NULL DEFAULT '',
            UNIQUE (channel, issue_id, article_id)
        ) STRICT;
        CREATE INDEX channel_posts_open ON channel_posts (channel, due_at)
            WHERE state IN ('queued', 'posting')
        """,
    )
