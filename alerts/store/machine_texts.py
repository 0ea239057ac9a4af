"""Texts that a machine has drafted and no person has signed, each with the mark of what it wrote.

A text is unsigned only while it is still the one that the machine wrote: whoever changes it has signed it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.store import stamp

TextKey = tuple[str, str, str]  # article, language, name of the field


def put(db: Database, key: TextKey, mark: str, translator: str, now: datetime) -> None:
    """Record what a machine has drafted."""
    db.conn.execute(
        """INSERT INTO machine_texts (article_id, language, name, mark, translator, made_at)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (article_id, language, name) DO UPDATE SET
               mark = excluded.mark, translator = excluded.translator, made_at = excluded.made_at""",
        (*key, mark, translator, stamp(now)),
    )


def sign(db: Database, keys: Iterable[TextKey]) -> int:
    """A person has signed these texts; how many were a machine's."""
    return sum(
        db.conn.execute(
            "DELETE FROM machine_texts WHERE article_id = ? AND language = ? AND name = ?", key
        ).rowcount
        for key in keys
    )


def written_in(article_id: str, changes: Mapping[str, Any]) -> Iterator[TextKey]:
    """The texts that a change of an article writes in other languages."""
    for language, words in (changes.get("translations") or {}).items():
        yield from ((article_id, language, name) for name in words or ())


def marks(db: Database) -> Mapping[TextKey, str]:
    """The marks of all unsigned texts."""
    rows = db.conn.execute("SELECT article_id, language, name, mark FROM machine_texts")
    return {(row[0], row[1], row[2]): row[3] for row in rows}
