"""One original: fetched or read, made into files by a cell, or why it cannot be shown.

Asked again it costs a request that the server answers with “not modified” and nothing else; a server that
gives no validators is asked once a week. What was made once stays when its site is down or has lost the
picture. Writes nothing: `collect.py` stores what came of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from alerts.config.settings import Settings
from alerts.domain.errors import FetchError, InputError
from alerts.domain.picture import Focus, Picture, PictureKind, PictureUse, focus_of
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.picture.address import FILE, GIVEN
from alerts.sources.picture.answer import MadePicture, made_of, versions_of
from alerts.store.picture_originals import KnownOriginal, PictureReading
from alerts.text.network_faults import system_words

RECIPE = 1  # of the versions; a change of sizes or of how they are made is another one
_ACCEPT = "image/jpeg, image/png, image/webp, image/gif, image/avif;q=0.9, */*;q=0.1"
_RECHECK = timedelta(days=7)  # of what has no validators

Versions = Mapping[PictureUse, Picture]


@dataclass(frozen=True, slots=True)
class Original:
    """A picture that is wanted: where it is, what it is, with which focuses; `about` names it."""

    url: str
    kind: PictureKind
    focuses: frozenset[str]
    about: str = ""

    @property
    def key(self) -> tuple[str, PictureKind]:
        """What it is known by."""
        return self.url, self.kind


@dataclass(frozen=True, slots=True)
class Preparation:
    """What came of one original. `fault`: why it is not shown, or was not reached this time.

    `replaced`: nothing that was made before is valid any more; `made` where it was made anew. None as
    `reading`: it was not asked for.
    """

    original: Original
    reading: PictureReading | None = None
    fault: str = ""
    replaced: bool = False
    made: MadePicture | None = None
    versions: Mapping[str, Versions] = field(default_factory=dict)


class Preparer:
    """Prepares pictures of one project, one after the other or from several threads at once."""

    def __init__(self, settings: Settings, fetcher: Fetcher, cells: Cells, now: datetime) -> None:
        self._settings, self._fetcher, self._cells, self._now = settings, fetcher, cells, now

    def prepare(
        self, original: Original, known: KnownOriginal | None, master: bytes, deadline: Deadline
    ) -> Preparation:
        """What came of it, by the deadline; raises nothing for what is wrong with it.

        `master`: what was made of it before, where versions are missing.
        """
        before = PictureReading(known.etag, known.last_modified, known.digest) if known else None
        if known is None or before is None:
            return self._first(original, deadline)
        if not self._is_due(original, known):
            return self._missing(original, known, master, None, deadline)
        try:
            document = self._document(original, before, deadline)
        except FetchError as fault:
            missing = self._missing(original, known, master, before, deadline)
            lost = "" if known.has_master else known.fault if known.digest else str(fault)
            return replace(missing, fault=missing.fault or lost)
        if document.unchanged or document.digest == known.digest:
            same = PictureReading(
                document.etag or before.etag,
                document.last_modified or before.last_modified,
                before.digest,
            )
            return self._missing(original, known, master, same, deadline)
        return self._made(original, document, deadline)

    def given(self, document: bytes, original: Original, deadline: Deadline) -> Preparation:
        """What came of a picture that an editor has given."""
        return self._made(original, Fetched("", "", document), deadline)

    def rebuilt(
        self, original: Original, known: KnownOriginal, master: bytes, deadline: Deadline
    ) -> Preparation:
        """What is missing of an original that is known; it is not asked for."""
        return self._missing(original, known, master, None, deadline)

    def _first(self, original: Original, deadline: Deadline) -> Preparation:
        try:
            document = self._document(original, PictureReading(), deadline)
        except FetchError as fault:
            return Preparation(original, PictureReading(), str(fault))
        return self._made(original, document, deadline)

    def _is_due(self, original: Original, known: KnownOriginal) -> bool:
        """True where it is asked for again."""
        if original.url.startswith(GIVEN):
            return False
        unreached = bool(known.fault) and not known.digest
        validators = known.etag or known.last_modified or original.url.startswith(FILE)
        return bool(unreached or validators or self._now - known.checked_at >= _RECHECK)

    def _document(self, original: Original, before: PictureReading, deadline: Deadline) -> Fetched:
        """Raises `FetchError`."""
        if original.url.startswith(FILE):
            most = self._settings.sources.max_bytes
            return local_picture(self._settings.root, original.url.removeprefix(FILE), most)
        if original.url.startswith(GIVEN):
            raise FetchError(f"{original.url}: is no longer here; give it again")
        etag, modified = before.etag, before.last_modified
        return self._fetcher.fetch(original.url, etag, modified, deadline, _ACCEPT)

    def _made(self, original: Original, document: Fetched, deadline: Deadline) -> Preparation:
        """The files of a document, for each focus."""
        reading = PictureReading(document.etag, document.last_modified, document.digest)
        first, *others = sorted(original.focuses) or [""]
        try:
            job = _job(Task.PICTURE, original, focus_of(first))
            made = self._cells.ask(job, document.body, made_of, deadline)
            versions = {first: made.versions}
            for focus in others:
                versions[focus] = self._versions(original, made.master.octets, focus, deadline)
        except InputError as fault:
            return Preparation(original, reading, str(fault), replaced=True)
        return Preparation(original, reading, replaced=True, made=made, versions=versions)

    def _missing(
        self,
        original: Original,
        known: KnownOriginal,
        master: bytes,
        reading: PictureReading | None,
        deadline: Deadline,
    ) -> Preparation:
        """The versions that are not there yet, of what was kept of the original."""
        made: dict[str, Versions] = {}
        try:
            for focus in missing_focuses(original, known) if master else ():
                made[focus] = self._versions(original, master, focus, deadline)
        except InputError as fault:
            return Preparation(original, reading, str(fault))
        return Preparation(
            original, reading, "" if known.has_master else known.fault, versions=made
        )

    def _versions(
        self, original: Original, master: bytes, focus: str, deadline: Deadline
    ) -> Versions:
        job = _job(Task.VERSIONS, original, focus_of(focus))
        return self._cells.ask(job, master, versions_of, deadline)


def missing_focuses(original: Original, known: KnownOriginal) -> list[str]:
    """The focuses of which nothing was made yet, or by another recipe."""
    stale = known.recipe != RECIPE
    return sorted(focus for focus in original.focuses if stale or focus not in known.focuses)


def local_picture(root: Path, path: str, most: int) -> Fetched:
    """A picture that is a file, seen from `root`; raises `FetchError`."""
    place = root / path
    try:
        if not place.is_file():
            raise FetchError(f"{path}: no such file")
        if place.stat().st_size > most:
            raise FetchError(f"{path}: larger than {most} octets (sources.max_bytes)")
        return Fetched("", "", place.read_bytes())
    except OSError as fault:
        raise FetchError(f"{path}: {system_words(fault)}") from fault


def _job(task: Task, original: Original, focus: Focus | None) -> Job:
    return Job(task, original.url, original.kind.value, focus=focus or ())
