"""Databases put back at random moments: is anybody mailed who left, and is everybody else?

`python -m benchmarks.restores [--restores N] [--first SEED]` lives through trials of a small project: people
join, leave, move, are suppressed, erased and taken back, processes die between the departures ledger and
the database, old lists are imported; and now and then an older state is put back: by `restore`, by copying a
file over the database, with the database or one copy of the ledger lost or damaged, or with the whole folder.
After each an issue is queued for whoever may be mailed. The truth is kept apart, in plain sets of addresses.
"""

import argparse
import contextlib
import io
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from alerts import cli
from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.domain.month import Month
from alerts.domain.subscriber import SuppressionReason
from alerts.instance import identity
from alerts.instance.restore import restore
from alerts.store import backup, departures_write, open_database, subscribers
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure, ledger_of
from alerts.store.generation_markers import state_folder
from alerts.subscribers import admin, unsubscribe
from alerts.subscribers.admin import SubscriberEdits
from tests.factories import queue_issue

READERS = 12
WAYS = ("restore", "in place", "replaced", "database lost", "ledger damaged", "folder")
ENDED = Month(2026, 9)


@dataclass
class Trial:
    """One project and the truth about its people."""

    root: Path
    chance: random.Random
    now: datetime = datetime(2026, 11, 2, 9, tzinfo=UTC)
    away: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)  # ever
    known: set[str] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)
    issues: int = 0

    @property
    def database(self) -> Path:
        """Where it lies."""
        return self.root / "subscribers.db"

    def live(self, restores: int) -> None:
        """So many times: some people come and go, an older state is put back, an issue is queued."""
        cli.call(["-q", "init", str(self.root)])
        with _opened(self.database) as db:
            for number in range(READERS):
                self._join(db, f"reader{number}@example.org")
        for _ in range(restores):
            self._save()
            with _opened(self.database) as db:
                for _ in range(self.chance.randint(1, 8)):
                    self._something(db)
            self._put_back(self.chance.choice(WAYS))
            with _opened(self.database) as db:
                identity.adopt(db, self.database, "fresh", self._tick(), ENDED)
                self._import_old_list(db)
                self._mail(db)

    def _tick(self) -> datetime:
        self.now += timedelta(seconds=self.chance.choice((0, 1, 60, -5)))
        return self.now

    def _join(self, db: Database, email: str) -> None:
        edits = SubscriberEdits(consent=f"yes, {self.chance.random()}")
        try:
            address = Address.parse(email)
            admin.allow(db, address, now=self._tick())
            admin.add(db, address, edits, language="en", now=self._tick(), resubscribe=True)
        except InputError:
            return
        self.known.add(email)
        self.away.discard(email)

    def _something(self, db: Database) -> None:
        """One person does one thing, or has it done."""
        people = list(subscribers.listed(db, status="active"))
        kind = self.chance.choice(("leave", "leave", "erase", "suppress", "move", "die", "join"))
        self.counted[kind] += 1
        if kind == "join" or not people:
            self._join(db, f"reader{self.chance.randrange(READERS * 4)}@example.org")
            return
        person, now = self.chance.choice(people), self._tick()
        match kind:
            case "leave":
                unsubscribe.unsubscribe(db, person.id, now, by=unsubscribe.Way.PAGE)
            case "erase":
                unsubscribe.erase(db, person, now)
            case "suppress":
                address, reason = Address.parse(person.email), SuppressionReason.HARD_BOUNCE
                unsubscribe.suppress(db, [address], reason=reason, note="", now=now)
            case "die":  # between the ledger and the database
                departures_write.append_departures(
                    db, [Departure.of(DepartureKind.LEFT, db, person)], now
                )
            case "move":
                new = f"moved{self.chance.randrange(10**6)}@example.org"
                admin.edit(
                    db,
                    Address.parse(person.email),
                    SubscriberEdits(),
                    now=now,
                    move_to=Address.parse(new),
                )
                self.known.add(new)
                unsubscribe.unsubscribe(db, person.id, self._tick(), by=unsubscribe.Way.MAIL)
                self.away.add(new)
        self.away.add(person.email)
        self.left |= self.away

    def _save(self) -> None:
        shutil.rmtree(self.root.parent / "saved", ignore_errors=True)
        if self.chance.random() < 0.5 and (self.root.parent / "night").exists():
            return  # an older one yet
        shutil.rmtree(self.root.parent / "night", ignore_errors=True)
        shutil.copytree(self.root, self.root.parent / "night")
        with backup.copied(self.database, self.root.parent / "night.db") as copy:
            backup.give_name(copy, self.root.parent / "night.db", replace=True)

    def _put_back(self, way: str) -> None:
        self.counted[way] += 1
        night = self.root.parent / "night.db"
        beside, state = self.root / "subscribers.db-departures", state_folder()
        match way:
            case "in place":
                with night.open("rb") as old, self.database.open("r+b") as new:
                    new.truncate()
                    shutil.copyfileobj(old, new)
                return
            case "replaced":
                self.database.unlink()
                shutil.copy(night, self.database)
                return
            case "folder":
                shutil.rmtree(self.root)
                shutil.copytree(self.root.parent / "night", self.root)
                return
            case "database lost":
                self.database.unlink()
            case "ledger damaged":
                victim = self.chance.choice([beside, *state.glob("*.departures")])
                octets = bytearray(victim.read_bytes())
                for _ in range(20):
                    octets[self.chance.randrange(len(octets))] ^= 0xFF
                victim.write_bytes(octets)
        self.now += timedelta(seconds=2)
        restore(night, self.database, "fresh", self.now, ENDED)

    def _import_old_list(self, db: Database) -> None:
        """A list of everybody who ever was, as an admin might still have it."""
        db.close()
        file = self.root.parent / "old.csv"
        file.write_text("email\n" + "\n".join(sorted(self.known)) + "\n", encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            cli.call(["-q", "--project", str(self.root), "subscriber", "import", str(file)])

    def _mail(self, db: Database) -> None:
        """Queue an issue, and count who is owed it."""
        with _opened(self.database) as again:
            self.issues += 1
            month = Month(2027 + self.issues // 12, self.issues % 12 + 1)
            queue_issue(self.root, again, month, self._tick())
            owed = {
                row[0]
                for row in again.conn.execute(
                    """SELECT s.email FROM deliveries AS d JOIN issues AS i ON i.id = d.issue_id
                         JOIN subscribers AS s ON s.id = d.subscriber_id WHERE i.month = ?""",
                    (str(month),),
                )
            }
            facts = ledger_of(again).end()
        self.counted["mailed after leaving"] += len(owed & self.away)
        self.counted["never left and not mailed"] += len(self.known - self.left - owed)
        self.counted["issues"] += 1
        self.counted["copies owed"] += len(owed)
        self.counted["facts"] = facts


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Database]:
    """A database for the time of a block."""
    db = open_database(path)
    try:
        yield db
    finally:
        db.close()


def run(seed: int, restores: int, within: Path | None = None) -> Counter[str]:
    """One trial, in a folder of its own; its counts."""
    with tempfile.TemporaryDirectory(dir=within) as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        trial = Trial(Path(folder) / "project", random.Random(seed))
        trial.live(restores)
        return trial.counted


def main() -> None:
    """Run them and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restores", type=int, default=300)
    parser.add_argument("--each", type=int, default=10, help="restores in one trial")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    began, total = time.monotonic(), Counter[str]()
    for seed in range(options.first, options.first + -(-options.restores // options.each)):
        counted = run(seed, options.each)
        total += counted
        if counted["mailed after leaving"] or counted["never left and not mailed"]:
            print(f"seed {seed}: {dict(counted)}", flush=True)
    print(", ".join(f"{number:,} {name}" for name, number in sorted(total.items())))
    for name in ("mailed after leaving", "never left and not mailed"):
        print(f"{total[name]} {name}")
    print(f"{sum(total[way] for way in WAYS)} restores in {time.monotonic() - began:.0f} s")
    sys.exit(1 if total["mailed after leaving"] else 0)


if __name__ == "__main__":
    main()
