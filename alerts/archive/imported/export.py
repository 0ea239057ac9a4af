"""The files of an export: a folder, a ZIP, or one file, within limits.

Guarantees: nothing is unpacked to disk; what is read of a file, and of all files together, is bounded by
what comes out of it, not by what it says of itself. Hidden files are left out, and what is not an issue
in the export of a whole account: its templates, its lists of people, its reports.
"""

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from alerts.domain.errors import InputError

DOCUMENTS = (".html", ".htm", ".eml", ".md")
TABLES = (".csv", ".json")
MAX_FILE = 20_000_000  # octets
MAX_ALL = 2_000_000_000
MAX_FILES = 20_000
_NOT_ISSUES = frozenset(
    {
        *("templates", "lists", "audiences", "audience_export", "members", "subscribers"),
        *("granular_activity", "aggregate_activity", "geo_data", "reports", "__macosx"),
    }
)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    RuntimeError,  # it needs a password
)
_CAMPAIGNS = "campaigns_content"  # where Mailchimp has them


@dataclass(slots=True)
class Export:
    """An export that is open. `names` are its documents and tables, in order."""

    place: str
    names: Sequence[str]
    _folder: Path | None = None
    _archive: zipfile.ZipFile | None = None
    _read: int = field(default=0)

    def read(self, name: str) -> bytes:
        """The octets of a file; raises `InputError`."""
        try:
            with self._open(name) as stream:
                octets = stream.read(MAX_FILE + 1)
        except _DAMAGED as fault:
            locked = type(fault) is RuntimeError
            remedy = (
                "needs a password; unpack it yourself" if locked else "is damaged; export it again"
            )
            raise InputError(f"{name}: {remedy}") from fault
        except OSError as fault:
            raise InputError(f"{name}: cannot be read: {fault.strerror}") from fault
        if len(octets) > MAX_FILE:
            raise InputError(f"{name}: over {MAX_FILE // 1_000_000} MB; leave it out")
        self._read += len(octets)
        if self._read > MAX_ALL:
            raise InputError(
                f"{self.place}: over {MAX_ALL // 1_000_000_000} GB; import it in parts"
            )
        return octets

    def _open(self, name: str) -> IO[bytes]:
        if self._archive is not None:
            return self._archive.open(name)
        assert self._folder is not None  # noqa: S101 - one of the two
        return (self._folder / name).open("rb")


@contextmanager
def opened(path: Path) -> Iterator[Export]:
    """An export at that path, open within the block; raises `InputError`."""
    if path.is_dir():
        found = (one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())
        yield Export(str(path), _issues(path, found), path)
    elif zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = [one.filename for one in archive.infolist() if not one.is_dir()]
                yield Export(path.name, _issues(path, iter(members)), None, archive)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
            raise InputError(f"{path}: a ZIP file that is damaged; export it again") from fault
    elif path.is_file():
        yield Export(path.name, _issues(path, iter([path.name])), path.parent)
    else:
        raise InputError(f"{path}: no such file or folder")


def _issues(path: Path, names: Iterator[str]) -> Sequence[str]:
    """The names of documents and tables; raises `InputError` where there is no document."""
    fit = sorted(dict.fromkeys(filter(_fit, names)))
    if any(_CAMPAIGNS in PurePosixPath(name).parts for name in fit):
        fit = [one for one in fit if _CAMPAIGNS in PurePosixPath(one).parts or one.endswith(TABLES)]
    if not fit:
        raise InputError(f"{path}: holds no issue: {', '.join((*DOCUMENTS, *TABLES))}")
    if len(fit) > MAX_FILES:
        raise InputError(f"{path}: over {MAX_FILES:,} files; import it in parts")
    return fit


def _fit(name: str) -> bool:
    parts = [part.lower() for part in PurePosixPath(name).parts]
    hidden = any(part.startswith(".") or part in _NOT_ISSUES for part in parts)
    return not hidden and parts[-1].endswith((*DOCUMENTS, *TABLES))
