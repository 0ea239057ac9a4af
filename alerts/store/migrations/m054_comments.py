"""Migration 57: comments on stories and issues, and which were mailed to whom."""

import re

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run

_LAST_KIND = re.compile(r"'sign_in'(?!, 'comments')")


@MIGRATIONS()
def m054_comments(db: Database) -> None:
    """A comment names a person, never a copy of their name; `said_by` is for who has no sign-in. One mail
    at most per comment and person. The kind of notice `comments` (docs/adr/0049): no table refers to
    `notices`, so it is made again. `comment_mails.notice_id` outlives the notice, which retention deletes.
    """
    columns = ", ".join(row[1] for row in db.conn.execute("PRAGMA table_info(notices)"))
    (made,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'notices'").fetchone()
    indexes = [
        sql
        for (sql,) in db.conn.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'notices' AND type = 'index' AND sql <> ''"
        )
    ]
    anew = made.replace("notices", "notices_anew", 1)
    anew = _LAST_KIND.sub("'sign_in', 'comments'", anew, count=1)
    run(
        db,
        f"""
        CREATE TABLE comments (
            id INTEGER PRIMARY KEY,
            issue_id INTEGER NOT NULL REFERENCES issues (id),
            article_id TEXT REFERENCES articles (id),
            person_id INTEGER REFERENCES people (id),
            said_by TEXT NOT NULL DEFAULT '',
            text TEXT NOT NULL CHECK (text <> ''),
            at TEXT NOT NULL,
            done_at TEXT,
            done_by INTEGER REFERENCES people (id)
        ) STRICT;
        CREATE INDEX comments_article ON comments (article_id) WHERE article_id IS NOT NULL;
        CREATE INDEX comments_issue ON comments (issue_id);
        CREATE TABLE comment_mails (
            comment_id INTEGER NOT NULL REFERENCES comments (id),
            person_id INTEGER NOT NULL REFERENCES people (id),
            notice_id INTEGER NOT NULL,
            PRIMARY KEY (comment_id, person_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX comment_mails_notice ON comment_mails (notice_id);
        {anew};
        INSERT INTO notices_anew ({columns}) SELECT {columns} FROM notices;
        DROP TABLE notices;
        ALTER TABLE notices_anew RENAME TO notices
        """,  # noqa: S608 - names of columns, from SQLite itself
    )
    for index in indexes:
        db.conn.execute(index)
