"""The only builders of valid objects that tests share."""

import contextlib
import hashlib
import secrets
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from alerts.config.load import FILE_NAME, load
from alerts.config.settings import DATABASE_NAME
from alerts.config.write import fresh_toml
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.instance import identity
from alerts.library.opened import fresh_name
from alerts.library.project import Project
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import template
from alerts.store import create, issues, open_database, outbox, signing_keys, stamp, transaction
from alerts.store.link_numbers import NEW_MARK

MONTH = Month(2026, 10)
NOW = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)


def edition(language: str = "en", body: str = "Hello {slot:name|reader}") -> Edition:
    """A small edition with all slots."""
    footer = "{slot:unsubscribe_url} {slot:preferences_url} {slot:browser_url} {slot:address}"
    page = (
        f'<!DOCTYPE html><html lang="{language}"><body><p>{body}</p><p>{footer}</p></body></html>'
    )
    return Edition(language, "Alert: October", "In this issue", page, f"{body}\n\n{footer}\n", 1)


def add_subscribers(db: Database, number: int, *, domain: str = "example.org") -> list[str]:
    """Active subscribers reader1@…, reader2@…; their addresses."""
    emails = [f"reader{n}@{domain}" for n in range(1, number + 1)]
    with transaction(db):
        db.conn.executemany(
            f"""INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at, mark)
                VALUES (?, ?, 'en', 'active', ?, ?, {NEW_MARK})""",
            [(email, email, stamp(NOW), stamp(NOW)) for email in emails],
        )
    return emails


def queue_issue(
    root: Path,
    db: Database,
    month: Month = MONTH,
    now: datetime = NOW,
    made: Edition | None = None,
) -> int:
    """Freeze an issue of one English edition and owe it to everyone active; returns how many."""
    return issue_frozen(root, db, month, now, made or edition())[0]


def issue_frozen(
    root: Path, db: Database, month: Month, now: datetime, made: Edition
) -> tuple[int, int]:
    """Freeze the present version of a month's issue; to how many it is owed, and the id of its edition."""
    settings = load(root, {})
    signatures = Keyring.load(settings).signatures(now)
    frame = replace(Frame.of(settings, month), dkim=signatures)
    octets = template(made, frame, now)
    with transaction(db, own_keys=True):
        secret_id = max(signing_keys.all_secrets(db))
        issue, version = issues.freeze(
            db, month, {"sections": []}, frame.to_json(), secret_id, now, {}
        )
        ids = issues.add_edition(db, issue, made, octets, hashlib.sha256(octets).hexdigest())
        fill = outbox.fill if version == 1 else outbox.refill
        edition_of = dict.fromkeys(outbox.audiences(db), ids)
        return fill(db, issue, edition_of, now, (), issues.recipients_of(db, month)), ids


@cache
def _migrated() -> bytes:
    """A new database, to which all migrations were applied: that takes a tenth of a second, once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, DATABASE_NAME)
        create(path).close()
        return path.read_bytes()


def new_database(path: Path) -> Path:
    """A file as `store.create` leaves it, and its path; nothing in it is random."""
    path.touch(mode=0o600)
    path.write_bytes(_migrated())
    return path


def new_project(root: Path, now: datetime | None = None) -> Path:
    """A project as `alerts init` makes it, and its folder; `test_factories.py` compares the two."""
    now = now or datetime.now(UTC)
    root.mkdir(parents=True, exist_ok=True)
    (root / FILE_NAME).write_text(fresh_toml(), encoding="utf-8")
    path = new_database(root / DATABASE_NAME)
    with contextlib.closing(open_database(path).conn) as connection:
        db = Database(connection)
        signing_keys.ensure(db, secrets.token_bytes(32), now)
        identity.begin(db, path, fresh_name(), now)
    return root


_opened: list[sqlite3.Connection | Project] = []


def database(root: Path, *, threads: bool = False) -> Database:
    """The project's database; closed when the test that opened it is over."""
    return database_at(root / "subscribers.db", threads=threads)


def database_at(path: Path, *, threads: bool = False, new: bool = False) -> Database:
    """The database in this file; closed when the test that opened it is over."""
    db = open_database(path, threads=threads, new=new)
    if threading.current_thread() is threading.main_thread():  # no other one may close it
        _opened.append(db.conn)
    return db


def sqlite_connection(path: Path | str, **options: Any) -> sqlite3.Connection:
    """SQLite's own connection to a file, with no word of ours; closed when its test is over."""
    made: sqlite3.Connection = sqlite3.connect(path, **options)
    _opened.append(made)
    return made


def opened_project(root: Path, **options: Any) -> Project:
    """The project in that folder, by the library; closed when its test is over."""
    made = Project(root, **options)
    _opened.append(made)
    return made


@contextlib.contextmanager
def databases_closed() -> Iterator[None]:
    """Close at its end what was opened in it. Python 3.13 warns of connections that nobody closed."""
    before = len(_opened)
    try:
        yield
    finally:
        for one in _opened[before:]:
            one.close()
        del _opened[before:]
