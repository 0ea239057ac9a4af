"""The location of a database file, and the generation markers outside of it (docs/adr/0010).

A location consists of facts that a copy does not share: the file's inode, and ids of the machine. A
generation marker is a small file outside the database that holds its generation: one beside it, which
detects a database that is put back alone, and one in the user's state folder, which detects a whole
folder that is put back or copied on one machine. A missing marker proves nothing.
"""

import hashlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from alerts.domain.open_transaction import outside
from alerts.text.atomic_file import atomic_file

_MACHINE = {  # files with the ids of a machine, where they can be read
    "machine": Path("/etc/machine-id"),
    "hardware": Path("/sys/class/dmi/id/product_uuid"),  # readable only by root
    "instance": Path("/var/lib/cloud/data/instance-id"),
}
_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True, slots=True)
class InstanceLocation:
    """The location of a database file: `host` and `path` for messages, the rest for comparing.

    `file` is the inode, `volume` the file system's id, `machine` hashes by kind of fact.
    """

    host: str
    path: str
    file: int
    volume: int
    machine: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Path) -> "InstanceLocation":
        """The location of an existing file on this machine."""
        path = database.resolve()
        volume = os.statvfs(path).f_fsid
        return cls(socket.gethostname(), str(path), path.stat().st_ino, volume, _machine())

    @classmethod
    def from_json(cls, text: str) -> "InstanceLocation":
        """The inverse of `to_json`."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """As JSON, for the database."""
        return json.dumps(asdict(self), sort_keys=True)

    def same(self, other: "InstanceLocation") -> bool:
        """True for the same file on the same machine, even if it was renamed.

        A file system without a permanent id counts as the same one on a machine that is the same.
        """
        common = self.machine.keys() & other.machine.keys()
        if self.file != other.file or any(self.machine[f] != other.machine[f] for f in common):
            return False
        return self.volume == other.volume or (bool(common) and self.path == other.path)

    def __str__(self) -> str:
        return f"{self.path} on {self.host}"


def _machine() -> dict[str, str]:
    """Hashes of this machine's ids; none in a container, where they change at every start."""
    if any(mark.exists() for mark in _CONTAINER):
        return {}
    facts = {}
    for name, path in _MACHINE.items():
        with suppress(OSError):  # most machines lack one or two of them, or do not let us read them
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            if text and text != "uninitialized":
                facts[name] = hashlib.sha256(f"alerts {name} {text}".encode()).hexdigest()[:16]
    return facts


@dataclass(frozen=True, slots=True)
class GenerationMarker:
    """The generation and location of a project's database at its last send; `queued` is the latest
    month of which an issue was queued, or empty."""

    project: str
    generation: int
    place: str
    queued: str


def read_markers(database: Path, project: str) -> Iterator[GenerationMarker]:
    """The readable generation markers; the one beside the database may be of another project."""
    for path in _marker_paths(database, project):
        with suppress(OSError, ValueError, KeyError, TypeError):
            document = json.loads(path.read_text(encoding="utf-8"))
            yield GenerationMarker(
                str(document["project"]),
                int(document["generation"]),
                str(document["place"]),
                str(document["queued"]),
            )


def write_markers(database: Path, project: str, generation: int, queued: str) -> None:
    """Write the generation markers; one whose folder cannot be written is left out."""
    outside("generation markers are written")
    document = {
        "project": project,
        "generation": generation,
        "queued": queued,
        "place": str(InstanceLocation.of(database)),
        "about": "alerts: tells an old copy of the database from the one that sent last",
    }
    for path in _marker_paths(database, project):
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with atomic_file(path) as out:
                out.write(f"{json.dumps(document, indent=1)}\n".encode())


def _marker_paths(database: Path, project: str) -> tuple[Path, ...]:
    """The paths of a project's generation markers."""
    beside = database.with_name(f"{database.name}.home")
    # the project's name as a file name (X17)
    name = hashlib.sha256(project.encode()).hexdigest()[:16]
    return (beside, state_folder() / f"{name}.json")


def state_folder() -> Path:
    """The user's state folder, by the XDG base directory specification."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(state) / "alerts"
