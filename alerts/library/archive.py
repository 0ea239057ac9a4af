"""`project.archive`: the issues that were sent, as they were frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.config.known import language_known
from alerts.domain.archived import ArchivedArticle, Facts, Hit, Past
from alerts.domain.imported import ImportedIssue, ImportedWithdrawal
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.domain.organisational_domain import organisational_domain
from alerts.domain.withdrawal import Withdrawal
from alerts.editions.correction import ShownCorrection, announced_correction, shown_correction
from alerts.library.documents import Made, make
from alerts.library.imported import show_imported_again, withdraw_imported
from alerts.library.opened import ProjectPart, call
from alerts.library.share_pictures import Drawn, draw
from alerts.library.withdrawals import WithdrawalDone, show_again, withdraw
from alerts.store import (
    archive,
    corrections,
    documents,
    imported_issues,
    share_pictures,
    withdrawals,
)

if TYPE_CHECKING:
    from alerts.archive.imported.take_in import FileOutcome


@dataclass(frozen=True, slots=True)
class Verified:
    """One frozen edition; `altered` names the parts that are no longer as they were frozen."""

    month: Month
    language: str
    altered: tuple[str, ...]


class Archive(ProjectPart):
    """Past issues; as they were sent, and what is drawn of them."""

    @call
    def changes(self) -> int:
        """How often anything that the archive shows has changed: another number, other pages."""
        return archive.changes(self._opened.db)

    @call
    def listed(self, language: str = "") -> Sequence[Past]:
        """The sent editions, newest month first; or those of one language."""
        return archive.listed(self._opened.db, language)

    @call
    def edition(self, month: Month, language: str) -> Edition | None:
        """An edition as it was sent."""
        return archive.edition(self._opened.db, month, language)

    @call
    def pieces(self, month: Month, language: str) -> Sequence[ArchivedArticle]:
        """The articles of an edition, in reading order."""
        return archive.pieces(self._opened.db, month, language)

    @call
    def event(self, month: Month, language: str, article: str) -> ArchivedArticle | None:
        """An article of an edition that is an event, with its calendar file."""
        return archive.event(self._opened.db, month, language, article)

    @call
    def corrections(self, month: Month, language: str) -> Sequence[ShownCorrection]:
        """The corrections of an issue in that language, the newest first; before them, the notice that
        one is being made, from a recall to the reissue."""
        opened = self._opened
        recalled = corrections.being_made(opened.db, month)
        notice = [announced_correction(recalled, language, opened.settings)] if recalled else []
        return notice + [
            shown_correction(one.texts, month, one.at, language, opened.settings)
            for one in reversed(corrections.of_month(opened.db, month))
        ]

    @call
    def search(self, question: str, language: str = "", most: int = 50) -> Sequence[Hit]:
        """The articles that contain every word, best match first; in one language, or in all."""
        db = self._opened.db
        hits = archive.search(db, question, language, most)
        return [*hits, *imported_issues.search(db, question, language, most - len(hits))]

    @call
    def facts(self) -> Mapping[tuple[Month, str], Facts]:
        """What the list of issues shows of each edition besides its words."""
        return share_pictures.facts(self._opened.db)

    @call
    def share_picture(self, month: Month, language: str) -> str:
        """The name of the picture that other sites show of an edition, or nothing."""
        return share_pictures.name_of(self._opened.db, month, language)

    @call
    def pdf(self, month: Month, language: str) -> bytes:
        """The PDF file of an edition, or nothing."""
        return documents.get(self._opened.db, month, language)

    @call
    def has_pdf(self, month: Month, language: str) -> bool:
        """True where there is one."""
        return documents.exists(self._opened.db, month, language)

    @call
    def withdraw(
        self, month: Month, article: str = "", *, why: str = "", by: str = "", erase: bool = False
    ) -> WithdrawalDone:
        """Withdraw a story of a sent issue, by its id, or all of the issue: `why` is shown in its place.
        Frozen words are kept and shown to nobody, unless they are to be erased; raises `UsageError`."""
        opened, actor = self._opened, self._opened.actor(by)
        return withdraw(
            opened.db, opened.settings, month, article, why, actor, opened.now, erase=erase
        )

    @call
    def show_again(self, month: Month, article: str = "", *, by: str = "") -> WithdrawalDone:
        """Undo a withdrawal whose words are kept; raises `UsageError`."""
        opened = self._opened
        return show_again(opened.db, opened.settings, month, article, opened.actor(by), opened.now)

    @call
    def withdrawn(self) -> Sequence[Withdrawal]:
        """What was withdrawn, newest issue first."""
        return withdrawals.of_month(self._opened.db)

    @call
    def draw(self) -> Drawn:
        """Draw the pictures that other sites show, for the issues that have none."""
        return draw(self._opened.db, self._opened.settings)

    @call
    def make_documents(self) -> Made:
        """Make the PDF files that are missing, where web.pdf asks for them."""
        return make(self._opened.db, self._opened.settings)

    @call
    def import_old(
        self,
        path: Path | str,
        *,
        day: date | None = None,
        language: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> "tuple[FileOutcome, ...]":
        """Take the old issues of another system's export into the archive: a folder, a ZIP or a file. They
        are never mailed. `day` and `language` are those of all files. Raises `InputError`."""
        # imports what reads dates, messages and languages
        from alerts.archive.imported.take_in import IssueImportOptions, import_issues

        opened = self._opened
        tag = language_known(language) if language else ""
        addresses = (opened.settings.sender.address, opened.settings.sender.reply_to)
        hosts = [one.rpartition("@")[2].strip(" >").lower() for one in addresses if "@" in one]
        ours = frozenset(organisational_domain(one) for one in hosts)
        options = IssueImportOptions(opened.settings.zone, day, tag, ours, dry_run)
        done = import_issues(opened.db, Path(path), options, opened.now, opened.actor(by).name)
        if dry_run:
            opened.pass_over()
        return done

    @call
    def imported(self) -> Sequence[ImportedIssue]:
        """Every imported issue without its words, newest first."""
        return imported_issues.listed(self._opened.db)

    @call
    def imported_issue(self, key: str, language: str) -> ImportedIssue | None:
        """An imported issue with its words, which are empty while it is withdrawn."""
        return imported_issues.get(self._opened.db, key, language)

    @call
    def imported_withdrawal(self, key: str) -> ImportedWithdrawal | None:
        """The withdrawal of an imported issue, if it is withdrawn."""
        return imported_issues.withdrawal(self._opened.db, key)

    @call
    def imported_withdrawn(self) -> Sequence[ImportedWithdrawal]:
        """The imported issues that were withdrawn, newest first."""
        return imported_issues.withdrawn(self._opened.db)

    @call
    def withdraw_imported(
        self, key: str, *, why: str = "", by: str = "", erase: bool = False
    ) -> ImportedWithdrawal:
        """Show an imported issue no more, in all its languages; raises `UsageError`."""
        opened = self._opened
        return withdraw_imported(opened.db, key, why, opened.actor(by), opened.now, erase=erase)

    @call
    def show_imported_again(self, key: str, *, by: str = "") -> None:
        """Undo that; raises `UsageError` where it is not withdrawn, or was erased."""
        opened = self._opened
        show_imported_again(opened.db, key, opened.actor(by), opened.now)

    @call
    def verify(self) -> tuple[Verified, ...]:
        """Check that each edition, with its calendar files, is as it was frozen; returns all of them."""
        db = self._opened.db
        found = (*archive.altered(db), *imported_issues.altered(db))
        return tuple(Verified(*one) for one in found)
