"""`project.archive`: the issues that were sent, as they were frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.domain.archived import ArchivedArticle, Facts, Hit, Past
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.domain.withdrawal import Withdrawal
from alerts.editions.correction import ShownCorrection, announced_correction, shown_correction
from alerts.library.documents import Made, make
from alerts.library.opened import ProjectPart, call
from alerts.library.share_pictures import Drawn, draw
from alerts.library.withdrawals import WithdrawalDone, show_again, withdraw
from alerts.store import archive, corrections, documents, share_pictures, withdrawals


@dataclass(frozen=True, slots=True)
class Verified:
    """One frozen edition; `altered` names the parts that are no longer as they were frozen."""

    month: Month
    language: str
    altered: tuple[str, ...]


class Archive(ProjectPart):
    """Past issues; as they were sent, and what is drawn of them."""

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
        return archive.search(self._opened.db, question, language, most)

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
    def verify(self) -> tuple[Verified, ...]:
        """Check that each edition, with its calendar files, is as it was frozen; returns all of them."""
        return tuple(Verified(*found) for found in archive.altered(self._opened.db))
