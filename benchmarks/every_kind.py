"""Every kind of mail at once, under kill -9: `python -m benchmarks.every_kind [N]`, N recalls (400).

Each trial owes its readers an issue of a month and a special alert, and welcomes to people who confirm in
between. `alerts send` sends them all, as a process of its own, to a real relay. While it does,

- it is killed at random moments and started again;
- either issue is recalled from another process, mended and reissued, and goes on as the next version;
- readers leave;
- in each fifth trial the send window of a third of the readers closes, and that of others is closed at first;
- those who have a version that was recalled are sent a correction, and it is killed again.

At the end all windows are open. The relay's log is held against the promise (docs/delivery-proof.md):
of each issue each reader who stayed has one version, once; nobody has a correction but those who had the
mistake, and each of them; a welcome is never repeated; no body begins after a recall or an unsubscribe was
answered or a window closed, but for the one that each connection was in the middle of.
"""

import argparse
import os
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, product
from pathlib import Path

from alerts.config.load import load
from alerts.domain.address import Address
from alerts.domain.month import Month
from alerts.outbox import recall
from alerts.outbox.queue import queue
from alerts.store.lock import project_lock
from alerts.subscribers import confirmation
from alerts.subscribers.confirmation import SignUp
from benchmarks.recalls import Forked, Project, environment
from tests.factories import add_subscribers, database
from tests.relay import Relay, Said, Taken

MONTH = "2026-10"
CELLS = tuple(product((4, 1), ("resend", "hold")))  # connections, in_doubt
STEP = 8  # most messages between two acts
ROUNDS = 5  # of a trial: most of its recalls have something to stop
CLOSING, CLOSED = "es", "fr"  # readers of these languages have windows
_MARKS = (  # what a message is by its words, the first that fits; and of which version
    ("correction", re.compile(rb"Mended[ _](\d+)z")),
    ("welcome", re.compile(rb"Subject: Welcome to ()")),
    ("question", re.compile(rb"Subject: Please confirm your subscription()")),
    ("special", re.compile(rb"Call[ _](\d+)z")),
    ("month", re.compile(rb"Number[ _](\d+)z")),
)


def what(octets: bytes) -> tuple[str, int]:
    """The kind of a message, and the version that it is of or corrects."""
    whole = octets.replace(b"=\r\n", b"")
    for kind, mark in _MARKS:
        if match := mark.search(whole):
            return kind, int(match[1] or 0)
    raise AssertionError(f"the relay took what nobody sent: {whole[:400]!r}")


