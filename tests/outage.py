"""Sends that are watched, for what a power loss would leave of them: the log that disk.py reads.

`benchmarks/power.c`, preloaded, writes down what a real `alerts send`, `alerts serve` and `alerts subscriber
unsubscribe` write and flush; we add what the relay heard and took, and who has left. So of each moment it
is known what was on disk for sure, and what the world had been told.
"""

import copy
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from alerts.mail.tokens import Purpose, sign
from alerts.store import link_numbers, signing_keys
from tests.disk import Disk, Event, entry, read
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.relay import Relay, Taken

READERS = 400
TRY_LATER = 75
CONNECTIONS = (3, 1, 4)  # of one send after the other
RECORDER = Path(__file__).parents[1] / "benchmarks" / "power.c"


def compiled(folder: Path) -> Path:
    """The recorder; ends the program in one line where it cannot be made."""
    made, remedy = folder / "power.so", "on Debian and Ubuntu: apt-get install gcc libc6-dev"
    compiler = shutil.which("cc")
    if compiler is None:
        sys.exit(f"benchmarks.power: no C compiler (cc); {remedy}")
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(made), str(RECORDER), "-ldl"]
    if subprocess.run(command).returncode:
        sys.exit(
            f"benchmarks.power: cc cannot compile {RECORDER.name}; it needs Linux, and {remedy}"
        )
    return made


@dataclass
class Known:
    """What was known to the world when the power failed, so many times by now.

    The last three count what the sends in between did that they must not.
    """

    losses: int = 0
    taken: dict[str, str] = field(default_factory=dict)  # digests by recipient
    acknowledged: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    differing: int = 0
    forgotten: int = 0
    late: int = 0


@dataclass(frozen=True)
class Send:
    """One send that was watched: the disk and the world before it, what was done, who was owed a message."""

    folder: Path
    disk: Disk
    before: Known
    events: Sequence[Event]
    began: int  # the first event at which the power may fail
    emails: Sequence[str]
    connections: int

    @property
    def root(self) -> Path:
        """The project."""
        return self.folder / "disk" / "project"


class Watch:
    """The log of one send, as the processes that are watched write it, and as we do."""

    def __init__(self, folder: Path, recorder: Path, lies: str, connections: int, synchronous: str):
        self.log = folder / f"power{len([*folder.glob('*.log')])}.log"
        self._log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.root = folder / "disk" / "project"
        self.environment = os.environ | {
            "ALERTS_DELIVERY__CONNECTIONS": str(connections),
            "ALERTS_DATABASE__SYNCHRONOUS": synchronous,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "XDG_STATE_HOME": str(folder / "disk" / "state"),
        }
        self.watched = {
            "LD_PRELOAD": str(recorder),
            "POWER_FOLDER": str(folder / "disk"),
            "POWER_LIES": lies,
            "POWER_LOG": str(self.log),
        }

    def note(self, **facts: object) -> None:
        """Say what is known at this moment of the log."""
        os.write(self._log, entry("N", 0, 0, json.dumps(facts).encode()))

    def command(self, *arguments: str) -> list[str]:
        """An `alerts` of this project."""
        return [sys.executable, "-m", "alerts", "-q", "--project", str(self.root), *arguments]

    def taken(self, message: Taken) -> None:
        """The relay takes it, and will say so."""
        digest = hashlib.sha256(message.octets).hexdigest()
        self.note(taken=message.recipient, digest=digest, connection=message.connection)

    def script(self, stage: str, recipient: str, _nth: int) -> None:
        """The relay hears of a body."""
        if stage == "body":
            self.note(body=recipient)


def record(folder: Path, recorder: Path, *, seed: int, synchronous: str, lies: str = "") -> Send:
    """Send an issue while readers leave, by command and by one click; all of it in a log."""
    connections = CONNECTIONS[seed % len(CONNECTIONS)]
    watch = Watch(folder, recorder, lies, connections, synchronous)
    subprocess.run(
        [sys.executable, "-m", "alerts", "-q", "init", str(watch.root)],
        env=watch.environment,
        check=True,
    )
    db = database(watch.root)
    emails = add_subscribers(db, READERS)
    queue_issue(watch.root, db)
    keys = signing_keys.all_secrets(db)
    db.close()
    disk = Disk(folder / "disk")
    environment = watch.environment | watch.watched
    with Relay(on_taken=watch.taken, script=watch.script, delay=0.02) as relay:
        environment["ALERTS_DELIVERY__RELAY"] = relay.url
        with _served(watch, environment) as pages:
            began = watch.log.stat().st_size
            leavers = _Leavers(watch, environment, pages, keys, emails, random.Random(seed))
            command, quiet = watch.command("send", "--month", str(MONTH)), subprocess.DEVNULL
            code = TRY_LATER
            while code == TRY_LATER:  # what `serve` begins with is a send, too, and watched as well
                with subprocess.Popen(command, env=environment, stderr=quiet) as sender:
                    leaving = threading.Thread(target=leavers.leave, args=(relay, sender))
                    leaving.start()
                    code = sender.wait()
                    leaving.join()
    assert code == 0, f"the send that was watched ended with {code}"
    return seen(watch, disk, Known(), began, emails, connections)


