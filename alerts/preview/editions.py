"""The editions of a month for the preview, rendered again when something in the project changes.

An edition depends on the settings file, the template folders and the database; their version is a
hash of names, times and sizes, and of the database's change counter, so checking it is cheap.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.config import load as project
from alerts.config.settings import DATABASE_NAME, Settings
from alerts.domain.errors import AlertsError
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.editions.draft import Draft, drafted
from alerts.editions.template_files import file_stamps, template_files
from alerts.issue import load
from alerts.lint.place import Finding
from alerts.lint.run import LintInput, chosen, lint_editions
from alerts.lint.stories import of_issue
from alerts.preview.sample import EditionPreview
from alerts.store import faults, outbox_figures


@dataclass(slots=True)
class PreviewEditions:
    """The previews of one month. `load` reads the settings again, `now` reads the clock."""

    load: Callable[[], Settings]
    root: Path
    db: Database
    month: Month
    now: Callable[[], datetime]
    _seen: str = field(default="", init=False)
    _settings: Settings | None = field(default=None, init=False)
    _findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict, init=False)
    _draft: Draft | None = field(default=None, init=False)
    _previews: tuple[EditionPreview, ...] = field(default=(), init=False)
    _fault: AlertsError | None = field(default=None, init=False)

    def version(self) -> str:
        """A value that changes when something changes that an edition depends on."""
        with faults(self.root / DATABASE_NAME):
            digest = hashlib.sha256(str(outbox_figures.data_version(self.db)).encode())
        files = (self.root / project.FILE_NAME, *template_files(self.root))
        for path, changed, size in file_stamps(files):
            digest.update(f"{path}\0{changed}\0{size}\n".encode())
        return digest.hexdigest()[:16]

    def previews(self) -> tuple[EditionPreview, ...]:
        """One preview per language, none for an empty month; raises `AlertsError` at each call."""
        version = self.version()
        if version != self._seen:
            self._previews, self._fault, self._findings = (), None, {}
            try:
                self._settings = settings = self.load()
                with faults(settings.database_path):
                    made = drafted(self.db, settings, self.month)
                self._draft = made
                self._previews = tuple(
                    EditionPreview.of(edition, settings, self.month, self.now())
                    for edition in made.editions
                )
            except AlertsError as fault:
                self._fault = fault
            self._seen = version
        if self._fault is not None:
            raise self._fault
        return self._previews

    def findings(self, language: str) -> tuple[Finding, ...]:
        """The linter's findings for one edition, offline; computed for all at once and cached."""
        previews = self.previews()
        if not self._findings and previews and self._settings and self._draft:
            copies = [LintInput(one.language, one.message) for one in previews]
            options = of_issue(self.db, chosen(self._settings), self._draft.issue)
            proofs = lint_editions(copies, self._settings, options=options, editions=True)
            self._findings = {proof.name: proof.findings for proof in proofs}
        return self._findings.get(language, ())

    @property
    def state(self) -> IssueState:
        """The state of the month's issue."""
        with faults(self.root / DATABASE_NAME):
            return load.state(self.db, self.month)
