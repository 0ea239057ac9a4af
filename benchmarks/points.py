"""A kill at every step of a send: `python -m benchmarks.points` (rule T2).

The real `alerts send` is killed before and after the first, second, third … time that it writes to the
database, commits, writes or flushes a receipt, and sends to or hears from the relay; then it is run again,
first with `in_doubt = "hold"`, then with "resend". The same is done to a visit on the web that erases a
reader after a send was killed, at each statement and commit of it and of the fold that follows, and when
the receipts are cut. Meanwhile another web process is at work. Prints a table of what came of it.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from alerts import cli
from tests.factories import add_subscribers, database, queue_issue
from tests.mortal import STEPS
from tests.relay import Relay
from tests.visitor import add_reader, ask_last, status_of_last

READERS = 5
WEB_STEPS = ("statement", "commit", "cut")  # of a visit
_LATER, _TRIES = 75, 50  # the exit code of a command that found the lock taken


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
        self._visits = 0

    @contextmanager
    def web_at_work(self) -> Iterator[None]:
        """Meanwhile readers come and erase themselves, in a process of their own."""
        command = [sys.executable, "-m", "tests.visitor", str(self._root)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as visitor:
            yield
            out, _ = visitor.communicate()
        assert int(out) > 0, "nobody came"

    def send(self, *, month: str = "2026-10", **death: object) -> int:
        """One `alerts send`; its exit code. Tried again while a visitor's fold holds the lock."""
        arguments = ["-q", "--project", str(self._root), "send", "--month", month]
        for _ in range(_TRIES):
            code = self._order({"arguments": arguments} | death)
            if code != _LATER:
                break
        return code

    def _order(self, order: dict[str, object]) -> int:
        assert self._mortal.stdin
        assert self._mortal.stdout
        print(json.dumps(order), file=self._mortal.stdin, flush=True)
        return int(self._mortal.stdout.readline())

    def kill_visit(self, step: str, when: str, nth: int) -> Point | None:
        """A send dies with receipts on disk; then a visit that erases a reader dies there. None where
        that step is not reached so often."""
        self._begin_anew()
        self._hold("hold")
        assert self.send(step="receipt", when="after", nth=3) < 0
        self._visits += 1
        add_reader(self._root, f"gone.{self._visits}")
        visit = {"erase": str(self._root), "mailed": ask_last(self._root)}
        before = len(self._relay.inbox)
        answered = self._order(visit | {"step": step, "when": when, "nth": nth})
        erased = status_of_last(self._root) == "erased"
        faults = ["answered, and not erased"] if answered == 0 and not erased else []
        self.send()
        held, more = self._after_hold()
        self._hold("resend")
        code = self.send()
        if answered >= 0:
            return None
        return Point(step, when, nth, before, held, *self._after_resend(held, code, faults + more))

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


Kill = Callable[[str, str, int], Point | None]


def points(kill: Kill, step: str, when: str, numbers: Iterable[int]) -> Iterator[Point]:
    """What came of each of those, until the step is not reached so often any more."""
    for nth in numbers:
        found = kill(step, when, nth)
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
        broken += _table(place.kill, "", STEPS)
        with place.web_at_work():
            broken += _table(place.kill, "with the web at work, ", ("commit", "cut"))
        broken += _table(place.kill_visit, "a visit, ", WEB_STEPS)
    sys.exit(1 if broken else 0)


def _table(kill: Kill, what: str, steps: Iterable[str]) -> int:
    """A line for each step, before and after it; returns how many faults there were."""
    broken = 0
    for step in steps:
        for when in ("before", "after"):
            found = list(points(kill, step, when, count(1)))
            faults = [f"{one.nth}: {fault}" for one in found for fault in one.faults]
            broken += len(faults)
            cells = (
                f"{what}{when} {STEPS[step]}",
                len(found),
                sum(one.taken_before for one in found),
                sum(one.held for one in found),
                sum(one.repeated for one in found),
                "; ".join(faults) or "nothing",
            )
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return broken


if __name__ == "__main__":
    main()
