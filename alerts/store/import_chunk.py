"""The SQL by which an import merges one chunk of its people: see `subscriber_import.py`."""

from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.entry import LINES
from alerts.domain.subscriber import FIELD, IMPORTED, SuppressionReason
from alerts.domain.subscriber_fields import SubscriberField
from alerts.store import departures_state, link_numbers, signing_keys, suppressions
from alerts.store.departures_location import names_of
from alerts.store.import_functions import register_functions


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """An entry that the database refuses: suppressed for a reason, or (None) unsubscribed."""

    line: int
    email: str
    suppressed: SuppressionReason | None


# columns that an import never changes
COMPARED = tuple(name for name in IMPORTED if name != "email")
_FILLED = tuple(FIELD[name] for name in IMPORTED if not (FIELD[name].ruled or FIELD[name].evidence))

CHUNK = 2_000  # people merged in one transaction, which takes about 0.04 s


def _filled(field: SubscriberField) -> str:
    """In SQL: the value in the file, or else the present one."""
    return (
        f"coalesce(nullif(x.{field.name}, '{field.empty}'), s.{field.name}, '{field.empty}')"
        f" AS {field.name}"
    )


# The new status. A file never confirms and never resubscribes; `:asserted` confirms people whom an
# earlier file added as pending only because it could not say who left.
_STATUS = """
    CASE WHEN id IS NULL THEN CASE standing WHEN 'active' THEN 'active' WHEN 'pending' THEN 'pending'
                                            WHEN 'bounced' THEN 'pending' ELSE 'unsubscribed' END
         WHEN standing = 'unsubscribed' THEN 'unsubscribed'
         WHEN standing IN ('blocked', 'complained', 'deleted') AND suppressed IS NULL THEN 'unsubscribed'
         WHEN :asserted <> '' AND standing = 'active' AND was = 'pending' AND EXISTS
              (SELECT 1 FROM main.events AS e WHERE e.subscriber_id = id
                AND e.kind = 'subscriber.added' AND json_extract(e.detail, '$.file') IS NOT NULL)
              THEN 'active'
         ELSE was END"""

# A file never empties a field: that is the rule of `_FILLED`. Other rules apply to the address (it is not
# changed), the language (the import has a default for new people), tags (none is removed), the status
# (above), and the wording, source and date of a consent: they are one piece of evidence, of which all three
# come from the file, or none.
_CHOOSE = f"""
    CREATE TEMP TABLE chosen AS
    SELECT line, email_key, id, suppressed, standing, was, email, language, tags,
           {_STATUS} AS status,
           iif(evidence, new_consent, consent) AS consent,
           iif(evidence, coalesce(nullif(new_source, ''), :source), consent_source) AS consent_source,
           iif(evidence, new_at, consent_at) AS consent_at,
           {", ".join(field.name for field in _FILLED)}, 0 AS gone
    FROM (SELECT x.line, x.email_key, s.id, p.reason AS suppressed, s.status AS was, x.rowid AS number,
                 coalesce(nullif(x.status, ''), 'active') AS standing,
                 CASE WHEN s.id IS NULL THEN x.email ELSE s.email END AS email,
                 coalesce(nullif(x.language, ''), s.language, :language) AS language,
                 CASE WHEN s.id IS NULL OR s.tags = '[]' THEN x.tags
                      WHEN x.tags = '[]' OR x.tags = s.tags THEN s.tags
                      ELSE all_tags(s.tags, x.tags) END AS tags,
                 x.consent AS new_consent, x.consent_source AS new_source, x.consent_at AS new_at,
                 s.consent, s.consent_source, s.consent_at,
                 s.id IS NULL OR (x.consent <> '' OR s.consent = '')
                    AND (x.consent NOT IN ('', s.consent) OR x.consent_at NOT IN ('', s.consent_at)
                         OR x.consent_source NOT IN ('', s.consent_source)) AS evidence,
                 {", ".join(map(_filled, _FILLED))}
          FROM staging.people AS x
          LEFT JOIN main.subscribers AS s ON s.email_key = x.email_key
          LEFT JOIN main.suppressions AS p ON p.email_key = x.email_key
          WHERE x.rowid > :done AND x.rowid <= :until)
    ORDER BY number
"""  # noqa: S608

_REFUSED = """(suppressed IS NOT NULL OR gone OR coalesce(was = 'unsubscribed', 0))
              AND standing IN ('active', 'pending')"""

DIFFERING = f"""CREATE TEMP TABLE differing AS
           SELECT c.*, s.status AS former
           FROM chosen AS c JOIN main.subscribers AS s ON s.id = c.id
           WHERE ({", ".join(f"c.{name}" for name in COMPARED)})
              <> ({", ".join(f"s.{name}" for name in COMPARED)})
           ORDER BY c.rowid"""  # noqa: S608
_INSERT = f"""INSERT INTO subscribers (email_key, created_at, updated_at, {", ".join(IMPORTED)}, mark)
            SELECT email_key, :at, :at, {", ".join(IMPORTED)}, new_mark(email_key)
            FROM chosen WHERE id IS NULL AND standing <> 'deleted' ORDER BY rowid"""  # noqa: S608
