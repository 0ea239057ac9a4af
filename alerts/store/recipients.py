"""Whom an issue is for: everybody who may be mailed, or those of them who match a question (`--where`).

Guarantees that whoever is counted beforehand is chosen as whoever is owed the issue: one condition.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.errors import UsageError
from alerts.store.subscriber_filter import condition
from alerts.store.subscriber_query import fields_of, parse

# Condition: the subscriber `s` may be mailed.
ELIGIBLE = """
    s.status = 'active'
    AND NOT EXISTS (SELECT 1 FROM suppressions AS x WHERE x.email_key = s.email_key)
"""
# Condition: the delivery `d` is no special alert that the subscriber `s`, to whom it is owed, declined.
NOT_DECLINED = """
    (s.no_specials_since = ''
     OR NOT EXISTS (SELECT 1 FROM issues AS i WHERE i.id = d.issue_id AND i.kind = 'special'))
"""
_WANTS_SPECIALS = " AND s.no_specials_since = ''"
_IN_SEGMENT = " AND s.id IN (SELECT id FROM segment)"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom an issue is for; `where` is a question of `subscriber_query`, empty for everybody. Of a `special`
    alert these are never readers who want none."""

    where: str = ""
    special: bool = False

    @classmethod
    def asked(cls, where: str, *, special: bool = False) -> "Recipients":
        """The recipients of a question that a person has typed; raises `UsageError`.

        Kept for good with what they get, it must not hold an address or a name.
        """
        made = cls(where.strip(), special)
        if made and fields_of(parse(made.where)) & {"email", "name"}:
            raise UsageError(
                "--where: whom an issue is for is kept for good, so it names nobody by email or name;"
                " give them a tag: `alerts subscriber tag`"
            )
        return made

    def __bool__(self) -> bool:
        return bool(self.where)

    def same(self, other: "Recipients") -> bool:
        """Whether both ask the same, however it is written."""
        if not (self.where and other.where):
            return self.where == other.where
        return parse(self.where) == parse(other.where)


EVERYBODY = Recipients()


@contextmanager
def chosen(db: Database, recipients: Recipients) -> Iterator[str]:
    """The SQL condition that the subscriber `s` may be mailed and is one of the recipients.

    It holds while the context does: the ids of a segment are put into a temporary table, so that a
    segment of a million people is read once. Raises `UsageError` for a question that cannot be read.
    """
    wanted = ELIGIBLE + _WANTS_SPECIALS if recipients.special else ELIGIBLE
    if not recipients.where:
        yield wanted
        return
    question, values = condition(parse(recipients.where))
    db.conn.execute("CREATE TEMP TABLE segment (id INTEGER PRIMARY KEY)")
    try:
        db.conn.execute(
            f"INSERT INTO segment SELECT id FROM subscribers WHERE {question}",  # noqa: S608
            values,
        )
        yield wanted + _IN_SEGMENT
    finally:
        db.conn.execute("DROP TABLE IF EXISTS temp.segment")


def count(db: Database, recipients: Recipients = EVERYBODY) -> int:
    """How many people would get an issue for these recipients now."""
    with chosen(db, recipients) as condition_:
        row = db.conn.execute(f"SELECT count(*) FROM subscribers AS s WHERE {condition_}")  # noqa: S608
        return int(row.fetchone()[0])


def languages(db: Database, recipients: Recipients) -> Mapping[str, int]:
    """The same by their language, the largest first."""
    with chosen(db, recipients) as condition_:
        rows = db.conn.execute(
            f"""SELECT s.language, count(*) AS people FROM subscribers AS s WHERE {condition_}
                 GROUP BY s.language ORDER BY people DESC, s.language"""  # noqa: S608
        )
        return dict(rows.fetchall())
