"""What shows of an issue first: subject, preheader, headline and standfirst."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m029_faces(db: Database) -> None:
    """One row per issue and language; an empty text is made from the first story."""
    db.conn.execute(
        """CREATE TABLE faces (
               issue_id INTEGER NOT NULL REFERENCES issues (id),
               language TEXT NOT NULL,
               subject TEXT NOT NULL,
               preheader TEXT NOT NULL,
               headline TEXT NOT NULL,
               standfirst TEXT NOT NULL,
               updated_at TEXT NOT NULL,
               PRIMARY KEY (issue_id, language),
               CHECK (subject || preheader || headline || standfirst <> '')
           ) STRICT"""
    )
