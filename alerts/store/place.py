"""The place where a database lives, and the witnesses of how far it was when it last sent.

A place is told by facts that a copy does not share: the file's number on its file system, and what the
machine says of itself. A witness is a small file outside the database that holds its generation: one
beside it, for a database that is put back alone, and one in the user's state folder, for a whole folder
that is put back or copied on one machine. A witness that is missing says nothing. docs/adr/0010.
"""

import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

_MACHINE = {  # what tells machines apart, where it can be read
    "machine": Path("/etc/machine-id"),
    "hardware": Path("/sys/class/dmi/id/product_uuid"),  # by root alone
    "instance": Path("/var/lib/cloud/data/instance-id"),
}
_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database file lies: for people `host` and `path`, for comparing the rest.

    `file` is the inode, `volume` the file system's id, `machine` hashes by kind of fact.
    """

    host: str
    path: str
    file: int
    volume: int
    machine: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Path) -> "Place":
        """The place of an existing file on this machine."""
        path = database.resolve()
        volume = os.statvfs(path).f_fsid
        return cls(socket.gethostname(), str(path), path.stat().st_ino, volume, _machine())

    @classmethod
    def from_json(cls, text: str) -> "Place":
        """The inverse of `to_json`."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """As the database keeps it."""
        return json.dumps(asdict(self), sort_keys=True)

    def same(self, other: "Place") -> bool:
        """True where it is the same file on the same machine, so no copy, if perhaps renamed.

        A file system without a lasting id is taken for the same on a machine that is known to be.
        """
        common = self.machine.keys() & other.machine.keys()
        if self.file != other.file or any(self.machine[f] != other.machine[f] for f in common):
            return False
        return self.volume == other.volume or (bool(common) and self.path == other.path)

    def __str__(self) -> str:
        return f"{self.path} on {self.host}"


def _machine() -> dict[str, str]:
    """What this machine says of itself, hashed; a container's changes at every start, so nothing."""
    if any(mark.exists() for mark in _CONTAINER):
        return {}
    facts = {}
    for name, path in _MACHINE.items():
        with suppress(OSError):  # most machines lack one or two, or keep them from us
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            if text and text != "uninitialized":
                facts[name] = hashlib.sha256(f"alerts {name} {text}".encode()).hexdigest()[:16]
    return facts


@dataclass(frozen=True, slots=True)
class Witness:
    """How far a project's database was, and where, when it last sent; `queued` is the latest month
    of which an issue was queued, or empty."""

    project: str
    generation: int
    place: str
    queued: str


def witnesses(database: Path, project: str) -> Iterator[Witness]:
    """What can be read of them; the one beside the database may be of another project."""
    for path in _papers(database, project):
        with suppress(OSError, ValueError, KeyError, TypeError):
            document = json.loads(path.read_text(encoding="utf-8"))
            yield Witness(
                str(document["project"]),
                int(document["generation"]),
                str(document["place"]),
                str(document["queued"]),
            )


def testify(database: Path, project: str, generation: int, queued: str) -> None:
    """Write the witnesses; one whose folder cannot be written is left out."""
    document = {
        "project": project,
        "generation": generation,
        "queued": queued,
        "place": str(Place.of(database)),
        "about": "alerts: tells an old copy of the database from the one that sent last",
    }
    for path in _papers(database, project):
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, json.dumps(document, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    """Let a small file of our own appear complete, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _papers(database: Path, project: str) -> tuple[Path, ...]:
    """Where the witnesses of a project lie."""
    beside = database.with_name(f"{database.name}.home")
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    name = hashlib.sha256(project.encode()).hexdigest()[
        :16
    ]  # a file's name, whatever it holds (X17)
    return (beside, Path(state) / "alerts" / f"{name}.json")
