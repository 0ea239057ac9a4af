"""Withdrawals from the archive: what is shown in place of what was frozen, and what is erased."""

import json
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from alerts.domain.archived import ArchivedArticle, hashes
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.domain.picture import NAME
from alerts.domain.withdrawal import WHOLE_ISSUE, FrozenEdition, ShownEdition, Withdrawal
from alerts.store import moment, pictures, stamp

_GONE = "(withdrawn)"  # the title of an article whose words were erased


def of_month(db: Database, month: Month | None = None) -> Sequence[Withdrawal]:
    """What was withdrawn of that month's issue, or of all; newest issue first, in the order of the acts."""
    rows = db.conn.execute(
        """SELECT i.month, w.article_id, w.why, w.withdrawn_by, w.withdrawn_at, w.erased
             FROM withdrawals AS w JOIN issues AS i ON i.id = w.issue_id
            WHERE :month = '' OR i.month = :month ORDER BY i.month DESC, w.id""",
        {"month": str(month or "")},
    )
    return [
        Withdrawal(Month.parse(name), article, why, by, moment(at), bool(erased))
        for name, article, why, by, at, erased in rows.fetchall()
    ]


def add(db: Database, issue_id: int, one: Withdrawal) -> None:
    """Record a withdrawal; again, with the newest reason. What was erased stays erased."""
    db.conn.execute(
        """INSERT INTO withdrawals (issue_id, article_id, why, withdrawn_by, withdrawn_at, erased)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (issue_id, article_id)
           DO UPDATE SET why = excluded.why, erased = max(erased, excluded.erased)""",
        (issue_id, one.article, one.why, one.by, stamp(one.at), int(one.erased)),
    )


def remove(db: Database, issue_id: int, article: str) -> None:
    """Forget a withdrawal."""
    db.conn.execute(
        "DELETE FROM withdrawals WHERE issue_id = ? AND article_id = ?", (issue_id, article)
    )


def frozen(db: Database, issue_id: int) -> Sequence[FrozenEdition]:
    """Every edition of every version of an issue as it was frozen, also those of some sections."""
    rows = db.conn.execute(
        """SELECT id, version, language, subject, preheader, html, text, articles FROM editions
            WHERE issue_id = ? ORDER BY id""",
        (issue_id,),
    )
    return [
        FrozenEdition(key, version, Edition(*words)) for key, version, *words in rows.fetchall()
    ]


def stories(db: Database, issue_id: int, version: int, language: str) -> Sequence[ArchivedArticle]:
    """The articles of an edition in reading order, withdrawn ones too."""
    rows = db.conn.execute(
        """SELECT article_id, url, image, title, title_language, summary, summary_language, ics
             FROM archived WHERE issue_id = ? AND version = ? AND language = ? ORDER BY id""",
        (issue_id, version, language),
    )
    return [ArchivedArticle(*row) for row in rows.fetchall()]


def show(db: Database, issue_id: int, shown: Iterable[ShownEdition]) -> None:
    """Show these in place of what was frozen, and serve no picture that is in none of them.

    What was drawn of the issue (pictures for other sites, PDF files) goes, and is to be drawn anew.
    """
    db.conn.execute(
        """DELETE FROM shown_editions
            WHERE edition_id IN (SELECT id FROM editions WHERE issue_id = ?)""",
        (issue_id,),
    )
    db.conn.execute("DELETE FROM withdrawn_pictures WHERE issue_id = ?", (issue_id,))
    for table in ("share_pictures", "issue_documents"):
        db.conn.execute(f"DELETE FROM {table} WHERE issue_id = ?", (issue_id,))  # noqa: S608
    for one in shown:
        words = (one.edition.subject, one.edition.preheader, one.edition.html, one.edition.text)
        db.conn.execute(
            """INSERT INTO shown_editions (edition_id, subject, preheader, html, text)
               VALUES (?, ?, ?, ?, ?)""",
            (one.key, *words),
        )
        db.conn.executemany(
            "INSERT INTO withdrawn_pictures VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(issue_id, name.partition(".")[0]) for name in one.gone],
        )


