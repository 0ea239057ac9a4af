"""Documents at a path that an admin named: a file, or a folder of Markdown files as one document.

Reads octets without parsing them. Reads nothing outside the folder, not even by symbolic links (rule
X17), and only regular files, because a pipe or a device has no end.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from alerts.domain.errors import FetchError, InputError
from alerts.sources.document import Fetched
from alerts.text.network_faults import system_words

_MOST_FILES = 2000
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_MOST_OCTETS = 64_000_000  # octets of all files of a folder together


class PackedFile(NamedTuple):
    """A file of a folder: its path for messages, its name in the folder, and its octets or the fault."""

    shown: str
    name: str
    octets: bytes
    fault: str


def local_document(location: str, path: Path, most: int) -> Fetched:
    """The file at `path`, of at most `most` octets; raises `FetchError`."""
    try:
        if path.is_dir():
            raise FetchError(f"{location}: this is a folder; use --kind folder")
        return Fetched("", "", _octets(location, path, most))
    except OSError as fault:
        raise FetchError(f"{location}: {system_words(fault)}") from fault


def local_folder(location: str, folder: Path, most: int) -> Fetched:
    """The Markdown files of a folder, ordered by path, packed into one document (`parts`).

    A file that cannot be read, or is larger than `most` octets, is packed with the reason. Raises
    `InputError` where there is no such folder, or its content is too large.
    """
    if not folder.is_dir():
        raise InputError(f"{location}: no such folder")
    files: list[PackedFile] = []
    for path in _paths(folder):
        octets, reason = b"", ""
        try:
            octets = _octets(str(path), path, most)
        except FetchError as fault:
            reason = str(fault)
        except OSError as fault:
            reason = f"{path}: {system_words(fault)}"
        name = path.relative_to(folder).as_posix()
        files.append(PackedFile(str(path), name, octets, reason))
    if sum(len(file.octets) for file in files) > _MOST_OCTETS:
        raise InputError(f"{location}: larger than {_MOST_OCTETS} octets in all; split the folder")
    return Fetched("", "", packed(files, pictures=_pictures(folder)))


def packed(
    files: Iterable[PackedFile], *, pictures: Iterable[str] = (), notes: Iterable[str] = ()
) -> bytes:
    """Files as one document, with the names of the pictures beside them, and notes for a person."""
    kept = list(files)
    heads = [(file.shown, file.name, len(file.octets), file.fault) for file in kept]
    head = json.dumps([heads, sorted(pictures), list(notes)]).encode()
    return b"\n".join((head, b"".join(file.octets for file in kept)))


def parts(document: bytes) -> Iterator[PackedFile]:
    """Yield the files of a packed folder."""
    head, _, octets = document.partition(b"\n")
    at = 0
    for shown, name, length, fault in json.loads(head)[0]:
        yield PackedFile(shown, name, octets[at : at + length], fault)
        at += length


def pictures_beside(document: bytes) -> frozenset[str]:
    """The names of the pictures in a packed folder; their octets are not in it."""
    return frozenset(json.loads(document.partition(b"\n")[0])[1])


def notes_of(document: bytes) -> tuple[str, ...]:
    """The notes for a person in a packed document."""
    return tuple(json.loads(document.partition(b"\n")[0])[2])


def picture_in(folder: Path, name: str) -> Path | None:
    """The picture of that name, if it is a file whose true place is in the folder."""
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def _pictures(folder: Path) -> Iterator[str]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() in _PICTURES)
    for path in islice(found, _MOST_FILES):
        if picture_in(folder, name := path.relative_to(folder).as_posix()):
            yield name


def _octets(shown: str, path: Path, most: int) -> bytes:
    if path.exists() and not path.is_file():
        raise FetchError(f"{shown}: is not a regular file")
    with path.open("rb") as file:
        octets = file.read(most + 1)
    if len(octets) > most:
        raise FetchError(f"{shown}: larger than {most} octets (sources.max_bytes)")
    return octets


def _paths(folder: Path) -> Iterator[Path]:
    """The Markdown files whose real path is in the folder, without hidden files and READMEs."""
    root = folder.resolve()
    found = 0
    for path in sorted(folder.rglob("*.md")):
        names = path.relative_to(folder).parts
        if any(name.startswith(".") for name in names) or path.stem.lower() == "readme":
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            found += 1
            if found > _MOST_FILES:
                raise InputError(f"{folder}: more than {_MOST_FILES} files; split the folder")
            yield path