class _Leavers:
    """Readers who leave while an issue is sent, by the button of their mail program or by an admin."""

    def __init__(
        self,
        watch: Watch,
        environment: Mapping[str, str],
        pages: str,
        keys: Mapping[int, bytes],
        emails: Sequence[str],
        chance: random.Random,
    ) -> None:
        self._watch, self._environment, self._pages = watch, environment, pages
        self._keys, self._emails, self._chance = keys, emails, chance
        db = database(watch.root)
        self._numbers = {n: link_numbers.number_of(db, n) for n in range(1, len(emails) + 1)}
        db.close()
        self._gone: set[int] = set()

    def leave(self, relay: Relay, sender: "subprocess.Popen[bytes]") -> None:
        """One after the other, most often before their turn, until the sender has ended."""
        while sender.poll() is None:
            number = len(relay.inbox) + self._chance.randint(1, READERS // 3)
            if number <= READERS and number not in self._gone:
                self._gone.add(number)
                email = self._emails[number - 1]
                self._watch.note(leaving=email)
                by_admin = self._chance.random() < 0.2
                if self._command(email) if by_admin else self._one_click(number):
                    self._watch.note(left=email)
            with suppress(subprocess.TimeoutExpired):
                sender.wait(0.05)

    def _one_click(self, number: int) -> bool:
        newest = max(self._keys)
        token = sign(newest, self._keys[newest], Purpose.UNSUBSCRIBE, self._numbers[number])
        body = b"List-Unsubscribe=One-Click"
        with urllib.request.urlopen(f"{self._pages}/unsubscribe/{token}", body) as answer:
            return bool(answer.status == 200)

    def _command(self, email: str) -> bool:
        asked = self._watch.command("subscriber", "unsubscribe", email)
        quiet = subprocess.DEVNULL
        return subprocess.run(asked, env=self._environment, stdout=quiet).returncode == 0


def seen(
    watch: Watch,
    disk: Disk,
    before: Known,
    began: int,
    emails: Sequence[str],
    connections: int,
) -> Send:
    """What was watched; whoever does what the log says must get the files that are there."""
    folder, events = watch.log.parent, list(read(watch.log))
    there = {
        str(path): path.read_bytes() for path in (folder / "disk").rglob("*") if path.is_file()
    }
    told = disk.after(events, None)
    wrong = {path for path in {*there, *told} if there.get(path) != told.get(path)}
    assert not wrong, f"the log does not tell all that became of {sorted(wrong)}"
    first = next(n for n, event in enumerate(events) if event.position >= began)
    return Send(folder, disk, before, events, first, emails, connections)


@contextmanager
def _served(watch: Watch, environment: dict[str, str]) -> Iterator[str]:
    """The address of the public pages, their clock at rest."""
    quiet = {f"ALERTS_SCHEDULE__{act}": "" for act in ("COLLECT", "RUN", "SEND")}
    command = [part for part in watch.command("serve", "--port", "0") if part != "-q"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment | quiet
    ) as it:
        assert it.stderr is not None
        line = it.stderr.readline()
        yield f"http://127.0.0.1:{int(line.partition(' | ')[2].split()[1].rstrip('/,').rpartition(':')[2])}"
        it.terminate()
        it.stderr.read()


def known(send: Send, until: int) -> Known:
    """What was noted before that event."""
    notes = [json.loads(event.octets) for event in send.events if event.kind == "N"]
    over = {note["taken"]: note["connection"] for note in notes if "taken" in note}
    found, last = copy.deepcopy(send.before), dict[int, str]()
    found.losses += 1
    for event in send.events[:until]:
        if event.kind != "N":
            continue
        match json.loads(event.octets):
            case {"taken": email, "digest": digest, "connection": connection}:
                found.forgotten += email in send.before.acknowledged
                found.late += email in send.before.left
                found.differing += found.taken.get(email, digest) != digest
                found.taken[email] = digest
                last[connection] = email
            case {"body": email} if over[email] in last:
                found.acknowledged.add(last[over[email]])
            case {"leaving": email}:
                found.leaving.add(email)
            case {"left": email}:
                found.left.add(email)
    return found


def lay(send: Send, until: int, chance: random.Random) -> None:
    """Have the disk as it may be after a power loss before that event.

    The database stays the file that it is, as it does on a disk: another would be a copy (ADR 10).
    """
    files = send.disk.after(send.events[:until], chance)
    for path in (send.folder / "disk").rglob("*"):
        if path.is_file() and str(path) not in files:
            path.unlink()
    for name, octets in files.items():
        Path(name).write_bytes(octets)


def record_again(
    send: Send, until: int, recorder: Path, synchronous: str, chance: random.Random
) -> Send:
    """Let the power fail before that event, and watch how the next send goes on."""
    lay(send, until, chance)
    watch = Watch(send.folder, recorder, "", send.connections, synchronous)
    disk = Disk(send.folder / "disk")
    with Relay(on_taken=watch.taken, script=watch.script, delay=0.005) as relay:
        environment = watch.environment | watch.watched | {"ALERTS_DELIVERY__RELAY": relay.url}
        command = watch.command("send", "--month", str(MONTH))
        code = subprocess.run(command, env=environment).returncode
    assert code == 0, f"the send after a power loss ended with {code}"
    return seen(watch, disk, known(send, until), 0, send.emails, send.connections)