@dataclass
class Trial:
    """What one trial came to."""

    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Kinds:
    """One project, its relay, and what its readers have been told by when."""

    def __init__(self, folder: Path, seed: int, readers: int, connections: int) -> None:
        self.project = Project(folder / "project")
        self.chance, self.connections = random.Random(seed), connections
        self.found = Trial()
        self.begun: dict[str, list[float]] = defaultdict(list)
        self.left: dict[str, float] = {}  # when leaving was answered
        self.doubtful: set[tuple[str, str]] = set()  # whose copy of what was ever in doubt
        self.answered: dict[tuple[str, int], float] = {}  # when the recall of a version was
        self.joined: list[str] = []
        self.closes = 0.0  # when a window closes in mid-send, if one does
        self.emails, self.special = self._prepared(readers)
        self.keys = {"month": MONTH, "special": self.special}
        self.versions = {"month": 1, "special": 1}
        self.wrong: set[str] = (
            set()
        )  # who has a copy that was recalled, at the time of the correction

    def _prepared(self, readers: int) -> tuple[list[str], str]:
        call = self.project.call
        call("init", str(self.project.root), project=False)
        call("article", "add", "--month", MONTH, "--url", "https://www.example.org/number",
             "--title", "Number 1z")  # fmt: skip
        with closing(database(self.project.root)) as db:
            emails = add_subscribers(db, readers)
            db.execute("UPDATE subscribers SET language = ? WHERE id % 3 = 0", [CLOSING])
            db.execute("UPDATE subscribers SET language = ? WHERE id % 7 = 1", [CLOSED])
        special = call("issue", "new", "--special", "Call to action")[1].strip()
        call("issue", "letter", "en", "--issue", special, "--text", "Call 1z")
        for key in (MONTH, special):
            code, told = call("queue", "--issue", key)
            assert code == 0, told
        return emails, special

    def heard(self, stage: str, recipient: str, _nth: int) -> Said:
        """The script of the relay: notes each body that begins."""
        if stage == "body":
            self.begun[recipient].append(time.monotonic())
        return None

    def readers_of(self, *languages: str) -> set[str]:
        """Whose language is one of those."""
        rows = self.rows(
            "SELECT email FROM subscribers WHERE language IN (SELECT value FROM json_each(?))",
            f"[{','.join(f'{chr(34)}{one}{chr(34)}' for one in languages)}]",
        )
        return {str(row[0]) for row in rows}

    def rows(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says, in SQL."""
        with closing(sqlite3.connect(self.project.root / "subscribers.db", timeout=30)) as found:
            return list(found.execute(question, values))

    def books(self) -> list[tuple[object, ...]]:
        """Kind of issue, address, state and version of each delivery."""
        return self.rows(
            """SELECT i.kind, s.email, d.state, e.version FROM deliveries AS d
                 JOIN issues AS i ON i.id = d.issue_id JOIN subscribers AS s ON s.id = d.subscriber_id
                 JOIN editions AS e ON e.id = d.edition_id"""
        )

    def send(self) -> Forked:
        """All that is owed, in another process."""
        arguments = ["-q", "--project", str(self.project.root), "send"]
        return Forked(arguments, self.project.root.parent / "told")

    def sent_until(self, relay: Relay, *acts: Callable[[], None]) -> None:
        """Start a send, and do each of the acts some messages later than the last."""
        process, pause = self.send(), threading.Event()
        for act in acts:
            target = len(relay.inbox) + self.chance.randint(1, STEP)
            while process.poll() is None and len(relay.inbox) < target:
                pause.wait(0.001)
            pause.wait(self.chance.random() * 0.01)
            if act == self.kill:
                process.kill()
                self.found.counted["kills"] += process.wait()[0] == -9
                self._note_doubt()
                process = self.send()
            else:
                self.found.counted["acts in mid-send"] += process.poll() is None
                act()
        code, told = process.wait()
        if "Traceback" in told or code not in (0, 1, 75):
            self.found.faults.append(f"send ended with {code}: {told}")
        self._note_doubt()

    def kill(self) -> None:
        """A mark for `sent_until`."""
        raise NotImplementedError

    def _note_doubt(self) -> None:
        self.doubtful |= {(str(kind), str(who)) for kind, who, state, _ in self.books()
                          if state in ("in_doubt", "sending")}  # fmt: skip

    def leave(self) -> None:
        """One reader leaves; from the answer on they get nothing."""
        email = self.chance.choice([one for one in self.emails if one not in self.left])
        assert self.project.call("subscriber", "unsubscribe", email)[0] == 0
        self.left[email] = time.monotonic()

    def join(self) -> None:
        """Somebody confirms, and is owed a welcome."""
        email, now = f"joined{len(self.joined)}@d{len(self.joined)}.example.org", datetime.now(UTC)
        with closing(database(self.project.root)) as db:
            wish = SignUp(Address.parse(email), "", "en", "yes", "https://example.org/join")
            confirmation.ask_to_join(db, wish, now)
            (number,) = db.execute(
                "SELECT id FROM confirmations WHERE email = ?", [email]
            ).fetchone()
            within = timedelta(days=1)
            confirmation.confirm(db, number, now, within=within, welcome=True)
        self.joined.append(email)

    def recall(self, kind: str) -> Callable[[], None]:
        """An act that recalls it from here, while another process sends it."""

        def act() -> None:
            code, _ = self.project.call("issue", "recall", "--issue", self.keys[kind], "--why", "x")
            if code == 2:  # everything had left before
                return
            if code:
                self.found.faults.append(f"recall of {kind}: {code}")
            self.answered[kind, self.versions[kind]] = time.monotonic()
            self.found.counted["recalls"] += 1

        return act

    def mend(self) -> None:
        """What was recalled is edited and reissued as the next version."""
        for kind, key in self.keys.items():
            if (kind, self.versions[kind]) not in self.answered:
                continue
            self._note_doubt()
            self.versions[kind] += 1
            number = self.versions[kind]
            if kind == "month":
                article = self.project.json("article", "list", "--month", key)[0]["id"]
                words = ("article", "edit", article, "--month", key, "--title", f"Number {number}z")
            else:
                words = ("issue", "letter", "en", "--issue", key, "--text", f"Call {number}z")
            assert self.project.call(*words)[0] == 0
            self._reissue(Month.parse(key))
            self.found.counted["reissues"] += 1

    def _reissue(self, month: Month) -> None:
        """As `alerts issue reissue`, without the picture that other sites show (seconds)."""
        with closing(database(self.project.root)) as db:
            settings, now = load(self.project.root, os.environ), datetime.now(UTC)
            with project_lock(settings.database_path, "issue reissue", now):
                recall.settle_left(db, now)
                assert not recall.held_elsewhere(db, month, now)
                assert not queue(db, settings, month, now, mended=True).already

    def correct(self) -> None:
        """Those who have a version of the month that was recalled are told what is right."""
        recalled = {version for kind, version in self.answered if kind == "month"}
        if not recalled:
            return
        self.wrong = {
            str(who) for kind, who, state, version in self.books()
            if kind == "month" and version in recalled and state in ("sent", "in_doubt")
            and who not in self.left
        }  # fmt: skip
        self.sure = {
            str(who) for kind, who, state, version in self.books()
            if kind == "month" and version in recalled and state == "sent" and who not in self.left
        }  # fmt: skip
        text = ("--text", "en=Mended 1z", "--yes")
        code, told = self.project.call("issue", "correct", "--month", MONTH, *text)
        if code:
            self.found.faults.append(f"correct: {code} {told}")
        self.found.counted["corrections"] += 1

    def windows(self, *, closing: bool) -> dict[str, str]:
        """Settings in which one language's window is closed; with `closing` another's closes at the next full
        minute, and this waits until it is near."""
        now = datetime.now(UTC)
        closes = (now + timedelta(seconds=63)).replace(second=0, microsecond=0)
        opens, far = closes - timedelta(hours=2), closes + timedelta(hours=4)
        days = 'days = "mon-sun"'
        closed = f'{CLOSED} = {{ open = "{far:%H:%M}-{far + timedelta(hours=1):%H:%M}", {days} }}'
        hours = f'{CLOSING} = {{ open = "{opens:%H:%M}-{closes:%H:%M}", {days} }}'
        if closing:
            self.closes = time.monotonic() + (closes - now).total_seconds()
            threading.Event().wait(max(0.0, self.closes - time.monotonic() - 3.0))
        told = ", ".join([closed, hours] if closing else [closed])
        return {"ALERTS_WINDOWS__LANGUAGES": f"{{ {told} }}"}

    # What came of it

    def judge(self, relay: Relay, in_doubt: str) -> None:
        """Hold what the relay took against the promise."""
        wrong, counted = self.found.faults, self.found.counted
        copies: dict[tuple[str, str], list[Taken]] = defaultdict(list)
        for taken in relay.inbox:
            copies[what(taken.octets)[0], taken.recipient].append(taken)
        counted["accepted"] = len(relay.inbox)
        bound = counted["kills"] * self.connections
        held = {(str(k), str(who)) for k, who, state, _ in self.books() if state == "in_doubt"}
        counted["held"] = len(held)
        wrong += self._lost(copies, held)
        for (kind, who), mine in copies.items():
            if len({one.octets for one in mine}) > 1:
                wrong.append(f"two versions or differing octets of {kind}: {who}")
            if kind == "correction" and who not in self.wrong:
                wrong.append(f"a correction to {who}, who had no mistake")
            if kind == "welcome" and len(mine) > 1:
                wrong.append(f"{len(mine)} welcomes: {who}")
            counted["repeated"] += len(mine) - 1
        states = {(str(k), str(who)): (state, version) for k, who, state, version in self.books()}
        for (kind, who), mine in copies.items():
            if kind == "welcome":
                continue
            state, version = states.get((kind, who), ("nothing", 0))
            if state not in ("sent", "in_doubt"):
                wrong.append(f"sent, and {state} in the books: {kind} {who}")
            if kind != "correction" and what(mine[0].octets)[1] != version:
                wrong.append(f"in the books as version {version} of {kind}: {who}")
        if counted["repeated"] > (bound if in_doubt == "resend" else 0):
            wrong.append(f"repeated {counted['repeated']} times after {counted['kills']} kills")
        if len(held) > (bound if in_doubt == "hold" else 0):
            wrong.append(f"{len(held)} held after {counted['kills']} kills")
        wrong += self._late(relay)

    def _lost(
        self, copies: dict[tuple[str, str], list[Taken]], held: set[tuple[str, str]]
    ) -> Iterator[str]:
        """Who did not get what they are owed."""
        owed = [(kind, who) for kind in self.keys for who in self.emails if who not in self.left]
        owed += [("correction", who) for who in self.sure_and_stayed()]
        yield from (f"lost: {kind} {who}" for kind, who in owed
                    if (kind, who) not in copies and (kind, who) not in held)  # fmt: skip
        missing = sum(("welcome", who) not in copies for who in self.joined)
        self.found.counted["welcomes"] += len(self.joined)
        self.found.counted["welcomes not known to have arrived"] += missing
        if missing > self.found.counted["kills"]:
            yield f"{missing} welcomes lost by {self.found.counted['kills']} kills"

    def sure_and_stayed(self) -> Iterable[str]:
        """Who is owed the correction for certain."""
        return getattr(self, "sure", set()) - set(self.left)

    def _late(self, relay: Relay) -> Iterator[str]:
        """What began after a recall, an unsubscribe or a closing, beyond one a connection each."""
        closing_, closed = self.readers_of(CLOSING), self.readers_of(CLOSED)
        nth: Counter[str] = Counter()
        late: dict[str, Counter[int]] = defaultdict(Counter)
        for taken in relay.inbox:
            who, (kind, version) = taken.recipient, what(taken.octets)
            at = self.begun[who][min(nth[who], len(self.begun[who]) - 1)]
            nth[who] += 1
            if at >= self.left.get(who, at + 1):
                late["an unsubscribe"][taken.connection] += 1
            if self.closes and self.closes <= at < self.opened and who in closing_:
                late["a closing"][taken.connection] += 1
            if self.opened and at < self.opened and who in closed:
                yield f"mailed while their window was closed: {who}"
            if (
                at >= self.answered.get((kind, version), at + 1)
                and (kind, who) not in self.doubtful
            ):
                late[f"the recall of version {version} of {kind}"][taken.connection] += 1
        for after, by_connection in late.items():
            self.found.counted["begun late"] += sum(by_connection.values())
            most = len(self.left) if after == "an unsubscribe" else 1
            if max(by_connection.values()) > most or len(by_connection) > most * self.connections:
                yield f"begun after {after}: {dict(by_connection)}"

    opened = 0.0  # when all windows were opened


@dataclass(frozen=True, slots=True)
class Plan:
    """What one trial is made of; `rounds` of sends in which both issues are recalled, mended and reissued.

    `closed`: one language's window is closed until the end; `closing`: another's closes in mid-send, which
    takes up to a minute of waiting.
    """

    seed: int
    readers: int
    connections: int
    in_doubt: str
    rounds: int = ROUNDS
    closed: bool = False
    closing: bool = False
    delay: float = 0.01


@contextmanager
def lived(folder: Path, plan: Plan) -> Iterator[tuple[Kinds, Relay]]:
    """One life of a project with every kind of mail, to be judged."""
    with environment(
        ALERTS_ALERT__LANGUAGES="en",
        ALERTS_DELIVERY__CONNECTIONS=str(plan.connections),
        ALERTS_DELIVERY__IN_DOUBT=plan.in_doubt,
        PYTHONPATH=os.pathsep.join(sys.path),
        XDG_STATE_HOME=str(folder / "state"),
    ):
        one = Kinds(folder, plan.seed, plan.readers, plan.connections)
        with Relay(script=one.heard, delay=plan.delay) as relay:
            os.environ["ALERTS_DELIVERY__RELAY"] = relay.url
            if plan.closed or plan.closing:
                with environment(**one.windows(closing=plan.closing)):
                    _while_closed(one, relay)
                one.opened = time.monotonic()
                one.found.counted["openings"] = 1
            for _ in range(plan.rounds):
                _recalled_in_mid_send(one, relay)
            one.sent_until(relay, one.join, one.kill, one.leave)
            one.sent_until(relay)
            one.correct()
            one.sent_until(relay, one.kill, one.leave, one.join)
            one.sent_until(relay)
            one.sent_until(relay)
            yield one, relay


def _while_closed(one: Kinds, relay: Relay) -> None:
    """A recall while the windows of some are closed, and of others about to close; then nothing goes."""
    _recalled_in_mid_send(one, relay)
    while time.monotonic() < one.closes:
        one.sent_until(relay)
        threading.Event().wait(0.2)
    one.sent_until(relay, one.kill)
    one.sent_until(relay)
    early = len(relay.inbox)
    waiting = [who for _, who, state, _ in one.books() if state == "queued"]
    one.found.counted["waited for a window"] = len(waiting)
    one.sent_until(relay)  # nothing comes of it, the windows are closed
    if len(relay.inbox) != early:
        one.found.faults.append("mailed by a send while all windows were closed")
    if not waiting:
        one.found.faults.append("nobody waited for a window: this proves nothing about them")


def _recalled_in_mid_send(one: Kinds, relay: Relay) -> None:
    acts = [one.leave, one.join, one.recall("month"), one.recall("special"), one.kill, one.kill]
    one.chance.shuffle(acts)
    one.sent_until(relay, *acts)
    one.mend()


def trial(folder: Path, plan: Plan) -> Trial:
    """One such life, held against the promise."""
    with lived(folder, plan) as (one, relay):
        one.judge(relay, plan.in_doubt)
    return one.found


def run(recalls: int, first: int, readers: int, windows: int) -> int:
    """Trials one after the other until there were so many recalls, each `windows`th of them with send windows
    (0: none); prints what they came to, and returns how many promises broke."""
    total: Counter[str] = Counter()
    broken: list[str] = []
    began = time.monotonic()
    for seed in count(first):
        connections, in_doubt = CELLS[seed % len(CELLS)]
        closed = bool(windows) and seed % windows == 0
        plan = Plan(seed, readers, connections, in_doubt, closed=closed, closing=closed)
        with tempfile.TemporaryDirectory() as folder:
            found = trial(Path(folder), plan)
        total += found.counted + Counter(trials=1)
        broken += [f"seed {seed}: {fault}" for fault in found.faults]
        told = found.faults or "holds"
        print(f"seed {seed}: {total['recalls']} recalls: {told}", flush=True)
        if total["recalls"] >= recalls:
            break
    print(", ".join(f"{name}: {number:,}" for name, number in sorted(total.items())))
    print(f"{time.monotonic() - began:.0f} s; broken: {broken or 'nothing'}", flush=True)
    return len(broken)


def main() -> None:
    """Run the trials of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recalls", type=int, nargs="?", default=400)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--readers", type=int, default=120)
    parser.add_argument(
        "--windows",
        type=int,
        default=5,
        metavar="N",
        help="each Nth trial has send windows, and waits a minute for one to close; 0: none",
    )
    options = parser.parse_args()
    broken = run(options.recalls, options.first, options.readers, options.windows)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
