"""Power loss while issues are mended: `python -m benchmarks.power_kinds [N]`, N power losses (100).

As `benchmarks.power`, for every kind of mail: an issue of a month and a special alert are owed, some readers'
send window is closed; people confirm and are owed welcomes; both issues are recalled in mid-send, edited and
reissued, readers leave, and those who have the wrong version get a correction. All of that is real commands
in processes of their own, watched by the recorder (`power.c`). For each of many random moments the disk is
made as a power loss might have left it, and the same commands go on from there: what was recalled is mended
and reissued, the correction is asked for, everything is sent, with the windows open.

Held against the promise: a recall, a reissue and a leaving that were answered stand; nobody lost; nobody has
two versions of an issue, nor one twice beyond a copy a connection; a correction goes to those alone who may
have the mistake; a welcome is never repeated. Then the same on a disk that lies about receipts: they are not
flushed when it says so. If nothing breaks there, this proves nothing. With POWER_SLOW=20000 in the
environment each flush of receipts takes 20 ms longer, so that several run at a time. Needs cc, and Linux.
"""

import argparse
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.every_kind import what
from benchmarks.power import Survivors, damaged, survivors
from tests.disk import Disk
from tests.factories import add_subscribers, database
from tests.outage import Known, Send, Watch, compiled, lay, seen
from tests.relay import Relay, Taken

READERS, CONNECTIONS, MONTH = 60, 2, "2026-10"
JOIN = "from benchmarks.power_kinds import join; import sys; join(sys.argv[1], int(sys.argv[2]))"
CLOSED = '{ fr = { open = "00:00-00:01", days = "mon-sun" } }'
Copies = dict[tuple[str, str], list[tuple[str, int]]]  # kind and reader: digest and version of each


def join(root: str, number: int) -> None:
    """Somebody asks for a subscription and confirms it: they are owed a welcome."""
    from datetime import UTC, datetime, timedelta

    from alerts.domain.address import Address
    from alerts.subscribers import confirmation
    from alerts.subscribers.confirmation import SignUp

    email, now = f"joined{number}@example.net", datetime.now(UTC)
    with closing(database(Path(root))) as db:
        wish = SignUp(Address.parse(email), "", "en", "yes", "https://example.org/join")
        confirmation.ask_to_join(db, wish, now)
        (asked,) = db.execute("SELECT id FROM confirmations WHERE email = ?", [email]).fetchone()
        confirmation.confirm(db, asked, now, within=timedelta(days=1), welcome=True)


@dataclass
class World:
    """What the world knew when the power failed, by the notes of the log."""

    copies: Copies = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)  # kinds whose recall, or reissue, was
    leaving: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)


