"""Where exhibits lie: made of the project as it is now, and anew when something in it changes.

What an edition depends on is the settings file, the template folders and the database; their version
is a hash of names, times and sizes, and of the database's own counter, so asking is cheap.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts import project, publish
from alerts.errors import AlertsError
from alerts.lint import Finding
from alerts.model import IssueState, Month
from alerts.preview.exhibit import Exhibit
from alerts.proofread import Copy, chosen, proofread
from alerts.render.environment import template_folders
from alerts.settings import DATABASE_NAME, Settings
from alerts.store import faults, outbox


@dataclass(slots=True)
class Desk:
    """The exhibits of one month. `load` reads the settings anew, `now` reads the clock."""

    load: Callable[[], Settings]
    root: Path
    db: Database
    month: Month
    now: Callable[[], datetime]
    _seen: str = field(default="", init=False)
    _settings: Settings | None = field(default=None, init=False)
    _findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict, init=False)
    _exhibits: tuple[Exhibit, ...] = field(default=(), init=False)
    _fault: AlertsError | None = field(default=None, init=False)

    def version(self) -> str:
        """Changes when something changes that an edition depends on."""
        with faults(self.root / DATABASE_NAME):
            digest = hashlib.sha256(str(outbox.data_version(self.db)).encode())
        for path in (self.root / project.FILE_NAME, *self._templates()):
            try:
                facts = path.stat()
            except OSError:
                continue  # removed since it was listed
            digest.update(f"{path}\0{facts.st_mtime_ns}\0{facts.st_size}\n".encode())
        return digest.hexdigest()[:16]

    def _templates(self) -> Iterator[Path]:
        for folder in template_folders(self.root):
            yield from sorted(path for path in folder.rglob("*") if path.is_file())

    def exhibits(self) -> tuple[Exhibit, ...]:
        """One exhibit a language, none for an empty month; raises `AlertsError`, each time anew."""
        version = self.version()
        if version != self._seen:
            self._exhibits, self._fault, self._findings = (), None, {}
            try:
                self._settings = settings = self.load()
                with faults(settings.database_path):
                    made = publish.editions(self.db, settings, self.month)
                self._exhibits = tuple(
                    Exhibit.of(edition, settings, self.month, self.now()) for edition in made
                )
            except AlertsError as fault:
                self._fault = fault
            self._seen = version
        if self._fault is not None:
            raise self._fault
        return self._exhibits

    def findings(self, language: str) -> tuple[Finding, ...]:
        """What the linter says of one edition, offline; found for all at once and kept."""
        exhibits = self.exhibits()
        if not self._findings and exhibits and self._settings is not None:
            copies = [Copy(one.language, one.message) for one in exhibits]
            options = chosen(self._settings)
            proofs = proofread(copies, self._settings, options=options, editions=True)
            self._findings = {proof.name: proof.findings for proof in proofs}
        return self._findings.get(language, ())

    @property
    def state(self) -> IssueState:
        """How far the month's issue is."""
        with faults(self.root / DATABASE_NAME):
            return publish.state(self.db, self.month)