_UPDATE = f"""UPDATE subscribers SET {", ".join(f"{name} = d.{name}" for name in COMPARED)},
                  updated_at = :at
           FROM differing AS d WHERE d.id = subscribers.id"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Work:
    """The people to merge, of whom the first `done` are merged already."""

    file: str
    language: str
    at: str
    done: int
    people: int
    asserted: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chunk: the refused entries, the number of people without changes, and how many people have
    which status afterwards, by number of the file and status (suppressed is one)."""

    refused: tuple[RefusedEntry, ...]
    kept_out: int
    stand: dict[tuple[int, str], int]


def choose(db: Database, work: Work, done: int) -> Chosen:
    """Create the table `chosen` of the next chunk: people as they will be."""
    run = db.conn.execute
    facts = {
        "language": work.language,
        "source": f"import of {work.file}",
        "asserted": work.asserted,
    }
    register_functions(db)
    run(_CHOOSE, {**facts, "done": done, "until": done + CHUNK})
    if suppressions.register_hash(db):
        run(
            """UPDATE chosen SET suppressed = h.reason
               FROM main.suppressions AS h WHERE h.address_hash = address_hash(chosen.email_key)"""
        )
        run(
            """UPDATE chosen SET suppressed = h.reason
               FROM main.suppressions AS h
               WHERE chosen.email_key LIKE '%@gmail.com'
                 AND h.address_hash = former_hash(chosen.email_key)"""
        )
    if not departures_state.empty(db):
        for away in departures_state.away(db, names_of(db)):
            run(f"CREATE TEMP TABLE away AS {away}")
            run(
                """UPDATE chosen
                      SET suppressed = coalesce(chosen.suppressed, nullif(away.reason, '')), gone = 1
                     FROM temp.away WHERE away.email_key = chosen.email_key"""
            )
            run("DROP TABLE temp.away")
    refused = tuple(
        RefusedEntry(line, email, SuppressionReason(reason) if reason else None)
        for line, email, reason in run(
            f"SELECT line, email, suppressed FROM chosen WHERE {_REFUSED}"  # noqa: S608
        )
    )
    stand = run(
        f"""SELECT line / {LINES} AS file,
                   CASE WHEN suppressed IS NOT NULL
                          OR standing IN ('bounced', 'blocked', 'complained', 'deleted')
                        THEN 'suppressed' ELSE status END AS state, count(*)
              FROM chosen GROUP BY file, state"""  # noqa: S608
    ).fetchall()
    run(f"DELETE FROM chosen WHERE {_REFUSED}")  # noqa: S608
    # A suppressed person who is not a subscriber stays so: the file adds nothing.
    kept_out = run("DELETE FROM chosen WHERE suppressed IS NOT NULL AND id IS NULL").rowcount
    return Chosen(refused, kept_out, {(file, state): number for file, state, number in stand})


def counted(db: Database) -> tuple[int, int]:
    """The numbers of people in `chosen` who are added and changed; writes nothing."""
    run = db.conn.execute
    run(DIFFERING)
    added, updated = run(
        """SELECT (SELECT count(*) FROM chosen WHERE id IS NULL),
                  (SELECT count(*) FROM differing)
                + (SELECT count(*) FROM chosen
                    WHERE id IS NOT NULL AND suppressed IS NULL AND id NOT IN (SELECT id FROM differing)
                      AND standing IN ('bounced', 'blocked', 'complained', 'deleted'))"""
    ).fetchone()
    return int(added), int(updated)


def drop(db: Database) -> None:
    """Drop the tables of a chunk."""
    db.conn.execute("DROP TABLE IF EXISTS temp.chosen")
    db.conn.execute("DROP TABLE IF EXISTS temp.differing")


def insert(db: Database, facts: dict[str, str]) -> int:
    """Add the chosen who are new; returns how many."""
    link_numbers.register_mark(db, signing_keys.first(db))
    highest = db.conn.execute("SELECT coalesce(max(id), 0) FROM subscribers").fetchone()[0]
    added = db.conn.execute(_INSERT, facts).rowcount
    db.conn.execute(
        """INSERT INTO events (at, kind, subscriber_id, detail)
           SELECT :at, 'subscriber.added', id, :detail FROM subscribers WHERE id > :highest""",
        {**facts, "highest": highest},
    )
    return added


def update(db: Database, facts: dict[str, str]) -> int:
    """Change the existing people in `chosen` who differ; returns how many."""
    run = db.conn.execute
    run(DIFFERING)
    run(
        """INSERT INTO events (at, kind, subscriber_id, detail)
           SELECT :at, CASE WHEN status = former THEN 'subscriber.changed'
                            WHEN status = 'active' THEN 'subscriber.confirmed'
                            ELSE 'subscriber.unsubscribed' END, id, :detail
           FROM differing ORDER BY rowid""",
        facts,
    )
    return run(_UPDATE, facts).rowcount
