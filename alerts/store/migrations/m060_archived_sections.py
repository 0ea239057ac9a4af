"""Migration 60: the archive knows in which section an article stood (docs/adr/0050)."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m060_archived_sections(db: Database) -> None:
    """`section` is the key of the section, as the issue was frozen: for the feeds of sections. Of issues
    that are there it is read from what was frozen with each version."""
    run(
        db,
        """
        ALTER TABLE archived ADD COLUMN section TEXT NOT NULL DEFAULT '';
        UPDATE archived SET section = found.section
          FROM (SELECT v.issue_id, v.version, json_extract(s.value, '$.key') AS section, a.value AS article
                  FROM issue_versions AS v, json_each(v.content, '$.sections') AS s,
                       json_each(s.value, '$.articles') AS a) AS found
         WHERE found.issue_id = archived.issue_id AND found.version = archived.version
           AND found.article = archived.article_id AND found.section IS NOT NULL
        """,
    )