class _Story:
    """The commands of a month with a mistake, one after the other, all watched."""

    def __init__(self, folder: Path, recorder: Path, lies: str) -> None:
        self.watch = Watch(folder, recorder, lies, CONNECTIONS, "full")
        self.environment = self.watch.environment | {"ALERTS_ALERT__LANGUAGES": "en"}
        self._plain("init", str(self.watch.root), project=False)
        self._plain("article", "add", "--month", MONTH, "--url", "https://www.example.org/n",
                    "--title", "Number 1z")  # fmt: skip
        with closing(database(self.watch.root)) as db:
            self.emails = add_subscribers(db, READERS)
            db.execute("UPDATE subscribers SET language = 'fr' WHERE id % 7 = 1")
        self.special = self._plain("issue", "new", "--special", "Call to action").strip()
        self._plain("issue", "letter", "en", "--issue", self.special, "--text", "Call 1z")
        for key in (MONTH, self.special):
            self._plain("queue", "--issue", key)

    def _plain(self, *words: str, project: bool = True) -> str:
        command = self.watch.command(*words) if project else ["-m", "alerts", "-q", *words]
        command = command if project else [sys.executable, *command]
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def call(self, *words: str) -> int:
        """A watched command; its exit code."""
        return subprocess.run(
            self.watch.command(*words),
            env=self.environment | self.watch.watched,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode

    def live(self, chance: random.Random) -> None:
        """All of it, with a relay of its own."""
        note = self.watch.note
        with Relay(on_taken=self._taken, delay=0.02) as relay:
            self.environment["ALERTS_DELIVERY__RELAY"] = relay.url
            closed = {"ALERTS_WINDOWS__LANGUAGES": CLOSED}
            around = self.environment | self.watch.watched | closed
            with subprocess.Popen(self.watch.command("send"), env=around) as sender:
                stop = chance.randint(10, 30)
                while sender.poll() is None and len(relay.inbox) < stop:
                    time.sleep(0.005)
                for kind, key in (("month", MONTH), ("special", self.special)):
                    if self.call("issue", "recall", "--issue", key, "--why", "wrong") == 0:
                        note(answered=f"recall of {kind}")
                sender.wait()
            for number in range(2):
                done = subprocess.run([sys.executable, "-c", JOIN, str(self.watch.root), str(number)],
                                      env=self.environment | self.watch.watched)  # fmt: skip
                assert done.returncode == 0
                note(joined=f"joined{number}@example.net")
            for words in mended(self.special):
                assert self.call(*words) == 0, words
            note(answered="reissue")
            leaver = chance.choice(self.emails)
            note(leaving=leaver)
            if self.call("subscriber", "unsubscribe", leaver) == 0:
                note(left=leaver)
            assert self.call("send") == 0
            assert self.call(*CORRECTED) == 0
            assert self.call("send") == 0

    def _taken(self, message: Taken) -> None:
        kind, version = what(message.octets)
        digest = hashlib.sha256(message.octets).hexdigest()
        self.watch.note(taken=message.recipient, digest=digest, kind=kind, version=version)


CORRECTED = ("issue", "correct", "--month", MONTH, "--text", "en=Mended 1z", "--yes")


def mended(special: str) -> list[tuple[str, ...]]:
    """The commands that edit what was recalled, and reissue it."""
    return [
        ("article", "edit", "Number", "--month", MONTH, "--title", "Number 2z"),
        ("issue", "letter", "en", "--issue", special, "--text", "Call 2z"),
        ("issue", "reissue", "--month", MONTH),
        ("issue", "reissue", "--issue", special),
    ]


def world(send: Send, until: int) -> World:
    """What was noted before that event."""
    found = World()
    for event in send.events[:until]:
        note = json.loads(event.octets) if event.kind == "N" else {}
        match note:
            case {"taken": who, "digest": digest, "kind": kind, "version": version}:
                found.copies.setdefault((kind, who), []).append((digest, version))
            case {"answered": act}:
                found.answered.add(act)
            case {"leaving": who}:
                found.leaving.add(who)
            case {"left": who}:
                found.left.add(who)
            case {"joined": who}:
                found.joined.add(who)
    return found


def go_on(
    after: Survivors, send: Send, special: str, until: int, in_doubt: str, chance: random.Random
) -> Counter[str]:
    """Let the power fail before that event, mend and send to the end, and count what is not as promised."""
    lay(send, until, chance)
    path, then = send.root / "subscribers.db", world(send, until)
    found = Counter(damaged=int(damaged(path)))
    after.relay.inbox.clear()
    undone = 0
    with closing(sqlite3.connect(path)) as db:
        versions = dict(
            db.execute("SELECT kind, version FROM issues WHERE corrects IS NULL").fetchall()
        )
        undone += sum(
            versions[act.rpartition(" ")[2]] < 2 for act in then.answered if " of " in act
        )
    recalled = [
        key for key in (MONTH, special) if versions["special" if key == special else "month"] > 1
    ]
    for words in mended(special):
        if any(key in words for key in recalled):
            after.call(send, in_doubt, *words)
    if MONTH in recalled:
        after.call(send, in_doubt, *CORRECTED)
    for _ in range(2):
        code = after.call(send, in_doubt, "send")
    return (
        found
        + judged(send, then, after.relay.inbox, path, in_doubt)
        + Counter(undone=undone, refused=code not in (0, 1))
    )


def judged(
    send: Send, then: World, inbox: Sequence[Taken], path: Path, in_doubt: str
) -> Counter[str]:
    """What is not as promised, before and after the loss."""
    again: Copies = {}
    for taken in inbox:
        kind, version = what(taken.octets)
        digest = hashlib.sha256(taken.octets).hexdigest()
        again.setdefault((kind, taken.recipient), []).append((digest, version))
    with closing(sqlite3.connect(path)) as db:
        states = {(kind, email): state for kind, email, state in db.execute(
            """SELECT i.kind, s.email, d.state FROM deliveries AS d JOIN issues AS i ON i.id = d.issue_id
                 JOIN subscribers AS s ON s.id = d.subscriber_id""")}  # fmt: skip
    held = {key for key, state in states.items() if state == "in_doubt"}
    both: Mapping[tuple[str, str], list[tuple[str, int]]] = {
        key: [*then.copies.get(key, ()), *again.get(key, ())] for key in {*then.copies, *again}
    }
    owed = {(kind, who) for kind in ("month", "special") for who in send.emails}
    repeated = [key for key, copies in both.items() if len(copies) > 1]
    had_wrong = {who for (kind, who), copies in both.items()
                 if kind == "month" and any(version == 1 for _, version in copies)}  # fmt: skip
    corrected = {who for kind, who in both if kind == "correction"}
    may_have = had_wrong | {who for kind, who in held if kind == "month"}
    most = CONNECTIONS
    return Counter(
        lost=sum(
            key not in both and key not in held and key[1] not in then.leaving for key in owed
        ),
        open=sum(state in ("queued", "sending", "deferred") for state in states.values()),
        two_versions=sum(len(set(copies)) > 1 for copies in both.values()),
        beyond=max(0, len(repeated) - (most if in_doubt == "resend" else 0)),
        undue_held=max(0, len(held) - (most if in_doubt == "hold" else 0)),
        welcomes_twice=sum(kind == "welcome" for kind, _ in repeated),
        wrong_corrections=max(0, len(corrected - may_have) - most),
        mailed_after_leaving=sum(who in then.left for _, who in again),
        repeated=len(repeated),
        held=len(held),
        welcomes_missing=sum(("welcome", who) not in both for who in then.joined),
        corrected=len(corrected),
    )


BROKEN = ("damaged", "refused", "undone", "lost", "open", "two_versions", "beyond", "undue_held",
          "welcomes_twice", "wrong_corrections", "mailed_after_leaving")  # fmt: skip


def trial(recorder: Path, seed: int, losses: int, lies: str = "") -> Counter[str]:
    """One life of a month, and so many power losses in it; on a disk that `lies` about files that end so."""
    chance, total = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        story = _Story(Path(name).resolve(), recorder, lies)
        disk, start = Disk(Path(name).resolve() / "disk"), story.watch.log.stat().st_size
        story.live(chance)
        send = seen(story.watch, disk, Known(), start, story.emails, CONNECTIONS)
        with survivors(send, "full", ALERTS_ALERT__LANGUAGES="en") as after:
            for number in range(losses):
                until = chance.randint(send.began, len(send.events))
                in_doubt = ("resend", "hold")[number % 2]
                found = go_on(after, send, story.special, until, in_doubt, chance)
                broken = [name for name in BROKEN if found[name]]
                if broken and not lies:
                    print(f"life {seed}, event {until}, {in_doubt}: {broken}", flush=True)
                total += found + Counter(losses=1, wrong=bool(broken))
    return total


def main() -> None:
    """Power losses over some lives of a month; prints what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("losses", type=int, nargs="?", default=100)
    parser.add_argument("--lives", type=int, default=2, help="that they are spread over")
    options = parser.parse_args()
    total, began = Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        recorder = compiled(Path(made))
        for seed in range(options.lives):
            total += trial(recorder, seed, max(1, options.losses // options.lives))
        lied = trial(recorder, 0, max(10, options.losses // 10), "-receipts")
    print(", ".join(f"{name} {number:,}" for name, number in sorted(total.items())))
    print(
        f"{total['losses']} power losses, {total['wrong']} wrong; {time.monotonic() - began:.0f} s"
    )
    kinds = ", ".join(f"{name} {lied[name]}" for name in BROKEN if lied[name])
    if not lied["wrong"]:
        kinds = "nothing: this proves nothing"
    print(
        f"a disk that lies about receipts: {lied['losses']} power losses, {lied['wrong']} wrong ({kinds})"
    )
    os._exit(1 if total["wrong"] or not lied["wrong"] else 0)


if __name__ == "__main__":
    main()
