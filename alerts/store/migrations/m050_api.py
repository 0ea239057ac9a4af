"""Migration 50: the HTTP API."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m050_api(db: Database) -> None:
    """Tokens, of which only the SHA-256 is kept, and the answers to requests with an Idempotency-Key."""
    run(
        db,
        """
        CREATE TABLE api_tokens (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
            digest BLOB NOT NULL UNIQUE,
            created_at TEXT NOT NULL,
            expires_at TEXT NOT NULL DEFAULT '',
            revoked_at TEXT NOT NULL DEFAULT '',
            used_on TEXT NOT NULL DEFAULT ''
        );
        CREATE UNIQUE INDEX api_tokens_name ON api_tokens (name) WHERE revoked_at = '';
        CREATE TABLE api_answers (
            token_id INTEGER NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            request BLOB NOT NULL,
            begun_at TEXT NOT NULL,
            status INTEGER NOT NULL DEFAULT 0,
            headers TEXT NOT NULL DEFAULT '{}',
            body BLOB NOT NULL DEFAULT x'',
            PRIMARY KEY (token_id, key)
        ) WITHOUT ROWID
        """,
    )