def hidden(db: Database, name: str) -> bool:
    """True for a picture that was withdrawn from every issue that showed it."""
    if not NAME.fullmatch(name):
        return False
    row = db.conn.execute(
        """SELECT 1 FROM withdrawn_pictures AS w WHERE w.sha256 = :sha256
              AND NOT EXISTS (SELECT 1 FROM issue_pictures AS p
                               WHERE p.sha256 = :sha256
                                 AND NOT EXISTS (SELECT 1 FROM withdrawn_pictures AS x
                                                  WHERE x.issue_id = p.issue_id
                                                    AND x.sha256 = p.sha256))""",
        {"sha256": name.partition(".")[0]},
    ).fetchone()
    return row is not None


def erase(db: Database, issue_id: int, article: str) -> None:
    """Overwrite what was frozen by what is shown, and delete the words and pictures of an article, or of
    all of the issue, wherever they are kept: archive, search, articles, log. Messages of the issue can be
    built no more. Within the transaction that calls `show`."""
    db.conn.execute(
        """UPDATE editions SET (subject, preheader, html, text) =
                  (SELECT subject, preheader, html, text FROM shown_editions WHERE edition_id = id),
                  template = x''
            WHERE issue_id = ? AND id IN (SELECT edition_id FROM shown_editions)""",
        (issue_id,),
    )
    chosen = "issue_id = :issue AND (:article = '' OR article_id = :article)"
    which = {"issue": issue_id, "article": article, "gone": _GONE}
    found = db.conn.execute(f"SELECT article_id FROM archived WHERE {chosen}", which)  # noqa: S608
    ids = [article_id for (article_id,) in found.fetchall()]
    db.conn.execute(
        f"""INSERT INTO archived_words (archived_words, rowid, title, summary)
            SELECT 'delete', id, title, summary FROM archived WHERE {chosen}""",  # noqa: S608
        which,
    )
    db.conn.execute(f"DELETE FROM archived WHERE {chosen}", which)  # noqa: S608
    for article_id in dict.fromkeys(ids):
        _erase_article(db, article_id)
    if article == WHOLE_ISSUE:
        db.conn.execute("DELETE FROM faces WHERE issue_id = ?", (issue_id,))
        db.conn.execute("UPDATE issues SET content = '{}' WHERE id = ?", (issue_id,))
        db.conn.execute("UPDATE issue_versions SET content = '{}' WHERE issue_id = ?", (issue_id,))
    db.conn.execute(
        """DELETE FROM issue_pictures WHERE issue_id = :issue AND sha256 IN
                  (SELECT sha256 FROM withdrawn_pictures WHERE issue_id = :issue)""",
        which,
    )
    pictures.sweep(db)
    _note_hashes(db, issue_id)


def _erase_article(db: Database, article_id: str) -> None:
    """The row stays, so that its page is known and not collected again."""
    db.conn.execute(
        """UPDATE articles SET edits = '{}', basis = '{}',
                  found = json_object('url', url, 'title', :gone, 'language',
                                      coalesce(json_extract(found, '$.language'), ''))
            WHERE id = :id""",
        {"id": article_id, "gone": _GONE},
    )
    db.conn.execute(
        """UPDATE events SET detail = json_remove(detail, '$.changes', '$.title')
            WHERE issue_id IS NOT NULL AND json_extract(detail, '$.article') = ?""",
        (article_id,),
    )


def _note_hashes(db: Database, issue_id: int) -> None:
    """Keep the hashes of what is left, for `archive.altered`."""
    rows = db.conn.execute(
        """SELECT id, version, language, subject, preheader, html, text, sections FROM editions
            WHERE issue_id = ?""",
        (issue_id,),
    )
    for key, version, language, subject, preheader, html, text, sections in rows.fetchall():
        files = {one.id: one.ics for one in stories(db, issue_id, version, language) if one.ics}
        kept = files if json.loads(sections) == [] else {}
        left = hashes(subject, preheader, html, text, kept)
        db.conn.execute("INSERT OR REPLACE INTO erased_editions VALUES (?, ?)", (key, left))
