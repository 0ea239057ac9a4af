"""A kill at every step of a send: `python -m benchmarks.points` (mail-rules T2).

The real `alerts send` is killed before and after the first, second, third … time that it writes to the
database, commits, writes or flushes a receipt, and sends to or hears from the relay; then it is run again,
first with `in_doubt = "hold"`, then with "resend". Prints a table of what came of it. About two minutes.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from alerts import cli
from tests.factories import add_subscribers, database, queue_issue
from tests.mortal import STEPS
from tests.relay import Relay

READERS = 5


@dataclass(frozen=True)
class Point:
    """What a kill at one step came to."""

    step: str
    when: str
    nth: int
    taken_before: int  # messages that the relay had when the sender died
    held: int
    repeated: int
    faults: tuple[str, ...]


class Field:
    """A project with an issue queued, a relay, and a process that can be told where to die."""

    def __init__(self, folder: Path, relay: Relay, mortal: "subprocess.Popen[str]") -> None:
        self._root, self._relay, self._mortal = folder / "project", relay, mortal
        cli.call(["-q", "init", str(self._root)])
        db = database(self._root)
        self._emails = add_subscribers(db, READERS)
        queue_issue(self._root, db)
        db.close()
        self._path = self._root / "subscribers.db"

    def send(self, *, month: str = "2026-10", **death: object) -> int:
        """One `alerts send`; its exit code."""
        assert self._mortal.stdin
        assert self._mortal.stdout
        arguments = ["-q", "--project", str(self._root), "send", "--month", month]
        print(json.dumps({"arguments": arguments} | death), file=self._mortal.stdin, flush=True)
        return int(self._mortal.stdout.readline())

    def kill(self, step: str, when: str, nth: int) -> Point | None:
        """Die there and be run again; None where that step is not reached so often."""
        self._begin_anew()
        self._hold("hold")
        if self.send(step=step, when=when, nth=nth) >= 0:
            return None
        before = len(self._relay.inbox)
        self.send()
        held, faults = self._after_hold()
        self._hold("resend")
        code = self.send()
        return Point(step, when, nth, before, held, *self._after_resend(held, code, faults))

    def _begin_anew(self) -> None:
        """As it was when queued; a database put back from a copy would be refused, and rightly."""
        db = database(self._root)
        for statement in (
            """UPDATE deliveries SET state = 'queued', lease_id = NULL, attempts = 0, reason = '',
                      reply = '', due_at = '2026-11-02T09:00:00Z'""",
            "DELETE FROM leases",
            "UPDATE issues SET state = 'queued', sent_at = NULL",
        ):
            db.execute(statement)
        db.close()
        self._relay.inbox.clear()

    def _hold(self, in_doubt: str) -> None:
        toml = (self._root / "alerts.toml").read_text(encoding="utf-8")
        other = {"hold": "resend", "resend": "hold"}[in_doubt]
        changed = toml.replace(f'in_doubt = "{other}"', f'in_doubt = "{in_doubt}"')
        (self._root / "alerts.toml").write_text(changed, encoding="utf-8")

    def _after_hold(self) -> tuple[int, list[str]]:
        states = self._states()
        taken = Counter(self._relay.recipients)
        held = {email for email, state in states.items() if state == "in_doubt"}
        broken = {
            "more than one held": len(held) > 1,
            "repeated though held": max(taken.values(), default=0) > 1,
            "lost": set(self._emails) - set(taken) - held,
            "open": {s for s in states.values() if s not in ("sent", "in_doubt")},
            "taken, and not in the books": {
                e for e in taken if states[e] not in ("sent", "in_doubt")
            },
        }
        return len(held), [name for name, what in broken.items() if what]

    def _after_resend(self, held: int, code: int, faults: list[str]) -> tuple[int, tuple[str, ...]]:
        copies: dict[str, set[bytes]] = {}
        for taken in self._relay.inbox:
            copies.setdefault(taken.recipient, set()).add(taken.octets)
        repeated = len(self._relay.inbox) - len(copies)
        broken = {
            f"ended with {code}": code != 0,
            "lost": set(self._emails) - set(copies),
            "not all sent": {s for s in self._states().values() if s != "sent"},
            "repeated without doubt": repeated > held,
            "repeated with other octets": any(len(octets) > 1 for octets in copies.values()),
        }
        return repeated, (*faults, *(name for name, what in broken.items() if what))

    def _states(self) -> dict[str, str]:
        connection = sqlite3.connect(self._path)
        found = connection.execute(
            "SELECT s.email, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
        ).fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        return dict(found)


@contextmanager
def field(folder: Path) -> Iterator[Field]:
    """The field, ready; everything ended afterwards."""
    with Relay() as relay:
        environment = os.environ | {
            "ALERTS_DELIVERY__RELAY": relay.url,
            "ALERTS_DELIVERY__CONNECTIONS": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-m", "tests.mortal"]
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as mortal:
            yield Field(folder, relay, mortal)
            assert mortal.stdin
            mortal.stdin.close()


def points(place: Field, step: str, when: str, numbers: Iterable[int]) -> Iterator[Point]:
    """What came of each of those, until the step is not reached so often any more."""
    for nth in numbers:
        found = place.kill(step, when, nth)
        if found is None:
            return
        yield found


def main() -> None:
    """Every point, and a table."""
    print(
        "| killed | times | taken by then | held | repeated | broken |\n|---|---|---|---|---|---|"
    )
    broken = 0
    with tempfile.TemporaryDirectory() as folder, field(Path(folder)) as place:
        for step, about in STEPS.items():
            for when in ("before", "after"):
                found = list(points(place, step, when, count(1)))
                faults = [f"{one.nth}: {fault}" for one in found for fault in one.faults]
                broken += len(faults)
                cells = (
                    f"{when} {about}",
                    len(found),
                    sum(one.taken_before for one in found),
                    sum(one.held for one in found),
                    sum(one.repeated for one in found),
                    "; ".join(faults) or "nothing",
                )
                print(f"| {' | '.join(map(str, cells))} |", flush=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
