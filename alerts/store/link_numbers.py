"""The numbers by which links and return paths name people and deliveries; none is used twice.

A row's id alone would be: a restored backup gives it to the next reader. So a number is the id with 28
bits behind it that nobody else has: of a person their mark, a keyed hash of the address with which they
were added, so that whoever comes in again at the same address has it again; of a delivery a hash of its
issue's mark, drawn when it was frozen, and of its reader; of an article whose clicks are counted likewise.
What was mailed before there were marks has the bare id, which only rows of that time answer to.
docs/adr/0020-numbers-in-links.md.
"""

import hashlib
from functools import partial

from sqlite_utils import Database

BITS = 28
_MASK = (1 << BITS) - 1
NEW_MARK = f"(abs(random()) & {_MASK - 1}) + 1"  # in SQL: 1 to 2**28 - 1


def person(subscriber_id: int, mark: int) -> int:
    """The number of a person."""
    return subscriber_id << BITS | mark


def delivery(delivery_id: int, issue_mark: int, person_number: int) -> int:
    """The number of a delivery; only its id where the issue was frozen before marks existed."""
    if not issue_mark:
        return delivery_id
    facts = b"%d %d %d" % (issue_mark, delivery_id, person_number)
    digest = hashlib.blake2b(facts, digest_size=4, person=b"delivery").digest()
    return delivery_id << BITS | int.from_bytes(digest) & _MASK


def archived(row: int, issue_mark: int) -> int:
    """The number of an article of an edition; its id alone where the issue was frozen before there were
    marks."""
    if not issue_mark:
        return row
    digest = hashlib.blake2b(
        b"%d %d" % (issue_mark, row), digest_size=4, person=b"archived"
    ).digest()
    return row << BITS | int.from_bytes(digest) & _MASK


def derived_mark(secret: bytes, email_key: str) -> int:
    """The mark of whoever is added at that address; `secret` is the project's first one."""
    return _mark(_keyed(secret), email_key)


def _keyed(secret: bytes) -> "hashlib.blake2b":
    """The hash before any address: a copy of it spares hashing the secret for each of a million people."""
    return hashlib.blake2b(digest_size=4, key=secret, person=b"mark")


def _mark(keyed: "hashlib.blake2b", email_key: str) -> int:
    one = keyed.copy()
    one.update(email_key.encode())
    return int.from_bytes(one.digest()) % _MASK + 1


def mark_of(number: int) -> int:
    """The mark in the number of a person; 0 where it is a bare id."""
    return number & _MASK if number >> BITS else 0


def register_mark(db: Database, secret: bytes) -> None:
    """Give SQL the function `new_mark(email_key)`: the mark of whoever is added at that address."""
    db.conn.create_function("new_mark", 1, partial(_mark, _keyed(secret)))


def number_of(db: Database, subscriber_id: int) -> int:
    """The number of a person by their id; for an unknown id, a number that names nobody."""
    row = db.conn.execute("SELECT mark FROM subscribers WHERE id = ?", (subscriber_id,)).fetchone()
    return person(subscriber_id, row[0]) if row else 0


def whom(db: Database, number: int) -> int | None:
    """The id of the person with that number; None where there is none."""
    if number >> BITS:
        asked = "SELECT id FROM subscribers WHERE id = ? AND mark = ?"
        row = db.conn.execute(asked, (number >> BITS, number & _MASK)).fetchone()
    else:
        asked = """SELECT id FROM subscribers WHERE old_links AND id = coalesce(
                     (SELECT kept_id FROM merged_subscribers WHERE id = ?1), ?1)"""
        row = db.conn.execute(asked, (number,)).fetchone()
    return int(row[0]) if row else None


def of_mark(db: Database, mark: int) -> list[int]:
    """The ids of those on the list who have that mark, whatever their row; looks at every row."""
    asked = "SELECT id FROM subscribers WHERE mark = ? AND status IN ('active', 'pending')"
    return [row[0] for row in db.conn.execute(asked, (mark,))]


def which(db: Database, number: int) -> int | None:
    """The id of the delivery with that number; None where there is none."""
    row = db.conn.execute(
        """SELECT d.id, i.mark, d.subscriber_id, s.mark FROM deliveries AS d
             JOIN issues AS i ON i.id = d.issue_id
             JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.id = ?""",
        (number >> BITS or number,),
    ).fetchone()
    if row is None:
        return None
    delivery_id, issue_mark, subscriber_id, mark = row
    right = delivery(delivery_id, issue_mark, person(subscriber_id, mark))
    return int(delivery_id) if right == number else None


def which_archived(db: Database, number: int) -> int | None:
    """The id of the article of an edition that a number names."""
    row = db.conn.execute(
        """SELECT a.id, i.mark FROM archived AS a JOIN issues AS i ON i.id = a.issue_id
            WHERE a.id = ?""",
        (number >> BITS or number,),
    ).fetchone()
    return int(row[0]) if row and archived(*row) == number else None
