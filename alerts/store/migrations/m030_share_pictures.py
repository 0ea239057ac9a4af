"""What is made of each edition once its issue is frozen: the picture that other sites show, the PDF."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m030_share_pictures(db: Database) -> None:
    """`headline` is what is written on the picture; an empty `pdf` could not be made
    (docs/adr/0026-made-of-a-frozen-issue.md)."""
    run(
        db,
        """
        CREATE TABLE share_pictures (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            language TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES pictures (sha256),
            headline TEXT NOT NULL,
            PRIMARY KEY (issue_id, language)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX share_pictures_by_picture ON share_pictures (sha256);
        CREATE TABLE issue_documents (
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            language TEXT NOT NULL,
            pdf BLOB NOT NULL,
            PRIMARY KEY (issue_id, language)
        ) STRICT
        """,
    )
