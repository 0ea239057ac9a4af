"""Pictures: ours by their SHA-256, the originals that they were made of, the issues that show them."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m028_pictures(db: Database) -> None:
    """`picture_originals` is what is known of an original and its last fetch; `fault` says why it cannot
    be shown, `recipe` how its versions were made, `master` what they are made of again.
    `issue_pictures` are those that a frozen issue shows, and so are kept with it
    (docs/adr/0025-pictures.md)."""
    run(
        db,
        """
        CREATE TABLE pictures (
            sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
            type TEXT NOT NULL CHECK (type IN ('image/jpeg', 'image/png')),
            width INTEGER NOT NULL CHECK (width > 0),
            height INTEGER NOT NULL CHECK (height > 0),
            octets BLOB NOT NULL CHECK (length(octets) > 0)
        ) STRICT;
        CREATE TABLE picture_originals (
            id INTEGER PRIMARY KEY,
            url TEXT NOT NULL CHECK (url <> ''),
            kind TEXT NOT NULL CHECK (kind IN ('story', 'logo')),
            etag TEXT NOT NULL DEFAULT '',
            last_modified TEXT NOT NULL DEFAULT '',
            digest TEXT NOT NULL DEFAULT '',
            fault TEXT NOT NULL DEFAULT '',
            recipe INTEGER NOT NULL DEFAULT 0,
            width INTEGER NOT NULL DEFAULT 0,
            height INTEGER NOT NULL DEFAULT 0,
            master TEXT REFERENCES pictures (sha256),
            checked_at TEXT NOT NULL,
            UNIQUE (url, kind)
        ) STRICT;
        CREATE TABLE picture_versions (
            original_id INTEGER NOT NULL REFERENCES picture_originals (id) ON DELETE CASCADE,
            focus TEXT NOT NULL,
            use TEXT NOT NULL CHECK (use IN ('lead', 'card', 'thumb', 'cover', 'logo')),
            sha256 TEXT NOT NULL REFERENCES pictures (sha256),
            PRIMARY KEY (original_id, focus, use)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE issue_pictures (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            sha256 TEXT NOT NULL REFERENCES pictures (sha256),
            PRIMARY KEY (issue_id, sha256)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX picture_originals_by_master ON picture_originals (master);
        CREATE INDEX picture_versions_by_picture ON picture_versions (sha256);
        CREATE INDEX issue_pictures_by_picture ON issue_pictures (sha256)
        """,
    )
