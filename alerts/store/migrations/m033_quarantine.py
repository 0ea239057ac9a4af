"""Articles that are not plausible."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m033_quarantine(db: Database) -> None:
    """`reasons`: why each is not plausible, a JSON array of texts. `asked`: the address to read again;
    '': only its source can bring it again. `linked_as`: the text of the link that led there. `settled`:
    an editor has decided whether it is in the issue, which no collection changes
    (docs/adr/0029-quarantine.md)."""
    run(
        db,
        """
        CREATE TABLE quarantine (
            article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
            reasons TEXT NOT NULL CHECK (json_valid(reasons)),
            asked TEXT NOT NULL DEFAULT '',
            linked_as TEXT NOT NULL DEFAULT '',
            since TEXT NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        """,
    )
