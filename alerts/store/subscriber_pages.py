"""Pages of the list of subscribers, and counts of it, without reading all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.subscriber import Subscriber
from alerts.store.subscriber_filter import STANDING, condition
from alerts.store.subscriber_query import Query
from alerts.store.subscribers import by_id


@dataclass(frozen=True, slots=True)
class SubscriberPage:
    """Some people in order of id; `after` begins the next page, 0: there is none."""

    people: Sequence[Subscriber]
    after: int


def page(
    db: Database, text: str, where: Query | None, after: int, size: int, language: str = ""
) -> SubscriberPage:
    """The people behind the id `after` in whose address or name `text` is, and for whom `where` is true."""
    wanted, values = condition(where) if where else ("1", [])
    rows = db.conn.execute(
        f"""SELECT id FROM subscribers
             WHERE id > ? AND status <> 'erased' AND (? = '' OR language = ?)
               AND (? = '' OR instr(lower(email), lower(?)) > 0 OR instr(lower(name), lower(?)) > 0)
               AND {wanted}
             ORDER BY id LIMIT ?""",  # noqa: S608
        (after, language, language, text, text, text, *values, size + 1),
    ).fetchall()
    found = [by_id(db, row[0]) for row in rows[:size]]
    return SubscriberPage(
        [one for one in found if one], rows[size - 1][0] if len(rows) > size else 0
    )


def count(db: Database, where: Query) -> int:
    """For how many people on record `where` is true."""
    wanted, values = condition(where)
    row = db.conn.execute(
        f"SELECT count(*) FROM subscribers WHERE status <> 'erased' AND {wanted}",  # noqa: S608
        values,
    ).fetchone()
    return int(row[0])


def standings(db: Database) -> Mapping[str, Mapping[str, int]]:
    """The number of people by language and by the status that is shown."""
    rows = db.conn.execute(
        f"""SELECT language, {STANDING} AS standing, count(*) FROM subscribers
             WHERE status <> 'erased' GROUP BY language, standing ORDER BY language"""  # noqa: S608
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for language, standing, number in rows:
        found.setdefault(language, {})[standing] = number
    return found
