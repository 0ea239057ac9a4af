"""Readers who erase themselves on the web, each visit carried out as `alerts serve` does.

`python -m tests.visitor FOLDER` lets one reader after another come, erase themselves and go, until stdin
ends: a web process at work beside whatever is tried.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from alerts.config.load import load
from alerts.mail import tokens
from alerts.mail.tokens import Purpose
from alerts.outbox.options import World
from alerts.store import link_numbers, signing_keys
from alerts.subscribers import send_notices
from alerts.web.application import Site, application
from tests.factories import NOW, database
from tests.pages import Box, fields, links
from tests.relay import Taken


def add_reader(root: Path, name: str) -> int:
    """Somebody who is active and owed nothing; returns their id."""
    db = database(root)
    at = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    cursor = db.conn.execute(
        """INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at)
           VALUES (:email, :email, 'en', 'active', :at, :at)""",
        {"email": f"{name}@example.org", "at": at},
    )
    db.close()
    return int(cursor.lastrowid or 0)


def status_of_last(root: Path) -> str:
    """Where the reader stands who was added last."""
    db = database(root)
    ((status,),) = db.execute("SELECT status FROM subscribers ORDER BY id DESC LIMIT 1").fetchall()
    db.close()
    return str(status)


def ask_last(root: Path) -> str:
    """Let the reader who was added last ask to be erased; the path that is mailed to them."""
    db = database(root)
    ((number,),) = db.execute("SELECT max(id) FROM subscribers").fetchall()
    token = tokens.sign(
        *signing_keys.newest(db), Purpose.PREFERENCES, link_numbers.number_of(db, number)
    )
    with _client(root) as client:
        path = f"/preferences/{token}/erase"
        assert client.post(path, data=fields(client.get(path).text)).status_code == 200
    taken: list[Taken] = []
    settings = load(root, {})
    world = World(lambda: Box(taken), lambda: datetime.now(UTC), time.monotonic, lambda: 0.5)
    send_notices.send_due(db, settings, world)
    db.close()
    (mail,) = taken
    return links(mail.octets)[0].removeprefix(settings.web.base_url)


def erase(root: Path, mailed: str) -> bool:
    """Let a reader erase themselves by that path; True where the answer says that it is done."""
    with _client(root) as client:
        form = fields(client.get(mailed).text)
        return client.post(mailed.partition("?")[0], data=form).status_code == 200


@contextmanager
def _client(root: Path) -> Iterator[TestClient]:
    site = Site(load(root, {}))
    yield TestClient(application(site), raise_server_exceptions=False)
    site.pool.close()


def _wait_for_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def main() -> None:
    """One visit after another."""
    root, over = Path(sys.argv[1]), threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(over,), daemon=True).start()
    visits = 0
    while not over.wait(0.2):
        add_reader(root, f"visitor.{visits}")
        assert erase(root, ask_last(root))
        visits += 1
    print(visits)  # noqa: T201


if __name__ == "__main__":
    main()
